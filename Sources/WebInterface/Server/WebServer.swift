internal import Glibc
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization
public import Telemetry
internal import Wording

/// The web interface on its listeners: TCP for browsers and programs, a Unix socket for local users.
///
/// `run()` has the shape of ServiceLifecycle's `Service` and stops gracefully with the group that it runs in.
public struct WebServer: Sendable {
  private let site: Site
  private let settings: WebSettings
  private let onListening: @Sendable (Int) async -> Void

  /// - Parameter onListening: called with the TCP listener's port once all listeners take connections.
  /// - Throws: when a route declares no permission; the program must not start then.
  public init(
    settings: WebSettings, console: any Console, sessions: SessionStore, clock: any WallClock,
    onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
  ) throws(RouteTableError) {
    self.settings = settings
    self.onListening = onListening
    site = try Site(console: console, sessions: sessions, settings: settings, clock: clock)
  }

  /// Serves until the surrounding service group shuts down or the task is cancelled.
  /// - Throws: when a listener cannot be bound, for example because the port is taken.
  public func run() async throws {
    let opening = Opening(doors: settings.socketPath == nil ? 1 : 2)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application(.hostname(settings.host, port: settings.port), .network, opening).run() }
      if let path = settings.socketPath {
        Self.removeSocket(at: path)
        group.addTask { try await application(.unixDomainSocket(path: path), .socket, opening).run() }
      }
      // The first that fails ends the others; waitForAll would wait for them.
      for try await _ in group {}
    }
  }

  /// The listeners that are not open yet: who is told that the program listens may come by any of them.
  private final class Opening: Sendable {
    private let state: Mutex<(closed: Int, port: Int)>

    init(doors: Int) { state = Mutex((doors, 0)) }

    /// - Parameter port: of the listener that has opened; `nil` for one without.
    /// - Returns: the port, when this was the last listener.
    func opened(port: Int?) -> Int? {
      state.withLock { state in
        state.closed -= 1
        state.port = port ?? state.port
        return state.closed == 0 ? state.port : nil
      }
    }
  }

  private func application(
    _ address: BindAddress, _ door: WebRequest.Door, _ opening: Opening
  ) -> some ApplicationProtocol {
    let responder = CallbackResponder<ConnectionContext> { request, context in
      await Self.respond(to: request, context, door, site, settings)
    }
    return Application(
      responder: responder,
      server: .http1(
        configuration: .init(
          additionalChannelHandlers: [ClientDeparture()],
          idleTimeout: .nanoseconds(settings.idleTimeMax.wholeMilliseconds * 1_000_000),
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: settings.headerBytesMax, maxHeaderListSize: settings.headerBytesMax))),
      configuration: ApplicationConfiguration(address: address),
      onServerRunning: { [onListening, settings] channel in
        // The file's permissions are the authentication. The folder around it must be closed to others as well:
        // the file is open to the umask between bind and here.
        if door == .socket, let path = settings.socketPath { chmod(path, 0o600) }
        if let port = opening.opened(port: channel.localAddress?.port) { await onListening(port) }
      },
      // The program has one log of its own; the server's chatter does not enter it.
      logger: Logger(label: "watchkeeper.web") { _ in SwiftLogNoOpLogHandler() })
  }

  /// A program that was killed leaves its socket behind, and binding to that name would fail. The caller holds the
  /// lock of the data folder, so nobody listens on it.
  private static func removeSocket(at path: String) {
    var status = stat()
    if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
  }

  private static func respond(
    to request: Request, _ context: ConnectionContext, _ door: WebRequest.Door, _ site: Site, _ settings: WebSettings
  ) async -> Response {
    var headers: [String: String] = [:]
    for field in request.headers {
      let name = field.name.canonicalName
      headers[name] = headers[name].map { $0 + (name == "cookie" ? "; " : ", ") + field.value } ?? field.value
    }
    // HTTP/1.1's `Host` arrives as the request's authority.
    if let authority = request.head.authority { headers["host"] = authority }
    var body: [UInt8] = []
    // One byte more than allowed is enough to see that it is too large.
    if let buffer = try? await request.body.collect(upTo: settings.bodyBytesMax) {
      body = Array(buffer.readableBytesView)
    } else {
      body = [UInt8](repeating: 0, count: settings.bodyBytesMax + 1)
    }
    let question = WebRequest(
      method: request.method.rawValue, path: request.uri.path, query: request.uri.query ?? "", headers: headers,
      body: body, door: door)
    // What changes something is carried through; reading is for the reader.
    guard question.isReading, let departure = await context.departure else {
      return response(from: await site.respond(to: question))
    }
    return response(from: await departure.cancelling { await site.respond(to: question) })
  }

  private static func response(from answer: WebResponse) -> Response {
    var fields = HTTPFields()
    for (name, value) in answer.headers {
      if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
    }
    let status = HTTPResponse.Status(code: answer.status)
    switch answer.body {
    case .bytes(let bytes):
      return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    case .stream(let parts):
      return Response(
        status: status, headers: fields,
        body: ResponseBody { writer in
          // A graceful stop ends the stream; without it an open page would hold the program.
          for await part in parts.cancelOnGracefulShutdown() { try await writer.write(ByteBuffer(string: part)) }
          try await writer.finish(nil)
        })
    }
  }
}
