public import Telemetry

/// What one target shows: the written form of every series, the store's reference for it, and which were there last.
///
/// Exporters write the same lines in the same order each time, so each entry remembers which one followed it: a line
/// that is as expected costs a comparison of bytes and no look-up. Labels are read, relabelled and resolved once a
/// series. Nothing becomes known of a body before all of it was read.
public struct ScrapeTable: Sendable {
  private struct Entry {
    /// The store's reference; its generation is `unresolved` or `dropped` where there is none.
    var reference: SeriesReference
    /// The entry on the next line, `noEntry` while unknown.
    var next = ScrapeTable.noEntry
    /// `round`, and `isTimed` in the lowest bit: a table has many entries, and a Boolean would cost each four bytes.
    private var mark: UInt32 = 0

    init(_ reference: SeriesReference) { self.reference = reference }

    var isResolved: Bool { reference.generation & 1 == 1 }

    /// The round that showed it last.
    var round: UInt32 {
      get { mark >> 1 }
      set { mark = newValue << 1 | mark & 1 }
    }

    /// Its last sample brought its own time: nobody but the exporter knows when such a series ends.
    var isTimed: Bool {
      get { mark & 1 == 1 }
      set { mark = mark & ~1 | (newValue ? 1 : 0) }
    }
  }

  private struct Hit {
    let entry: UInt32
    let value: Double
  }

  private static let noEntry = UInt32.max
  /// In place of a live generation, which is odd: the store has not been asked, or would not have the series.
  private static let unresolved: UInt32 = 0
  /// In place of a live generation: relabelling drops the series.
  private static let dropped: UInt32 = 2

  private let labelling: SeriesLabelling
  private let limits: ScrapeLimits
  private let times: Times
  private let allowance: SeriesAllowance
  /// The written form of each entry.
  private var texts = ByteKeys()
  private var entries: [Entry] = []
  private var first = ScrapeTable.noEntry
  private var round: UInt32 = 0
  /// The last round that was taken over, and how many entries it showed.
  private var lastRound: UInt32 = 0
  private var lastCount = 0
  /// Whether the series of `lastRound` have not been ended since.
  private var isLiving = false
  /// Series that were taken from the allowance: those of the last round that the store has.
  private var held = 0

  /// Whose clock counts.
  public enum Times: Sendable, Hashable {
    /// `honor_timestamps`: a time that the exporter states.
    case exporter
    /// Always the time of the scrape.
    case scrape
  }

  public init(
    labelling: SeriesLabelling, limits: ScrapeLimits = ScrapeLimits(), times: Times = .exporter,
    within allowance: SeriesAllowance = SeriesAllowance()
  ) {
    self.labelling = labelling
    self.limits = limits
    self.times = times
    self.allowance = allowance
  }

  /// Reads a body and makes a batch of its samples, with a staleness marker for each series that is gone.
  ///
  /// - Parameter resolve: asks the store for a series; one that it refuses costs only itself.
  public mutating func read(
    _ body: consuming [UInt8], _ format: ExpositionFormat, at time: Timestamp,
    resolve: (LabelSet) throws(AppendError) -> SeriesReference
  ) throws(ExpositionError) -> ScrapeRound {
    body.append(UInt8(ascii: "\n"))
    defer { tidy() }
    let reading = try body.withUnsafeBufferPointer { bytes throws(ExpositionError) in
      var reading = Reading()
      guard let base = bytes.baseAddress else { return reading }
      reading.hits.reserveCapacity(lastCount)
      let scanner = ExpositionScanner(base, count: bytes.count, format)
      try walk(scanner, &reading)
      // Families come with their series; a text that changes later is not worth a reading each time.
      if !reading.fresh.isEmpty { reading.metadata = ExpositionMetadata.read(scanner) }
      return reading
    }
    var result = ScrapeRound(scraped: reading.hits.count)
    take(reading, at: time, into: &result, resolve)
    return result
  }

  /// Every series whose last sample was no staleness marker; they count as ended from now on.
  public mutating func end() -> [SeriesReference] {
    guard isLiving else { return [] }
    isLiving = false
    hold(0)
    return entries.compactMap { $0.round == lastRound ? living($0) : nil }
  }

  private func living(_ entry: Entry) -> SeriesReference? {
    entry.isTimed || !entry.isResolved ? nil : entry.reference
  }

