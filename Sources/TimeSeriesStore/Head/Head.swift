internal import Telemetry

/// The newest samples of every series, in memory. Guarded by the store's one lock; knows nothing of files.
struct Head: ~Copyable {
  var table = SeriesTable()
  /// One open chunk for each series, by slot.
  private var chunks: UnsafeMutablePointer<ChunkEncoder>
  private var capacity = 1024
  var late: [UInt32: LateSamples] = [:]
  var closed = ClosedChunks()
  var uncommitted = UncommittedSamples()
  /// For the one that follows sample by sample.
  var live: LiveTail?
  /// The number of the commit that will carry the samples arriving now.
  var epoch: UInt32 = Head.firstEpoch
  /// Above 1, because a late chunk names the commit before and 0 stands for chunks in order.
  static let firstEpoch: UInt32 = 2
  var activeSeries = 0
  var tally = HeadTally()
  var isShut = false
  /// The loop of the commits while it has nothing to do; the next append wakes it.
  var commitWaiter: CheckedContinuation<Void, Never>?
  let bounds: HeadBounds

  init(bounds: HeadBounds) {
    self.bounds = bounds
    chunks = .allocate(capacity: capacity)
    chunks.initialize(repeating: ChunkEncoder(), count: capacity)
  }

  deinit {
    for slot in 0..<table.count { chunks[slot].release() }
    chunks.deallocate()
  }

  // MARK: Series

  /// The slot of these labels, made when new.
  mutating func slot(for labels: LabelSet) -> UInt32 {
    if let known = table.slot(of: labels) { return known }
    if table.count == capacity { enlarge() }
    let slot = table.insert(labels)
    live?.noteMade(slot)
    activeSeries += 1
    return slot
  }

  private mutating func enlarge() {
    let larger: UnsafeMutablePointer<ChunkEncoder> = .allocate(capacity: capacity * 2)
    larger.moveInitialize(from: chunks, count: capacity)
    (larger + capacity).initialize(repeating: ChunkEncoder(), count: capacity)
    chunks.deallocate()
    chunks = larger
    capacity *= 2
  }

  // MARK: Samples

  mutating func append(_ batch: SampleBatch, now: Int64) -> AppendOutcome {
    var outcome = AppendOutcome()
    let times = bounds.times(at: now)
    for index in batch.references.indices {
      let slot = batch.references[index].number
      guard Int(slot) < table.count else {
        outcome.outOfOrder += 1
        tally.outOfOrder += 1
        continue
      }
      append(slot, batch.milliseconds[index], batch.values[index].bitPattern, times, &outcome)
    }
    return outcome
  }

  @inline(__always)
  private mutating func append(
    _ slot: UInt32, _ time: Int64, _ bits: UInt64, _ accepted: HeadBounds.Times, _ outcome: inout AppendOutcome
  ) {
    if time > accepted.latest {
      outcome.tooFarInFuture += 1
      tally.tooFarInFuture += 1
      return
    }
    let chunk = chunks + Int(slot)
    let newest = chunk.pointee.lastTime
    if time > newest, time >= accepted.earliest {
      appendInOrder(slot, chunk, time, bits)
      uncommitted.append(slot, time, bits)
      outcome.accepted += 1
      tally.appended += 1
    } else if time == newest {
      count(chunk.pointee.lastBits == bits || !chunk.pointee.knowsLastValue ? .repeated : .differs, &outcome)
    } else {
      appendLate(slot, time, bits, accepted, &outcome)
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
      if chunk.pointee.isIdle {
        chunk.pointee.isIdle = false
        activeSeries += 1
      }
      openChunk(slot, chunk, time)
    }
    chunk.pointee.append(time, bits)
  }

  /// The first chunk of a day gets a length of its own for each hundred series, so that closes spread over the span
  /// while neighbours, which share a target, still close together.
  private func openChunk(_ slot: UInt32, _ chunk: UnsafeMutablePointer<ChunkEncoder>, _ time: Int64) {
    let full = bounds.limits.samples
    let newest = chunk.pointee.lastTime
    let isFirstOfDay = newest == .min || newest < Day(containing: time).start
    let half = max(full / 2, 1)
    let limit = isFirstOfDay ? half + Int((slot / 100) &* 37 % UInt32(full - half + 1)) : full
    chunk.pointee.open(at: time, cutTime: bounds.limits.cutTime(after: time), limit: limit, epoch: epoch)
  }

