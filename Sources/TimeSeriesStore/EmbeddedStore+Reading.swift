internal import Dispatch
internal import GRDB
internal import Synchronization
public import Telemetry

extension EmbeddedStore: SeriesReader {
  public func select(
    _ selections: [SeriesSelection], limits: ReadLimits
  ) async throws(SeriesReadError) -> [[SeriesSlice]] {
    try await onReaders(limits) { store, budget throws(SeriesReadError) in
      var answers: [[SeriesSlice]] = []
      for selection in selections {
        var read = SeriesRead(store, after: selection.after, through: selection.through, .samples)
        try read.gather([selection.matchers], &budget)
        answers.append(read.slices())
      }
      return answers
    }
  }

  public func labelSets(
    matching selectors: [[LabelMatcher]], after: Timestamp, through: Timestamp, limits: ReadLimits
  ) async throws(SeriesReadError) -> [LabelSet] {
    try await onReaders(limits) { store, budget throws(SeriesReadError) in
      var read = SeriesRead(store, after: after, through: through, .presence)
      try read.gather(selectors.isEmpty ? [[]] : selectors, &budget)
      return read.labelSets()
    }
  }

  /// From the head's index: series that were sampled in the last hours, without a look at samples.
  public func labelNames(
    matching selectors: [[LabelMatcher]], limits: ReadLimits
  ) async throws(SeriesReadError) -> [String] {
    try await onReaders(limits) { store, budget throws(SeriesReadError) in
      if selectors.isEmpty { return store.head.withLock { $0.table.labelNames }.sorted() }
      var names: Set<String> = []
      try store.eachBlock(of: selectors, &budget) { names.formUnion($0.labelNames(of: $1)) }
      return names.sorted()
    }
  }

  public func labelValues(
    of name: String, matching selectors: [[LabelMatcher]], limits: ReadLimits
  ) async throws(SeriesReadError) -> [String: Int] {
    try await onReaders(limits) { store, budget throws(SeriesReadError) in
      if selectors.isEmpty { return store.head.withLock { $0.table.seriesCounts(of: name) } }
      var counts: [String: Int] = [:]
      try store.eachBlock(of: selectors, &budget) {
        counts.merge($0.seriesCounts(of: name, among: $1), uniquingKeysWith: +)
      }
      return counts
    }
  }

  /// Series that satisfy one of the selectors, some at a time: samples come in between.
  private func eachBlock(
    of selectors: [[LabelMatcher]], _ budget: inout ReadBudget, _ visit: (SeriesTable, ArraySlice<UInt32>) -> Void
  ) throws(SeriesReadError) {
    let slots = try slots(matching: selectors)
    for start in stride(from: 0, to: slots.count, by: 4096) {
      try budget.checkTime()
      head.withLock { visit($0.table, slots[start..<min(slots.count, start + 4096)]) }
    }
  }

  /// Files are read on threads of the store's own: the caller's thread may be one of the few that run all tasks.
  private func onReaders<Answer: Sendable>(
    _ limits: ReadLimits,
    _ body: @escaping @Sendable (EmbeddedStore, inout ReadBudget) throws(SeriesReadError) -> Answer
  ) async throws(SeriesReadError) -> Answer {
    let cancellation = CancellationFlag()
    let outcome: Result<Answer, SeriesReadError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        readers.async {
          var budget = ReadBudget(limits, self.clock, cancellation)
          let answer: Result<Answer, SeriesReadError>
          do throws(SeriesReadError) {
            answer = .success(try body(self, &budget))
          } catch {
            answer = .failure(error)
          }
          self.condition.withLock { $0.statistics.reads.add(budget.reads) }
          continuation.resume(returning: answer)
        }
      }
    } onCancel: {
      cancellation.raise()
    }
    return try outcome.get()
  }

  // MARK: For reads in progress

  /// Series in the head that satisfy one of the selectors, ascending.
  func slots(matching selectors: [[LabelMatcher]]) throws(SeriesReadError) -> [UInt32] {
    if head.withLock({ $0.isShut }) { throw .unreadable("the store is closed") }
    let found = selectors.map { matchers in
      // The head's index is memory: its search cannot fail.
      head.withLock { head in
        head.table.settle()
        return (try? head.table.series(matching: matchers)) ?? []
      }
    }
    return found.count == 1 ? found[0] : Set(found.joined()).sorted()
  }

  func labels(of slots: [UInt32]) -> [(UInt32, LabelSet)] {
    head.withLock { head in slots.map { ($0, head.table.labels(of: $0)) } }
  }

  /// Labels of a sealed file's series; `nil` for a damaged row.
  func labels(of numbers: [UInt32], in file: SealedDayFile) throws(SeriesReadError) -> [LabelSet?] {
    let labels: [LabelSet?]
    do {
      labels = try file.labels(of: numbers)
    } catch {
      guard error.isFileDamage else { throw .unreadable("\(file.name.text): \(error)") }
      labels = numbers.map { _ in nil }
    }
    for (number, found) in zip(numbers, labels) where found == nil {
      note(.damage, file.name, "series \(number)", "labels do not match their checksum; its samples are skipped")
    }
    return labels
  }

  func note(_ severity: StoreFinding.Severity, _ name: DayFileName, _ place: String, _ problem: String) {
    let finding = StoreFinding(severity, file: name.text, place: place, problem: problem)
    let now = clock.now
    _ = condition.withLock { $0.note(finding, at: now) }
  }

  func noteDamage(_ name: DayFileName, series: Int64, start: Int64, _ problem: String) {
    let finding = StoreFinding(
      .damage, file: name.text, place: "chunk of series \(series) from \(start)", problem: "\(problem); it is skipped")
    let now = clock.now
    condition.withLock { condition in
      if condition.note(finding, at: now) { condition.statistics.damagedChunks += 1 }
    }
  }
}