  /// Forgets references that the store calls gone, and resolves those anew that the last body showed.
  ///
  /// - Returns: the new reference of each of these; a series that the store refuses now is asked for in the next round.
  public mutating func renew(
    _ gone: Set<SeriesReference>, resolve: (LabelSet) throws(AppendError) -> SeriesReference
  ) -> [SeriesReference: SeriesReference] {
    var renewed: [SeriesReference: SeriesReference] = [:]
    for index in entries.indices where entries[index].isResolved && gone.contains(entries[index].reference) {
      let old = entries[index].reference
      entries[index].reference = Self.none(Self.unresolved)
      guard isLiving, entries[index].round == lastRound else { continue }
      guard let labels = labels(of: index), let reference = try? resolve(labels) else {
        hold(held - 1)
        continue
      }
      entries[index].reference = reference
      renewed[old] = reference
    }
    return renewed
  }

  /// The labels that the store knows a series by; its text was read once and is in order.
  private func labels(of index: Int) -> LabelSet? {
    texts.withBytes(of: index) { text in
      guard let base = text.baseAddress,
        let written = try? SeriesText(base, 0..<text.count, line: 0, of: .sample).labels()
      else { return nil }
      return labelling.labels(of: written)
    }
  }

  private static func none(_ why: UInt32) -> SeriesReference { SeriesReference(slot: 0, generation: why) }

  /// Series that are known, gone ones among them.
  var entryCount: Int { entries.count }
  static var entrySize: Int { MemoryLayout<Entry>.stride }

  // MARK: Reading

  private struct Reading {
    var hits: [Hit] = []
    /// Times that the exporter states, by index of the hit.
    var times: [(hit: Int, milliseconds: Int64)] = []
    /// Labels that the store is to be asked for, by index of the hit.
    var fresh: [(hit: Int, labels: LabelSet)] = []
    var metadata: [MetricMetadata] = []
    /// How many of `hits` relabelling leaves.
    var kept = 0
  }

  private mutating func walk(_ start: ExpositionScanner, _ reading: inout Reading) throws(ExpositionError) {
    var scanner = start
    var previous = Self.noEntry
    while true {
      switch try scanner.nextLine() {
      case .end: return
      case .metadata: continue
      case .series: break
      }
      let expected = previous == Self.noEntry ? first : entries[Int(previous)].next
      var entry = expected
      if expected == Self.noEntry || !isAt(expected, &scanner) {
        entry = try lookUp(&scanner)
        if previous == Self.noEntry { first = entry } else { entries[Int(previous)].next = entry }
      }
      if entries[Int(entry)].reference.generation == Self.unresolved { try readLabels(of: entry, scanner, &reading) }
      if entries[Int(entry)].reference.generation != Self.dropped {
        reading.kept &+= 1
        if reading.kept > limits.samplesMax {
          throw scanner.error(
            "more than \(limits.samplesMax) samples – drop some with metric_relabel_configs, or raise sample_limit")
        }
      }
      previous = entry
      let (value, milliseconds) = try scanner.value()
      if let milliseconds, times == .exporter { reading.times.append((reading.hits.count, milliseconds)) }
      reading.hits.append(Hit(entry: entry, value: value))
    }
  }

  /// Whether the line is the expected one; then the scanner is behind its series.
  @inline(__always)
  private func isAt(_ index: UInt32, _ scanner: inout ExpositionScanner) -> Bool {
    texts.withBytes(of: Int(index)) { text in
      text.baseAddress.map { scanner.skip($0, count: text.count) } ?? false
    }
  }

  /// The entry of the series at the scanner's place, made when it is new.
  private mutating func lookUp(_ scanner: inout ExpositionScanner) throws(ExpositionError) -> UInt32 {
    let range = try scanner.skipSeries()
    guard range.count <= limits.seriesBytesMax else {
      throw scanner.error("a series of \(range.count) bytes, the limit is \(limits.seriesBytesMax)")
    }
    guard !range.isEmpty else { throw scanner.error("expected a metric's name") }
    let written = UnsafeBufferPointer(start: scanner.bytes + range.lowerBound, count: range.count)
    return texts.find(written).map(UInt32.init) ?? insert(written)
  }

  private mutating func insert(_ written: UnsafeBufferPointer<UInt8>) -> UInt32 {
    entries.append(Entry(Self.none(Self.unresolved)))
    return UInt32(texts.insert(written))
  }

  private mutating func readLabels(
    of index: UInt32, _ scanner: ExpositionScanner, _ reading: inout Reading
  ) throws(ExpositionError) {
    let count = texts.withBytes(of: Int(index)) { $0.count }
    let range = scanner.position - count..<scanner.position
    let written = try SeriesText(scanner.bytes, range, line: scanner.line, of: .sample).labels()
    guard let labels = labelling.labels(of: written) else {
      entries[Int(index)].reference = Self.none(Self.dropped)
      return
    }
    try limits.check(labels, scanner)
    reading.fresh.append((reading.hits.count, labels))
  }

  // MARK: Taking over

