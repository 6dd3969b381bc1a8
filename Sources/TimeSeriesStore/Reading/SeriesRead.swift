internal import GRDB
internal import Synchronization
internal import Telemetry

/// One read: which series, then their samples from the head and from the files that the window touches.
///
/// The head is looked at first. A chunk that goes to disk in between is then met twice, never missed.
struct SeriesRead {
  private let store: EmbeddedStore
  private let window: ReadWindow
  private let depth: ReadDepth
  private var slots: [UInt32] = []
  private var known: [UInt32: GatheredSeries] = [:]
  /// Series of sealed days that the head does not know any more.
  private var departed: [LabelSet: GatheredSeries] = [:]
  private var present: Set<UInt32> = []

  init(_ store: EmbeddedStore, after: Timestamp, through: Timestamp, _ depth: ReadDepth) {
    self.store = store
    window = ReadWindow(after: after.milliseconds, through: through.milliseconds)
    self.depth = depth
  }

  mutating func gather(_ selectors: [[LabelMatcher]], _ budget: inout ReadBudget) throws(SeriesReadError) {
    guard window.after < window.through else { return }
    slots = try store.slots(matching: selectors)
    try readHead(&budget)
    let files = store.files.withLock { $0 }
    for file in files.open where touches(file.name) { try read(file, &budget) }
    for file in files.sealed where touches(file.name) { try read(file, selectors, &budget) }
    try budget.hold(series: known.count + departed.count)
  }

  /// The series found, in the order of their labels.
  func slices() -> [SeriesSlice] {
    let slots = Array(known.keys)
    var found = store.labels(of: slots).map { slot, labels in (labels: labels, slot: UInt32?.some(slot)) }
    for labels in departed.keys { found.append((labels, nil)) }
    // Sorted before the samples hang on them: fewer references are counted on the way.
    found.sort { $0.labels < $1.labels }
    return found.compactMap { labels, slot in
      (slot.map { known[$0] } ?? departed[labels])?.slice(labels)
    }
  }

  func labelSets() -> [LabelSet] {
    (store.labels(of: Array(known.keys)).map(\.1) + departed.keys).sorted()
  }

  private func touches(_ name: DayFileName) -> Bool {
    window.touches(first: name.day.start, last: name.day.end - 1)
  }

  // MARK: Head

  private static let slotsPerLock = 256

  private mutating func readHead(_ budget: inout ReadBudget) throws(SeriesReadError) {
    var start = 0
    while start < slots.count {
      try budget.checkTime()
      let block = slots[start..<min(slots.count, start + Self.slotsPerLock)]
      let window = window
      let images = store.head.withLock { head in block.map { HeadImage(of: $0, window, in: head) } }
      for (slot, image) in zip(block, images) { try add(image, slot, &budget) }
      try budget.check(series: known.count)
      start += block.count
    }
  }

  private mutating func add(
    _ image: HeadImage, _ slot: UInt32, _ budget: inout ReadBudget
  ) throws(SeriesReadError) {
    var series = GatheredSeries()
    for (rank, chunk) in image.chunks {
      try add(chunk, rank, to: &series, &budget)
      if depth == .presence, !series.isEmpty { break }
    }
    try budget.spend(samples: image.late.load)
    series.add(image.late, .lateInHead)
    if !series.isEmpty { known[slot] = series }
  }

  /// - Returns: `false` when the chunk's bits contradict its checksum-proved frame.
  @discardableResult
  private func add(
    _ chunk: ChunkImage, _ rank: GatheredSeries.Rank, to series: inout GatheredSeries, _ budget: inout ReadBudget
  ) throws(SeriesReadError) -> Bool {
    var columns = SampleColumns()
    switch depth {
    case .presence:
      if chunk.hasSample(in: window) { columns.append(chunk.firstTime, 0) }
    case .samples:
      guard chunk.decode(window, into: &columns) else { return false }
      try budget.spend(samples: columns.load)
    }
    series.add(columns, rank)
    return true
  }

  // MARK: Files

