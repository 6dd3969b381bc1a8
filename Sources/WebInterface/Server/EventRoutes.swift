internal import FoundationEssentials
internal import Records
internal import Synchronization
internal import Telemetry
internal import Wording

/// How many event streams are open.
final class StreamLimit: Sendable {
  private let open = Mutex(0)
  private let max: Int

  init(max: Int) { self.max = max }

  /// - Returns: whether there was room.
  func enter() -> Bool {
    open.withLock { count in
      guard count < max else { return false }
      count += 1
      return true
    }
  }

  func leave() { open.withLock { $0 -= 1 } }

  var count: Int { open.withLock { $0 } }
}

/// `/events`: what changes while a page is open, as server-sent events.
/// - Source: WHATWG HTML, "Server-sent events".
struct EventRoutes: Sendable {
  let feed: any ConsoleFeed
  let streams: StreamLimit
  let settings: WebSettings
  let clock: any WallClock

  /// Events that may wait for a slow reader; then the oldest go, and the reader sees the gap in the ids.
  static let waitingMax = 256

  var routes: [Route] {
    [
      Route(.get, "/events", .metricsRead) { call async throws(WebFailure) in
        guard call.request.method != "HEAD" else {
          return WebResponse(contentType: "text/event-stream; charset=utf-8", "")
        }
        guard streams.enter() else {
          throw .unavailable(Phrase("events.tooMany", ["limit": String(settings.streamsMax)]))
        }
        let after = (call.request.header("last-event-id") ?? call.request.parameter("after")).flatMap { UInt64($0) }
        var response = WebResponse(contentType: "text/event-stream; charset=utf-8", "")
        response.body = .stream(stream(await feed.deltas(after: after), call.reader))
        response.set("X-Accel-Buffering", "no")
        return response
      }
    ]
  }

  /// Events and heartbeats as one stream that ends with the feed, or when the reader is gone.
  private func stream(_ deltas: AsyncStream<ConsoleDelta>, _ reader: Reader) -> AsyncStream<String> {
    let (parts, sink) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(Self.waitingMax))
    let work = Task { [clock, settings, streams] in
      sink.yield("retry: 3000\n\n")
      await withTaskGroup(of: Void.self) { group in
        group.addTask { for await delta in deltas { sink.yield(Self.text(of: delta, for: reader)) } }
        group.addTask {
          while (try? await clock.sleep(for: settings.heartbeat)) != nil {
            sink.yield("event: alive\ndata: {\"now\":\(clock.now.milliseconds)}\n\n")
          }
        }
        await group.next()
        group.cancelAll()
      }
      sink.finish()
      streams.leave()
    }
    sink.onTermination = { _ in work.cancel() }
    return parts
  }

  private struct Changed: Encodable {
    let target: PageTarget
  }

  /// One event; JSON has no line breaks, so one `data` line holds it.
  static func text(of delta: ConsoleDelta, for reader: Reader) -> String {
    let (name, data): (String, String) =
      switch delta.content {
      case .samples(let samples): ("samples", json(samples, reader))
      case .shell(let shell): ("shell", json(ShellDelta(shell, reader), reader))
      case .changed(let target): ("changed", json(Changed(target: target), reader))
      case .resync: ("resync", "{}")
      }
    return "id: \(delta.id)\nevent: \(name)\ndata: \(data)\n\n"
  }

  private static func json(_ value: some Encodable, _ reader: Reader) -> String {
    guard case .bytes(let bytes) = WebResponse.json(value, reader: reader).body else { return "{}" }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The frame's changing parts, worded: the script only puts texts in place.
struct ShellDelta: Encodable {
  let pill: String
  let style: String
  let icon: String
  let href: String
  let newestSample: Timestamp?
  let incidents: Int
  let tasks: Int
  /// `ShellState.noticesMark` of a page that is read now.
  let notices: String

  init(_ shell: ShellState, _ reader: Reader) {
    let counts = ["delivering": "\(shell.probesDelivering)", "expected": "\(shell.probesExpected)"]
    pill = (shell.problem ?? Phrase("shell.pill.watching", counts)).text(for: reader)
    style = ViewParts.styleName(shell.health)
    icon = "i-" + style
    href = shell.target.path
    newestSample = shell.newestSample
    incidents = shell.incidentsWaiting
    tasks = shell.tasksWaiting
    notices = shell.noticesMark
  }
}