  private mutating func take(
    _ reading: Reading, at time: Timestamp, into result: inout ScrapeRound,
    _ resolve: (LabelSet) throws(AppendError) -> SeriesReference
  ) {
    round += 1
    result.batch.reserve(reading.kept)
    var shown = 0
    var stayed = 0
    var resolved = 0
    var nextTime = 0
    var nextFresh = 0
    for (position, hit) in reading.hits.enumerated() {
      let index = Int(hit.entry)
      var own: Int64?
      if nextTime < reading.times.count, reading.times[nextTime].hit == position {
        own = reading.times[nextTime].milliseconds
        nextTime += 1
      }
      var labels: LabelSet?
      if nextFresh < reading.fresh.count, reading.fresh[nextFresh].hit == position {
        labels = reading.fresh[nextFresh].labels
        nextFresh += 1
      }
      // A series that stands there twice is given to the store twice, which counts and refuses another value.
      if entries[index].round != round {
        let wasShown = entries[index].round == lastRound
        if wasShown { stayed += 1 }
        if !entries[index].isResolved || !wasShown || !isLiving { admit(index, labels, into: &result, resolve) }
        if entries[index].isResolved { resolved += 1 }
        entries[index].round = round
        entries[index].isTimed = own != nil
        shown += 1
      }
      guard entries[index].isResolved else { continue }
      let stamp = own.map(Timestamp.init(milliseconds:)) ?? time
      result.batch.append(entries[index].reference, at: stamp, hit.value)
    }
    result.kept = reading.kept
    result.timed = reading.times.count
    result.metadata = reading.metadata
    if isLiving, stayed < lastCount {
      for entry in entries where entry.round == lastRound {
        if let reference = living(entry) { result.batch.append(reference, at: time, .staleMarker) }
      }
    }
    // Only now: what ends makes room in the next round.
    hold(resolved)
    lastRound = round
    lastCount = shown
    isLiving = true
  }

  /// One more series, new or back again. One that is refused is asked for again in the next round.
  private mutating func admit(
    _ index: Int, _ labels: LabelSet?, into result: inout ScrapeRound,
    _ resolve: (LabelSet) throws(AppendError) -> SeriesReference
  ) {
    guard entries[index].reference.generation != Self.dropped else { return }
    do throws(AppendError) {
      try allowance.take()
      held += 1
      guard let labels else { return }
      entries[index].reference = try resolve(labels)
      result.added += 1
    } catch {
      entries[index].reference = Self.none(Self.unresolved)
      result.refused += 1
      result.refusal = error
    }
  }

  /// Gives back what is no longer shown.
  private mutating func hold(_ count: Int) {
    allowance.giveBack(held - count)
    held = count
  }

  /// Forgets series that are gone when they are more than those that live: free names would otherwise pile up.
  private mutating func tidy() {
    guard entries.count > 2 * lastCount + Self.goneMin else { return }
    let (old, oldTexts) = (entries, texts)
    entries = []
    texts = ByteKeys()
    first = Self.noEntry
    for (number, entry) in old.enumerated() where entry.round == lastRound && lastRound > 0 {
      let index = Int(oldTexts.withBytes(of: number) { insert($0) })
      entries[index].reference = entry.reference
      entries[index].round = entry.round
      entries[index].isTimed = entry.isTimed
    }
  }

  /// Fewer entries of series that are gone are not worth the work. The default is 1000.
  private static let goneMin = 1000
}

/// What a scrape brought.
public struct ScrapeRound: Sendable {
  /// The samples, and staleness markers for series that are gone.
  public var batch = SampleBatch()
  /// Samples in the body.
  public let scraped: Int
  /// Of those, how many relabelling left.
  public var kept = 0
  /// Series that were not known before.
  public var added = 0
  /// Series that the store would not have, and why.
  public var refused = 0
  public var refusal: AppendError?
  /// Samples that brought their own time.
  public var timed = 0
  /// What the body says of its families; empty unless it shows a series for the first time.
  public var metadata: [MetricMetadata] = []

  init(scraped: Int) { self.scraped = scraped }
}

extension ScrapeLimits {
  func check(_ labels: LabelSet, _ scanner: ExpositionScanner) throws(ExpositionError) {
    if labels.count > labelsMax {
      throw scanner.error("\(labels.count) labels, the limit is \(labelsMax) – drop some, or raise label_limit")
    }
    for label in labels {
      if label.name.utf8.count > labelNameBytesMax {
        throw scanner.error(
          "the label name '\(label.name.prefix(64))…' is longer than \(labelNameBytesMax) bytes – raise "
            + "label_name_length_limit")
      }
      if label.value.utf8.count > labelValueBytesMax {
        throw scanner.error(
          "the value of label '\(label.name)' is longer than \(labelValueBytesMax) bytes – raise "
            + "label_value_length_limit")
      }
    }
  }
}