  private mutating func appendLate(
    _ slot: UInt32, _ time: Int64, _ bits: UInt64, _ accepted: HeadBounds.Times, _ outcome: inout AppendOutcome
  ) {
    // After a clock that ran ahead, the series' newest time is no measure.
    let newest = min(chunks[Int(slot)].lastTime, accepted.latest)
    let held = late[slot]?.columns.count ?? 0
    guard time >= accepted.earliest, time >= newest &- bounds.window, held < bounds.lateSamplesMax else {
      outcome.outOfOrder += 1
      tally.outOfOrder += 1
      return
    }
    let insertion = insertLate(slot, time, bits)
    if insertion == .added {
      uncommitted.append(slot | UncommittedSamples.lateFlag, time, bits)
      outcome.accepted += 1
      tally.appended += 1
      tally.late += 1
    } else {
      count(insertion, &outcome)
    }
  }

  /// Compares with everything of the series that is still in memory; what lies on disk is merged when it is read.
  mutating func insertLate(_ slot: UInt32, _ time: Int64, _ bits: UInt64) -> LateSamples.Insertion {
    let window = ReadWindow(after: time &- 1, through: time)
    var known = SampleColumns()
    for image in images(of: slot) where image.firstTime <= time && time <= image.lastTime {
      _ = image.decode(window, into: &known)
    }
    if let stored = known.bits.first { return stored == bits ? .repeated : .differs }
    // No `default:` subscript: its autoclosure would capture the noncopyable head.
    if late[slot] == nil { late[slot] = LateSamples(firstEpoch: epoch) }
    return late[slot]?.insert(time, bits, epoch: epoch) ?? .repeated
  }

  private mutating func count(_ insertion: LateSamples.Insertion, _ outcome: inout AppendOutcome) {
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

  mutating func replay(_ slot: UInt32, _ time: Int64, _ bits: UInt64) {
    appendInOrder(slot, chunks + Int(slot), time, bits)
  }

  mutating func remember(_ slot: UInt32, newest time: Int64) { chunks[Int(slot)].remember(newest: time) }

  mutating func close(_ slot: UInt32) {
    let chunk = chunks + Int(slot)
    guard !chunk.pointee.isEmpty else { return }
    closed.add(slot, chunk.pointee.image(), firstEpoch: chunk.pointee.firstEpoch, lateThrough: 0)
    chunk.pointee.reset()
    tally.chunksClosed += 1
  }

  /// Gives back the memory of a series that is no longer fed.
  mutating func rest(_ slot: UInt32) {
    let chunk = chunks + Int(slot)
    guard !chunk.pointee.isIdle else { return }
    chunk.pointee.release()
    chunk.pointee.isIdle = true
    activeSeries -= 1
  }

  /// Everything of a series that is in memory: waiting chunks, then the open one. Late samples are apart.
  func images(of slot: UInt32) -> [ChunkImage] {
    var images = closed.of(slot).map(\.image)
    let open = chunks[Int(slot)]
    if !open.isEmpty { images.append(open.image()) }
    return images
  }
}

/// The bounds that decide about a sample.
struct HeadBounds: Sendable {
  let window: Int64
  let skew: Int64
  let acceptedAge: Int64
  let lateSamplesMax: Int
  let limits: ChunkLimits

  init(_ settings: StoreSettings) {
    window = settings.outOfOrderWindow.wholeMilliseconds
    skew = settings.futureSkew.wholeMilliseconds
    acceptedAge = settings.acceptedAge.wholeMilliseconds
    lateSamplesMax = settings.lateSamplesMax
    limits = ChunkLimits(
      samples: settings.chunkSamples, spanMilliseconds: settings.chunkSpan.wholeMilliseconds)
  }

  struct Times {
    let earliest: Int64
    let latest: Int64
  }

  func times(at now: Int64) -> Times {
    let (earliest, below) = now.subtractingReportingOverflow(acceptedAge)
    let (latest, above) = now.addingReportingOverflow(skew)
    return Times(earliest: below ? .min : earliest, latest: above ? .max : latest)
  }
}

/// Counts that change with each sample.
struct HeadTally: Sendable {
  var appended: UInt64 = 0
  var outOfOrder: UInt64 = 0
  var duplicate: UInt64 = 0
  var tooFarInFuture: UInt64 = 0
  var repeated: UInt64 = 0
  var late: UInt64 = 0
  var chunksClosed: UInt64 = 0
  var seriesRefused: UInt64 = 0
}

/// Samples since the last commit, in order of arrival.
struct UncommittedSamples: Sendable {
  /// Set in a slot's number when the sample came after newer ones.
  static let lateFlag: UInt32 = 1 << 31

  private(set) var slots: [UInt32] = []
  private(set) var columns = SampleColumns()

  var count: Int { slots.count }

  init(reserving capacity: Int = 0) {
    slots.reserveCapacity(capacity)
    columns.times.reserveCapacity(capacity)
    columns.bits.reserveCapacity(capacity)
  }

  @inline(__always)
  mutating func append(_ flaggedSlot: UInt32, _ time: Int64, _ bits: UInt64) {
    slots.append(flaggedSlot)
    columns.append(time, bits)
  }
}
