internal import Glibc
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import ServiceLifecycle
public import Telemetry
internal import Wording

/// The web interface on its listeners: TCP for browsers and programs, a Unix socket for local users.
///
/// `run()` has the shape of ServiceLifecycle's `Service` and stops gracefully with the group that it runs in.
public struct WebServer: Sendable {
  private let site: Site
  private let settings: WebSettings
  private let onListening: @Sendable (Int) async -> Void

  /// - Parameter onListening: called with the port once the TCP listener takes connections.
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
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application(.hostname(settings.host, port: settings.port), .network).run() }
      if let path = settings.socketPath {
        Self.removeSocket(at: path)
        group.addTask { try await application(.unixDomainSocket(path: path), .socket).run() }
      }
      try await group.waitForAll()
    }
  }

  private func application(_ address: BindAddress, _ door: WebRequest.Door) -> some ApplicationProtocol {
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
        switch door {
        case .network: await onListening(channel.localAddress?.port ?? 0)
        // The file's permissions are the authentication. The folder around it must be closed to others as well:
        // the file is open to the umask between bind and here.
        case .socket: if let path = settings.socketPath { chmod(path, 0o600) }
        }
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
