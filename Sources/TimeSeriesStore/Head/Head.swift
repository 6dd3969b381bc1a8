internal import Telemetry

/// The newest samples of every series, in memory. Guarded by the store's one lock; knows nothing of files.
struct Head: ~Copyable {
  var table = SeriesTable()
  /// One open chunk for each series, by slot. The rest of the capacity is left untouched, so that it costs no memory.
  private var chunks: UnsafeMutablePointer<ChunkEncoder>
  private var capacity = 1024
  private var memory = ChunkMemory()
  /// Open chunks of histograms, by slot; the chunk of numbers in that slot is then empty.
  var histograms: [UInt32: HistogramChunk] = [:]
  var late: [UInt32: LateSamples] = [:]
  var closed = ClosedChunks()
  var uncommitted = UncommittedSamples()
  /// For the one that follows sample by sample.
  var live: LiveTail?
  /// The number of the commit that will carry the samples arriving now.
  var epoch: UInt32 = Head.firstEpoch
  /// Above 1, because a late chunk names the commit before and 0 stands for chunks in order.
  static let firstEpoch: UInt32 = 2
  /// After fifty years of commits.
  static let epochMax: UInt32 = 1 << 31
  var activeSeries = 0
  var tally = HeadTally()
  var isShut = false
  /// The loop of the commits while it has nothing to do; the next append wakes it.
  var commitWaiter: CheckedContinuation<Void, Never>?
  let bounds: HeadBounds

  init(bounds: HeadBounds) {
    self.bounds = bounds
    chunks = .allocate(capacity: capacity)
  }

  deinit { chunks.deallocate() }

  // MARK: Series

  /// The slot of these labels, made when new.
  mutating func slot(for labels: LabelSet) -> UInt32 {
    if let known = table.slot(of: labels) { return known }
    let slot = table.insert(labels)
    if Int(slot) == capacity { enlarge() }
    (chunks + Int(slot)).initialize(to: ChunkEncoder(generation: table.generation(of: slot)))
    live?.noteMade(slot)
    activeSeries += 1
    return slot
  }

  private mutating func enlarge() {
    let more = capacity / 2
    let larger: UnsafeMutablePointer<ChunkEncoder> = .allocate(capacity: capacity + more)
    larger.moveInitialize(from: chunks, count: capacity)
    chunks.deallocate()
    chunks = larger
    capacity += more
  }

  // MARK: Samples

  mutating func append(_ batch: SampleBatch, now: Int64) -> AppendOutcome {
    var outcome = AppendOutcome()
    let times = bounds.times(at: now)
    // Samples in order, which are nearly all, go to the next commit by runs: a copy for many, not an append for each.
    var run = 0
    for index in batch.references.indices {
      if appendInOrder(batch.references[index], batch.milliseconds[index], batch.values[index].bitPattern, times) {
        continue
      }
      keep(batch, run..<index, &outcome)
      run = index + 1
      appendOutOfOrder(
        batch.references[index], batch.milliseconds[index], batch.values[index].bitPattern, times, &outcome)
    }
    keep(batch, run..<batch.references.count, &outcome)
    for sample in batch.histograms { append(sample, times, &outcome) }
    return outcome
  }

  private mutating func keep(_ batch: SampleBatch, _ run: Range<Int>, _ outcome: inout AppendOutcome) {
    guard !run.isEmpty else { return }
    uncommitted.append(batch, run)
    outcome.accepted += run.count
    tally.appended += UInt64(run.count)
  }

  /// The chunk is touched next anyway, the table is not.
  @inline(__always)
  func isLive(_ reference: SeriesReference) -> Bool {
    Int(reference.slot) < table.slotCount && chunks[Int(reference.slot)].generation == reference.generation
  }

  /// - Returns: false when the sample is none that follows the series' newest.
  @inline(__always)
  private mutating func appendInOrder(
    _ reference: SeriesReference, _ time: Int64, _ bits: UInt64, _ accepted: HeadBounds.Times
  ) -> Bool {
    guard isLive(reference), time <= accepted.latest, time >= accepted.earliest else { return false }
    let chunk = chunks + Int(reference.slot)
    guard time > chunk.pointee.lastTime else { return false }
    appendInOrder(reference.slot, chunk, time, bits)
    return true
  }

  private mutating func appendOutOfOrder(
    _ reference: SeriesReference, _ time: Int64, _ bits: UInt64, _ accepted: HeadBounds.Times,
    _ outcome: inout AppendOutcome
  ) {
    guard isLive(reference) else {
      outcome.gone.append(reference)
      tally.gone += 1
      return
    }
    if time > accepted.latest {
      outcome.tooFarInFuture += 1
      tally.tooFarInFuture += 1
      return
    }
    let chunk = chunks[Int(reference.slot)]
    if time == chunk.lastTime {
      let isOther = chunk.knowsLastValue ? chunk.lastBits != bits : chunk.hasHistograms
      count(isOther ? .differs : .repeated, &outcome)
    } else {
      appendLate(reference.slot, time, .number(bits), accepted, &outcome)
    }
  }

