import Foundation
import Interchange
import LoopbackServers
import Notifiers
import Records
import Synchronization
import Telemetry
import Testing
import TimeSeriesStore
import Transfers
import Yams

@testable import WatchkeeperApp

@Suite("Remote write out")
struct RemoteWriteSenderTests {
  private let folder: TemporaryFolder
  private let clock = TestClock()
  private let store: EmbeddedStore

  init() throws {
    folder = try TemporaryFolder()
    store = try EmbeddedStore(folder: folder.path + "/samples", clock: clock)
  }

  /// Reads what it is sent and answers in turn; the last answer stays.
  private final class Receiver: Sendable {
    enum Answer: Sendable { case status(Int, [ResponseHeader] = []), hang }

    private let state: Mutex<(answers: [Answer], requests: [(Answer, [String])])>
    private let times = Mutex<[Duration]>([])
    private let clock: TestClock?

    init(_ answers: Answer..., clock: TestClock? = nil) {
      state = Mutex((answers, []))
      self.clock = clock
    }

    /// Between one request and the next.
    var waits: [Duration] { times.withLock { times in zip(times.dropFirst(), times).map { $0 - $1 } } }
    func answer(with answer: Answer) { state.withLock { $0.answers = [answer] } }

    /// `name value` of the samples of each request.
    var requests: [[String]] { state.withLock { $0.requests.map(\.1) } }
    var taken: [String] {
      state.withLock { state in
        state.requests.filter { if case .status(200..<300, _) = $0.0 { true } else { false } }.flatMap(\.1)
      }
    }

    func carry(_ request: TransferRequest) async -> TransferReport {
      let texts = Self.texts(request)
      if let clock { times.withLock { $0.append(clock.uptime) } }
      let answer = state.withLock { state in
        let answer = state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
        state.requests.append((answer, texts))
        return answer
      }
      switch answer {
      case .status(let status, let headers):
        var report = TransferReport(outcome: .completed(status: status, version: .http11))
        report.headers = headers
        return report
      case .hang:
        while !Task.isCancelled { await Task.yield() }
        return TransferReport(outcome: .failed(TransferFailure(.cancelled, "cancelled")))
      }
    }

    private static func texts(_ request: TransferRequest) -> [String] {
      let type = request.headers.first { $0.name == "Content-Type" }?.value.reveal() ?? ""
      guard let version = RemoteWriteVersion(contentType: type) else { return ["no type"] }
      return texts(request.upload ?? [], version)
    }

    static func texts(_ body: [UInt8], _ version: RemoteWriteVersion) -> [String] {
      var table = RemoteWriteTable()
      var names: [String] = []
      let round = try? table.read(body, version) { labels throws(AppendError) in
        names.append(labels["host"] ?? labels.description)
        return SeriesReference(slot: UInt32(names.count - 1), generation: 1)
      }
      guard let round else { return ["unreadable"] }
      return zip(round.batch.references, round.batch.values).map { "\(names[Int($0.slot)]) \($1)" }
        + round.histograms.histograms.map { "\(names[Int($0.reference.slot)]) h\($0.histogram.count)" }
    }
  }

  private func endpoint(_ text: String = "", port: Int = 1) throws -> RemoteWriteEndpoint {
    let document = try SettingsDocument(text: "url: http://127.0.0.1:\(port)/\n" + text, file: "watchkeeper.yaml")
    return try SettingsDecoder.decode(
      RemoteWriteEndpoint.self, from: try #require(document.root), of: document,
      userInfo: [ReceiverSettings.environmentKey: CommandWorld.offlineNotifiers])
  }

  private func senders(_ receiver: Receiver, over store: EmbeddedStore? = nil) -> RemoteWriteSenders {
    senders(over: store) { await receiver.carry($0) }
  }

  private func senders(
    over store: EmbeddedStore? = nil, _ carry: @escaping @Sendable (TransferRequest) async -> TransferReport
  ) -> RemoteWriteSenders {
    RemoteWriteSenders(
      RemoteWriteSurroundings(
        store: store ?? self.store, cursors: RemoteWriteCursors(path: folder.path + "/remote-write.json"),
        clock: clock, log: .test, carry: carry, metadata: { MetadataTable() }))
  }