  private mutating func read(_ file: OpenDayFile, _ budget: inout ReadBudget) throws(SeriesReadError) {
    budget.reads.files += 1
    let wanted = depth == .samples ? slots : slots.filter { known[$0] == nil }
    let pairs = zip(wanted, file.numbers(of: wanted)).compactMap { slot, number in number.map { (slot, $0) } }
    try fetch(pairs.map(\.1), file.reader, file.name, &budget) { read, index, chunk, budget throws(SeriesReadError) in
      var series = read.known[pairs[index].0] ?? GatheredSeries()
      let rank: GatheredSeries.Rank = chunk.lateThrough > 0 ? .lateInFile : .file
      let isSound = try read.add(chunk.image, rank, to: &series, &budget)
      if !series.isEmpty { read.known[pairs[index].0] = series }
      return isSound
    }
  }

  private mutating func read(
    _ file: SealedDayFile, _ selectors: [[LabelMatcher]], _ budget: inout ReadBudget
  ) throws(SeriesReadError) {
    budget.reads.files += 1
    var numbers: [UInt32] = []
    do {
      numbers = try file.series(matching: selectors)
    } catch {
      guard error.isFileDamage else { throw .unreadable("\(file.name.text): \(error)") }
      store.note(.damage, file.name, "labels", "cannot be read: \(error)")
    }
    var found: [Int: GatheredSeries] = [:]
    try fetch(numbers, file.reader, file.name, &budget) { read, index, chunk, budget throws(SeriesReadError) in
      var series = found[index] ?? GatheredSeries()
      let rank: GatheredSeries.Rank = chunk.lateThrough > 0 ? .lateInFile : .file
      let isSound = try read.add(chunk.image, rank, to: &series, &budget)
      if !series.isEmpty { found[index] = series }
      return isSound
    }
    let present = found.keys.sorted()
    let labels = try store.labels(of: present.map { numbers[$0] }, in: file)
    for (index, labels) in zip(present, labels) {
      guard let labels, let series = found[index] else { continue }
      if let slot = store.head.withLock({ $0.table.slot(of: labels) }) {
        known[slot, default: GatheredSeries()].join(series)
      } else {
        departed[labels, default: GatheredSeries()].join(series)
      }
    }
    try budget.check(series: known.count + departed.count)
  }

  private mutating func fetch(
    _ numbers: [UInt32], _ reader: any DatabaseReader, _ name: DayFileName, _ budget: inout ReadBudget,
    _ take: (inout SeriesRead, Int, ChunkRow, inout ReadBudget) throws(SeriesReadError) -> Bool
  ) throws(SeriesReadError) {
    let store = store
    let depth = depth
    let fetch = ChunkFetch(reader: reader, window: window)
    try fetch.run(numbers, &budget) { index, event, budget throws(SeriesReadError) in
      switch event {
      case .chunk(let chunk):
        if try take(&self, index, chunk, &budget) { return depth == .presence ? .enough : .next }
        store.noteDamage(name, series: chunk.series, start: chunk.image.firstTime, "its bits contradict themselves")
      case .damaged(let series, let start):
        store.noteDamage(name, series: series, start: start, "does not match its checksum")
      case .unreadable(let series, let problem):
        store.note(.damage, name, "series \(series)", "cannot be read: \(problem)")
      }
      return .next
    }
  }
}

/// What the head has of one series inside a window: taken under the lock, decoded outside.
struct HeadImage: Sendable {
  let chunks: [(GatheredSeries.Rank, ChunkImage)]
  let late: SampleColumns

  init(of slot: UInt32, _ window: ReadWindow, in head: borrowing Head) {
    var chunks: [(GatheredSeries.Rank, ChunkImage)] = []
    for chunk in head.closed.of(slot) where window.touches(first: chunk.image.firstTime, last: chunk.image.lastTime) {
      chunks.append((chunk.lateThrough > 0 ? .lateInHead : .head, chunk.image))
    }
    let open = head.chunk(slot)
    if !open.isEmpty, window.touches(first: open.firstTime, last: open.lastTime) {
      chunks.append((.head, open.image()))
    }
    if open.hasHistograms, let open = head.histograms[slot], window.touches(first: open.firstTime, last: open.lastTime)
    {
      chunks.append((.head, open.image()))
    }
    self.chunks = chunks
    var late = SampleColumns()
    if let held = head.late[slot]?.columns {
      for index in held.times.indices where window.contains(held.times[index]) {
        late.append(held.times[index], held.bits[index])
      }
      late.histograms = held.histograms.within(after: window.after, through: window.through)
    }
    self.late = late
  }
}