  /// Replay and live samples take this path.
  @inline(__always)
  mutating func appendInOrder(
    _ slot: UInt32, _ chunk: UnsafeMutablePointer<ChunkEncoder>, _ time: Int64, _ bits: UInt64
  ) {
    if !chunk.pointee.isEmpty, time >= chunk.pointee.cutTime || chunk.pointee.count >= chunk.pointee.limit {
      close(slot)
    }
    if chunk.pointee.isEmpty {
      if chunk.pointee.hasHistograms { close(slot) }
      wake(chunk)
      openChunk(slot, chunk, time)
    }
    chunk.pointee.append(time, bits, in: &memory)
  }

  private mutating func wake(_ chunk: UnsafeMutablePointer<ChunkEncoder>) {
    guard chunk.pointee.isIdle else { return }
    chunk.pointee.isIdle = false
    activeSeries += 1
  }

  /// The first chunk of a day gets a length of its own for each hundred series, so that closes spread evenly over the
  /// time that a full one takes, while neighbours, which share a target, still close together.
  private func openChunk(_ slot: UInt32, _ chunk: UnsafeMutablePointer<ChunkEncoder>, _ time: Int64) {
    let full = bounds.limits.samples
    let newest = chunk.pointee.lastTime
    let isFirstOfDay = newest == .min || newest < Day(containing: time).start
    let spread = (full / 2 + Int(slot / 100) * 37) % full
    let limit = isFirstOfDay && spread > 0 ? spread : full
    chunk.pointee.open(at: time, cutTime: bounds.limits.cutTime(after: time), limit: limit, epoch: epoch)
  }

  mutating func appendLate(
    _ slot: UInt32, _ time: Int64, _ value: SampleValue, _ accepted: HeadBounds.Times, _ outcome: inout AppendOutcome
  ) {
    // After a clock that ran ahead, the series' newest time is no measure.
    let newest = min(chunks[Int(slot)].lastTime, accepted.latest)
    let held = late[slot]?.load ?? 0
    guard time >= accepted.earliest, time >= newest &- bounds.window, held < bounds.lateSamplesMax else {
      outcome.outOfOrder += 1
      tally.outOfOrder += 1
      return
    }
    let insertion = insertLate(slot, time, value)
    if insertion == .added {
      uncommitted.append(slot | UncommittedSamples.lateFlag, time, value)
      if case .histogram = value { live?.noteHistogram(of: slot) }
      outcome.accepted += 1
      tally.appended += 1
      tally.late += 1
    } else {
      count(insertion, &outcome)
    }
  }

  /// Compares with everything of the series that is still in memory; what lies on disk is merged when it is read.
  mutating func insertLate(_ slot: UInt32, _ time: Int64, _ value: SampleValue) -> LateSamples.Insertion {
    let window = ReadWindow(after: time &- 1, through: time)
    var known = SampleColumns()
    for image in images(of: slot) where image.firstTime <= time && time <= image.lastTime {
      _ = image.decode(window, into: &known)
    }
    if let stored = known.value(at: time) { return stored == value ? .repeated : .differs }
    // No `default:` subscript: its autoclosure would capture the noncopyable head.
    if late[slot] == nil { late[slot] = LateSamples(firstEpoch: epoch) }
    return late[slot]?.insert(time, value, epoch: epoch) ?? .repeated
  }

  mutating func count(_ insertion: LateSamples.Insertion, _ outcome: inout AppendOutcome) {
    if insertion == .differs {
      outcome.duplicate += 1
      tally.duplicate += 1
    } else {
      outcome.accepted += 1
      tally.repeated += 1
    }
  }

  // MARK: Chunks

  func chunk(_ slot: UInt32) -> ChunkEncoder { chunks[Int(slot)] }
  func newestTime(of slot: UInt32) -> Int64 { chunks[Int(slot)].lastTime }

  mutating func replay(_ slot: UInt32, _ time: Int64, _ value: SampleValue) {
    switch value {
    case .number(let bits): appendInOrder(slot, chunks + Int(slot), time, bits)
    case .histogram(let histogram): appendInOrder(slot, time, histogram)
    }
  }

  mutating func remember(_ slot: UInt32, newest time: Int64) { chunks[Int(slot)].remember(newest: time) }

