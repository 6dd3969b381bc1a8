import Alerting
import Foundation
import PromQL
import Records
import Synchronization
import Telemetry
import Testing
import UnixSignals
import WebInterface

@testable import WatchkeeperApp

@Suite("Lifecycle")
struct LifecycleTests {
  @Test("a signal ends a start at once, a run in order, and a stop that takes too long at once") func signals() async {
    let listener = SignalListener()
    #expect(listener.take(.sigterm) == 0)
    listener.begin()
    #expect(listener.take(.sighup) == nil)
    #expect(listener.take(.sigint) == nil)
    #expect(listener.take(.sigint) == 1)
    var requests = listener.requests.makeAsyncIterator()
    #expect(await requests.next() == .reload)
    #expect(await requests.next() == .stop)
  }

  @Test("lines carry priorities only when the journal of systemd takes them") func logLines() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("", to: "log")
    let handle = try #require(FileHandle(forWritingAtPath: path))
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    let device = try #require(attributes[.systemNumber] as? Int)
    let inode = try #require(attributes[.systemFileNumber] as? Int)
    func line(_ stream: String?) throws -> String {
      try handle.truncate(atOffset: 0)
      let environment = stream.map { ["JOURNAL_STREAM": $0] } ?? [:]
      Log(clock: TestClock(), environment: environment, descriptor: handle.fileDescriptor).warning("disk\u{1b}")
      return try String(contentsOfFile: path, encoding: .utf8)
    }
    #expect(try line("\(device):\(inode)") == "<4>disk�\n")
    for other in [nil, "1", "\(device):\(inode + 1)", "\(device + 1):\(inode)"] {
      let text = try line(other)
      #expect(text.contains(/^\d\d:\d\d:\d\d disk�\n$/), "\(text)")
    }
  }

  @Test("the last good configuration is whole, and its owner's alone") func lastGood() throws {
    let folder = NSTemporaryDirectory() + "watchkeeper-last-good-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let lastGood = LastGoodConfiguration(path: folder + "/configuration.last-good.json")
    func save(_ text: String) throws -> ConfigurationFiles {
      let files = ConfigurationFiles(files: [.init(kind: .settings, path: "watchkeeper.yaml", text: text)])
      try lastGood.save(files)
      return files
    }
    _ = try save("heartbeat: {url: https://example.org/token}")
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: lastGood.path)
    for text in ["heartbeat: {url: https://example.org/token}", "language: en"] {
      #expect(try save(text) == lastGood.load())
      let mode = try FileManager.default.attributesOfItem(atPath: lastGood.path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
    #expect(throws: StartError.self) {
      try LastGoodConfiguration(path: folder + "/absent/x.json").save(ConfigurationFiles(files: []))
    }
  }

  @Test("a clock that is set is noticed both ways, slewing is not") func clockWatch() {
    var watch = ClockWatch()
    let start = Timestamp(milliseconds: 1_000_000_000)
    #expect(watch.look(now: start, uptime: .seconds(10)) == nil)
    #expect(watch.look(now: start.advanced(by: .seconds(2)), uptime: .seconds(11)) == nil, "a second is no step")
    #expect(watch.look(now: start.advanced(by: .seconds(-7197)), uptime: .seconds(12)) == .seconds(-7200))
    #expect(watch.look(now: start.advanced(by: .seconds(-7196)), uptime: .seconds(13)) == nil)
    #expect(watch.shown(at: .seconds(13)) == .seconds(-7200))
    #expect(watch.shown(at: .seconds(12 + 900)) == .zero)
    #expect(watch.look(now: start.advanced(by: .seconds(5)), uptime: .seconds(14)) == .seconds(7200))
  }

  @Test("a storm of changes is told once a second, the first change at once") func storm() async {
    let clock = TestClock()
    let hub = EventHub(after: 0, clock: clock)
    var page = await hub.deltas(after: nil).makeAsyncIterator()
    await hub.tell(changed: [.incidents])
    #expect(await page.next()?.id == 1, "at once")
    for number in 1...10_000 {
      await hub.tell(changed: [.incidents, .incident(RecordNumber(.incident, number))])
    }
    clock.advance(by: .seconds(1))
    let storm = await page.next()
    guard case .resync = storm?.content else {
      Issue.record("10,000 changes were told one by one")
      return
    }
    #expect(storm?.id == 2, "one delta for all of them")
    clock.advance(by: .seconds(1))
    // A few changes are told each by itself again, once the pause is over.
    for _ in 0..<1000 { await Task.yield() }
    await hub.tell(changed: [.items])
    clock.advance(by: .seconds(1))
    let after = await page.next()
    #expect(after?.id == 3)
    guard case .changed(.items) = after?.content else {
      Issue.record("a single change is told as what it is")
      return
    }
    await hub.close()
  }

  @Test("a page of an earlier run reads everything again, and a closed hub ends every stream") func hub() async {
    let earlier = EventHub(after: 1_000, clock: TestClock())
    for _ in 0..<3 { await earlier.send(.changed(.items)) }
    let later = EventHub(after: 2_000, clock: TestClock())
    for _ in 0..<5 { await later.send(.changed(.items)) }
    var known = await later.deltas(after: 2_003).makeAsyncIterator()
    #expect(await known.next()?.id == 2_004)
    var returning = await later.deltas(after: 1_003).makeAsyncIterator()
    guard case .resync = await returning.next()?.content else {
      Issue.record("what changed between the runs is not known to the page")
      return
    }
    await later.close()
    #expect(await returning.next() == nil)
    var late = await later.deltas(after: nil).makeAsyncIterator()
    #expect(await late.next() == nil)
  }

  @Test("a reload waits for the round under way instead of failing it") func reloadDuringRound() async throws {
    let clock = TestClock()
    let gate = Gate()
    let journal = MemoryJournal(clock: clock)
    let groups = try ConfigurationReader.read(
      ConfigurationFiles(files: [
        .init(kind: .settings, path: "watchkeeper.yaml", text: "packaged: {probes: false, rules: false, plans: false}"),
        .init(
          kind: .rules, path: "rules/a.yaml",
          text: "groups: [{name: g, interval: 15s, rules: [{alert: Down, expr: up == 0}]}]"),
      ]), hostName: "h", notifiers: CommandWorld.offlineNotifiers
    ).ruleGroups
    let evaluator = RuleEvaluator(
      world: .test(clock, journal), queries: QueryService(reader: gate, lookback: .seconds(300), clock: clock),
      appender: gate, log: .test, external: .none, offer: { _ in }, retire: { _ in })
    try await evaluator.restore(groups)
    let running = Task { await evaluator.run() }
    for _ in 0..<10_000 where !gate.isEntered {
      clock.advance(by: .milliseconds(100))
      await Task.yield()
    }
    try #require(gate.isEntered)
    let reloading = Task { await evaluator.reload(groups) }
    for _ in 0..<100 { await Task.yield() }
    gate.open()
    await reloading.value
    #expect(evaluator.view.rounds == 1)
    #expect(evaluator.view.failures.values.allSatisfy { $0 == 0 })
    await evaluator.stop()
    await running.value
  }
}

/// Holds every read until it is opened; a read that was cancelled fails, as the store's do.
private final class Gate: SeriesReader, SampleAppender {
  private let state = Mutex((isEntered: false, isOpen: false))

  var isEntered: Bool { state.withLock { $0.isEntered } }
  func open() { state.withLock { $0.isOpen = true } }

  func select(_ selections: [SeriesSelection], limits: ReadLimits) async throws(SeriesReadError) -> [[SeriesSlice]] {
    state.withLock { $0.isEntered = true }
    while !state.withLock({ $0.isOpen }) { await Task.yield() }
    if Task.isCancelled { throw .unreadable("cancelled") }
    return selections.map { _ in [] }
  }

  func labelSets(
    matching selectors: [[LabelMatcher]], after: Timestamp, through: Timestamp, limits: ReadLimits
  ) async throws(SeriesReadError) -> [LabelSet] { [] }

  func reference(for labels: LabelSet) throws(AppendError) -> SeriesReference { throw .closed }
  func append(_ batch: SampleBatch) -> AppendOutcome { AppendOutcome() }
}