  private func append(_ host: String, _ values: ClosedRange<Int>, back milliseconds: Int64 = 0) async throws {
    var batch = SampleBatch()
    let reference = try store.reference(for: LabelSet(["__name__": "m", "host": host]))
    for value in values {
      batch.append(
        reference, at: Timestamp(milliseconds: clock.now.milliseconds - milliseconds + Int64(value)), Double(value))
    }
    store.append(batch)
    await store.commit()
  }

  /// Lets time pass until the tasks under way have brought it about; on a busy machine they take their time.
  private func until(_ what: String, by step: Duration = .milliseconds(1), _ isSo: () -> Bool) async throws {
    let limit = ContinuousClock.now + .seconds(120)
    while !isSo() {
      try #require(ContinuousClock.now < limit, "still waiting for \(what)")
      clock.advance(by: step)
      await Task.yield()
    }
  }

  @Test("refusals for now are repeated in order after the wait that was asked for, refusals for good are dropped")
  func answers() async throws {
    let receiver = Receiver(
      .status(500), .status(429, [ResponseHeader("Retry-After", "7")]), .status(200),
      .status(400, [ResponseHeader("X-Prometheus-Remote-Write-Samples-Written", "1")]), .status(204), clock: clock)
    let senders = senders(receiver)
    await senders.adopt([try endpoint("queue_config: {max_samples_per_send: 2}")])
    try await append("a", 1...6)
    try await until("the end") { receiver.requests.count == 5 }
    #expect(receiver.waits[0] >= .milliseconds(30) && receiver.waits[0] < .seconds(5), "\(receiver.waits)")
    #expect(receiver.waits[1] >= .seconds(7), "\(receiver.waits)")
    #expect(
      receiver.requests == [
        ["a 1.0", "a 2.0"], ["a 1.0", "a 2.0"], ["a 1.0", "a 2.0"], ["a 3.0", "a 4.0"], ["a 5.0", "a 6.0"],
      ])
    try await until("the count") { senders.views[0].view.samples == 5 }
    let view = senders.views[0].view
    #expect(view.retried == 4 && view.refused == 1 && view.dropped.isEmpty && view.outage == nil)
    await senders.stop()
    await store.close()
  }

  @Test("where the place in the queue cannot be read, all that the log holds is sent") func damagedCursors()
    async throws
  {
    try await append("a", 1...2)
    try Data("{".utf8).write(to: URL(filePath: folder.path + "/remote-write.json"))
    let receiver = Receiver(.status(200))
    let senders = senders(receiver)
    await senders.adopt([try endpoint()])
    try await until("what the log holds") { receiver.taken == ["a 1.0", "a 2.0"] }
    await senders.stop()
    await store.close()
  }

  @Test("the log keeps what an endpoint has not got, and nothing for one that has it or is gone")
  func heldLog() async throws {
    func logged(_ host: String) async throws -> Bool {
      store.closeChunks(.all)
      await store.commit()
      await store.prune()
      // Rows leave with the next commit, whole commits each.
      try await append("other", 1...1)
      let page = try await store.readLog(after: [:], limit: 100)
      return page?.series.contains { $0.labels["host"] == host } == true
    }
    let start = clock.now
    let receiver = Receiver(.status(503))
    let senders = senders(receiver)
    await senders.adopt([try endpoint()])
    try await append("a", 1...2)
    #expect(try await logged("a"))
    receiver.answer(with: .status(200))
    try await until("all that is sent") {
      senders.views[0].view.samples >= 3 && senders.views[0].view.waitingSince == nil
    }
    #expect(senders.views[0].view.newestSent.map { $0 >= start.milliseconds + 2 } == true)
    try await append("b", 1...1)
    try await until("one more") { receiver.taken.contains("b 1.0") && senders.views[0].view.waitingSince == nil }
    #expect(try await !logged("a"))
    receiver.answer(with: .status(503))
    try await append("c", 1...1)
    #expect(try await logged("c"))
    await senders.adopt([])
    #expect(try await !logged("c"))
    await senders.stop()
    await store.close()
  }

  @Test("a place beyond the log, which counts anew when all of it was pruned, leaves nothing out")
  func placeBeyond() async throws {
    try await append("a", 1...1)
    let end = try await store.endOfLog()
    let cursor = RemoteWriteCursor(position: end.mapValues { LogPlace(row: $0.row + 1_000_000) })
    _ = await RemoteWriteCursors(path: folder.path + "/remote-write.json").save(cursor, of: "127.0.0.1:1")
    let receiver = Receiver(.status(200))
    let senders = senders(receiver)
    await senders.adopt([try endpoint()])
    try await append("b", 1...1)
    try await until("what comes") { receiver.taken == ["b 1.0"] }
    await senders.stop()
    await store.close()
  }

  @Test("what waits longer than the age limit is left out and counted; what comes then goes out")
  func age() async throws {
    let receiver = Receiver(.status(503))
    let senders = senders(receiver)
    await senders.adopt([try endpoint("queue_config: {max_samples_per_send: 2, sample_age_limit: 1h}")])
    let start = clock.now
    try await append("a", 1...4)
    try await until("the first request") { !receiver.requests.isEmpty }
    #expect(senders.views[0].view.waitingSince == start.advanced(by: .milliseconds(2)))
    clock.advance(by: .seconds(3610))
    try await until("the drop") { senders.views[0].view.dropped[.tooOld] == 4 }
    receiver.answer(with: .status(200))
    try await append("a", 5...6)
    try await until("what is new") { receiver.taken.count == 2 }
    #expect(receiver.taken == ["a 5.0", "a 6.0"])
    await senders.stop()
    await store.close()
  }

  @Test("a clock that is set forward makes nothing old at once, also after a reload; time that passes does")
  func clockSet() async throws {
    let receiver = Receiver(.status(503))
    let senders = senders(receiver)
    let patient = try endpoint("queue_config: {sample_age_limit: 1h}")
    await senders.adopt([patient])
    try await append("a", 1...2)
    try await until("the first request") { !receiver.requests.isEmpty }
    clock.set(by: .seconds(86_400))
    await senders.adopt([patient])
    let before = receiver.requests.count
    try await until("more requests") { receiver.requests.count > before + 1 }
    #expect(senders.views[0].view.dropped.isEmpty)
    clock.advance(by: .seconds(3590))
    try await until("the drop") { senders.views[0].view.dropped[.tooOld] == 2 }
    try await append("a", 3...3)
    receiver.answer(with: .status(200))
    try await until("what is new") { receiver.taken == ["a 3.0"] }
    receiver.answer(with: .status(503))
    try await append("a", 4...4)
    try await until("an outage") { senders.views[0].view.outage != nil }
    await senders.stop()

    // A program that was not there for two hours does not know that its clock was not set, and believes it.
    clock.advance(by: .seconds(7200))
    let later = self.senders(receiver)
    await later.adopt([patient])
    try await until("what waited meanwhile") { later.views[0].view.dropped == [.tooOld: 1] }
    await later.stop()
    await store.close()
  }

  /// As a proxy in front of a receiver does it.
  @Test("a request that is too large is sent in parts; what is too large by itself is left out and counted")
  func tooLarge() async throws {
    let server = try LoopbackServer { connection, server in
      let head = connection.readHead()
      let length = head.firstMatch(of: /Content-Length: ([0-9]+)/).flatMap { Int($0.1) } ?? 0
      let body = connection.readBytes(length)
      let isTooLarge = length > 600
      if !isTooLarge { server.note(Receiver.texts(body, .one).joined(separator: "\n")) }
      connection.write(
        "HTTP/1.1 \(isTooLarge ? "413 Content Too Large" : "204 No Content")\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
      )
    }
    defer { server.stop() }
    let engine = TransferEngine()
    let senders = senders { await engine.perform($0) }
    await senders.adopt([try endpoint("queue_config: {sample_age_limit: 1d}", port: server.port)])
    let giant = (1...600).map { String($0 * 7919 % 100_003) }.joined()
    for (host, values) in [("a", 1...200), (giant, 1...1), ("b", 1...40)] {
      var batch = SampleBatch()
      let reference = try store.reference(for: LabelSet(["__name__": "m", "host": host]))
      for value in values { batch.append(reference, at: clock.now.advanced(by: .milliseconds(value)), Double(value)) }
      store.append(batch)
    }
    await store.commit()
    try await until("all that goes out") { senders.views[0].view.samples == 240 }
    let taken = server.notes.map { $0.split(separator: "\n") }
    #expect(taken.joined().map(String.init) == (1...200).map { "a \(Double($0))" } + (1...40).map { "b \(Double($0))" })
    #expect(taken.count < 30, "behind the one that is left out parts grow again")
    let view = senders.views[0].view
    #expect(view.refused == 1 && view.dropped.isEmpty && view.retried > 240)
    await senders.stop()
    await store.close()
  }

  @Test("an endpoint for which nothing is small enough is asked less and less often")
  func neverSmallEnough() async throws {
    let receiver = Receiver(.status(413), clock: clock)
    let senders = senders(receiver)
    await senders.adopt([try endpoint("queue_config: {max_backoff: 1h}")])
    try await append("a", 1...12)
    try await until("all refused", by: .milliseconds(10)) { senders.views[0].view.refused == 12 }
    #expect(receiver.requests.map(\.count) == [12, 6, 3] + Array(repeating: 1, count: 12))
    for (number, wait) in receiver.waits.dropFirst(3).enumerated() {
      #expect(wait >= .milliseconds(30 << number), "\(receiver.waits)")
    }
    receiver.answer(with: .status(200))
    try await append("a", 13...13)
    try await until("one that is taken") { senders.views[0].view.samples == 1 }
    receiver.answer(with: .status(413))
    try await append("a", 14...15)
    try await until("two more") { senders.views[0].view.refused == 14 }
    // Not the minutes of before.
    #expect(receiver.waits.last.map { $0 < .seconds(60) } == true, "\(receiver.waits)")
    await senders.stop()
    await store.close()
  }

  @Test("histograms with buckets of their own go out by 2.0 only", arguments: [RemoteWriteVersion.one, .two])
  func customBuckets(_ version: RemoteWriteVersion) async throws {
    let receiver = Receiver(
      .status(200, [ResponseHeader("X-Prometheus-Remote-Write-Samples-Written", "1")]))
    let senders = senders(receiver)
    await senders.adopt([
      try endpoint(version == .one ? "" : "protobuf_message: io.prometheus.write.v2.Request")
    ])
    let plain = NativeHistogram(count: 3, positive: .init(spans: [.init(offset: 0, length: 1)], counts: [3]))
    let own = NativeHistogram(
      schema: NativeHistogram.customSchema, zeroThreshold: 0, count: 2,
      positive: .init(spans: [.init(offset: 0, length: 1)], counts: [2]), customBounds: [0.5, 1])
    var batch = SampleBatch()
    for (host, histogram) in [("p", plain), ("o", own)] {
      batch.append(
        try store.reference(for: LabelSet(["__name__": "h", "host": host])), at: clock.now, histogram)
    }
    store.append(batch)
    await store.commit()
    let expected = version == .one ? ["p h3.0"] : ["p h3.0", "o h2.0"]
    try await until("what goes out") { senders.views[0].view.histograms == expected.count }
    #expect(receiver.requests == [expected])
    #expect(senders.views[0].view.dropped == (version == .one ? [.customBuckets: 1] : [:]))
    await senders.stop()
    await store.close()
  }

  @Test("what was on its way at a kill is sent again as it was, then what came since")
  func killed() async throws {
    let hanging = Receiver(.status(200), .hang)
    let killed = senders(hanging)
    await killed.adopt([try endpoint("queue_config: {max_samples_per_send: 3}")])
    try await append("a", 1...3)
    try await append("b", 1...2)
    try await until("the second request") { hanging.requests.count == 2 }
    try await append("b", 3...3)
    // As kill -9 leaves it: the files as they are.
    for name in ["samples", "remote-write.json"] {
      try FileManager.default.copyItem(atPath: folder.path + "/" + name, toPath: folder.path + "/copy-" + name)
    }
    await killed.stop()
    await store.close()
    try FileManager.default.removeItem(atPath: folder.path + "/remote-write.json")
    try FileManager.default.moveItem(
      atPath: folder.path + "/copy-remote-write.json", toPath: folder.path + "/remote-write.json")
    let revived = try EmbeddedStore(folder: folder.path + "/copy-samples", clock: clock)
    let receiver = Receiver(.status(200))
    let senders = senders(receiver, over: revived)
    await senders.adopt([try endpoint("queue_config: {max_samples_per_send: 3}")])
    try await until("what was left") { receiver.requests.count == 2 }
    #expect(hanging.requests == [["a 1.0", "a 2.0", "a 3.0"], ["b 1.0", "b 2.0"]])
    #expect(receiver.requests == [["b 1.0", "b 2.0"], ["b 3.0"]])
    await senders.stop()
    await revived.close()
  }

  @Test(
    "an endpoint that does not know the message loses nothing",
    arguments: [Receiver.Answer.status(415), .status(204), .status(301)])
  private func wrongMessage(_ answer: Receiver.Answer) async throws {
    let counted = [ResponseHeader("X-Prometheus-Remote-Write-Samples-Written", "1")]
    let receiver = Receiver(answer, .status(200, counted))
    let senders = senders(receiver)
    await senders.adopt([try endpoint("protobuf_message: io.prometheus.write.v2.Request")])
    try await append("a", 1...1)
    try await until("the first request") { senders.views[0].view.outage != nil }
    #expect(senders.views[0].view.outage?.contains("–") == true)
    try await until("the second request") { senders.views[0].view.samples == 1 }
    #expect(receiver.requests == [["a 1.0"], ["a 1.0"]])
    await senders.stop()
    await store.close()
  }

  @Test("one endpoint that hangs costs only itself; a new one gets what comes from then on; late samples go alone")
  func severalEndpoints() async throws {
    let hanging = Receiver(.hang)
    let receiver = Receiver(.status(200))
    let senders = senders { await ($0.url.reveal().contains(":1/") ? hanging : receiver).carry($0) }
    let dead = try endpoint()
    let live = try endpoint(
      """
      write_relabel_configs: [{source_labels: [host], regex: secret, action: drop}]
      send_native_histograms: false
      """, port: 2)
    await senders.adopt([dead])
    try await append("a", 1...1)
    await senders.adopt([dead, live])
    try await append("a", 2...2)
    try await append("secret", 1...1)
    var batch = SampleBatch()
    let histogram = NativeHistogram(count: 3, positive: .init(spans: [.init(offset: 0, length: 1)], counts: [3]))
    batch.append(
      try store.reference(for: LabelSet(["__name__": "h", "host": "h"])), at: clock.now, histogram)
    store.append(batch)
    try await append("a", 7...7, back: 60_000)
    try await until("what goes out") { receiver.requests.count == 2 }
    #expect(receiver.requests == [["a 2.0"], ["a 7.0"]])
    try await until("the counts") {
      senders.views[1].view.samples == 2 && senders.views[1].view.dropped == [.relabelled: 1, .histogram: 1]
    }
    await senders.adopt([dead, live])
    try await append("a", 8...8)
    try await until("the third request") { receiver.requests.count == 3 }
    #expect(receiver.requests.last == ["a 8.0"] && senders.views[1].view.samples > 1)
    #expect(hanging.requests.allSatisfy { $0 == hanging.requests.first })
    await senders.stop()
    await store.close()
  }
}