  mutating func close(_ slot: UInt32) {
    let chunk = chunks + Int(slot)
    if chunk.pointee.hasHistograms, let open = histograms.removeValue(forKey: slot) {
      chunk.pointee.hasHistograms = false
      closed.add(slot, open.image(), firstEpoch: open.firstEpoch, lateThrough: 0)
      tally.chunksClosed += 1
    }
    guard !chunk.pointee.isEmpty else { return }
    closed.add(slot, chunk.pointee.image(), firstEpoch: chunk.pointee.firstEpoch, lateThrough: 0)
    chunk.pointee.release(to: &memory)
    tally.chunksClosed += 1
  }

  /// Where the series' open chunk of either kind begins; `nil` when it has none.
  func openStart(of slot: UInt32) -> (time: Int64, epoch: UInt32)? {
    let chunk = chunks[Int(slot)]
    if !chunk.isEmpty { return (chunk.firstTime, chunk.firstEpoch) }
    guard chunk.hasHistograms, let open = histograms[slot] else { return nil }
    return (open.firstTime, open.firstEpoch)
  }

  // MARK: Histograms

  private mutating func append(
    _ sample: SampleBatch.HistogramSample, _ accepted: HeadBounds.Times, _ outcome: inout AppendOutcome
  ) {
    guard isLive(sample.reference) else {
      outcome.gone.append(sample.reference)
      tally.gone += 1
      return
    }
    let (slot, time, histogram) = (sample.reference.slot, sample.millisecond, sample.histogram)
    if let flaw = histogram.flaw { return count(flaw, &outcome) }
    if time > accepted.latest {
      outcome.tooFarInFuture += 1
      tally.tooFarInFuture += 1
      return
    }
    let chunk = chunks[Int(slot)]
    if time > chunk.lastTime, time >= accepted.earliest {
      replay(slot, time, .histogram(histogram))
      uncommitted.append(slot, time, .histogram(histogram))
      live?.noteHistogram(of: slot)
      outcome.accepted += 1
      tally.appended += 1
    } else if time == chunk.lastTime {
      let isOther = chunk.hasHistograms ? histograms[slot]?.last != histogram : chunk.knowsLastValue
      count(isOther ? .differs : .repeated, &outcome)
    } else {
      appendLate(slot, time, .histogram(histogram), accepted, &outcome)
    }
  }

  private mutating func count(_ flaw: HistogramFlaw, _ outcome: inout AppendOutcome) {
    switch flaw {
    case .tooManyBuckets:
      outcome.tooManyBuckets += 1
      tally.tooManyBuckets += 1
    case .malformed:
      outcome.malformedHistogram += 1
      tally.malformedHistogram += 1
    }
  }

  private mutating func appendInOrder(_ slot: UInt32, _ time: Int64, _ histogram: NativeHistogram) {
    let chunk = chunks + Int(slot)
    let isFull = histograms[slot]?.isFull(at: time, limit: bounds.limits.samples) ?? false
    if !chunk.pointee.isEmpty || isFull { close(slot) }
    if !chunk.pointee.hasHistograms {
      wake(chunk)
      chunk.pointee.hasHistograms = true
      histograms[slot] = HistogramChunk(at: time, cutTime: bounds.limits.cutTime(after: time), epoch: epoch)
    }
    histograms[slot]?.append(time, histogram)
    chunk.pointee.remember(newest: time)
  }

  /// Gives back the memory of a series that is no longer fed.
  mutating func rest(_ slot: UInt32) {
    let chunk = chunks + Int(slot)
    guard !chunk.pointee.isIdle else { return }
    chunk.pointee.release(to: &memory)
    chunk.pointee.isIdle = true
    activeSeries -= 1
  }

  /// The series may leave: nothing of it is in memory, and whatever came for it now would be newer than all that it had.
  func isForgettable(_ slot: UInt32, now: Int64) -> Bool {
    let chunk = chunks[Int(slot)]
    return chunk.isIdle && openStart(of: slot) == nil && chunk.lastTime < bounds.times(at: now).earliest
      && late[slot] == nil && closed.of(slot).isEmpty
  }

  /// From here on references to these series are answered as gone.
  mutating func forget(_ slots: [UInt32]) {
    table.remove(slots)
    for slot in slots {
      chunks[Int(slot)] = ChunkEncoder(generation: table.generation(of: slot))
      chunks[Int(slot)].isIdle = true
      live?.noteGone(slot)
    }
    tally.departed += UInt64(slots.count)
  }

  /// Everything of a series that is in memory: waiting chunks, then the open one. Late samples are apart.
  func images(of slot: UInt32) -> [ChunkImage] {
    var images = closed.of(slot).map(\.image)
    let open = chunks[Int(slot)]
    if !open.isEmpty { images.append(open.image()) }
    if open.hasHistograms, let open = histograms[slot] { images.append(open.image()) }
    return images
  }
}
