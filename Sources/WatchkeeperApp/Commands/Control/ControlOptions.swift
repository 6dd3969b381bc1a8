internal import ArgumentParser
internal import Foundation
internal import Records
internal import Telemetry
internal import Transfers
internal import Wording

/// Which program a command asks, and how the answer is written.
struct ControlOptions: ParsableArguments {
  @OptionGroup var data: DataOption

  @Option(help: "URL of a console to ask instead of the program on --data, for example http://127.0.0.1:9464.")
  var server: String?

  @Option(name: .customLong("token"), help: "For --server: a file with a token of watchkeeper token create.")
  var tokenFile: String?

  @OptionGroup var language: LanguageOption

  @OptionGroup var output: OutputOption

  /// Talks with the program: `body` asks and writes. A refusal is said on standard error.
  ///
  /// - Parameter silence: the status when nothing answers; for most commands `.failure`.
  func ask(
    whenSilent silence: ExitStatus = .failure,
    _ body: (ControlSession) async throws -> Void
  ) async throws {
    let language = try language.chosen() ?? .english
    let transfers = TransferEngine()
    defer { transfers.shutdown() }
    let client = ControlClient(door: try door(), language: language) { await transfers.perform($0) }
    let reader = Reader(
      language: language, zone: ClockZone(ZoneLibrary().local), now: LiveClock().now.milliseconds)
    do {
      try await body(ControlSession(client: client, reader: reader, format: output.format))
    } catch let error as ControlError {
      switch output.format {
      case .table: Terminal.tell("watchkeeper: \(error)")
      case .json: Terminal.tell(error.json)
      }
      throw silence.code
    }
  }

  func door() throws -> ControlClient.Door {
    guard let server else {
      guard tokenFile == nil else {
        throw UsageError(
          "--token: the socket needs none", remedy: "name the console with --server URL, or leave it out")
      }
      return .socket(path: data.folder.controlSocket)
    }
    guard let tokenFile else {
      throw UsageError("--server needs --token FILE", remedy: "make one with: watchkeeper token create --role viewer")
    }
    guard data.path == nil else {
      throw UsageError("--server and --data name two programs", remedy: "give one of them")
    }
    try Self.refuseClearText(server)
    do {
      return .server(url: server, token: try SecretFile.read(tokenFile), tokenFile: tokenFile)
    } catch {
      let sides = error.fault.sides(in: .english)
      throw UsageError("--token: \(sides.problem)", remedy: sides.advice ?? "check the file")
    }
  }

  /// A token on an open network is a token given away.
  private static func refuseClearText(_ server: String) throws(UsageError) {
    guard let url = URL(string: server), let scheme = url.scheme?.lowercased(), let host = url.host(),
      scheme == "http" || scheme == "https"
    else { throw UsageError("--server: '\(server)' is not a URL", remedy: "write e.g. https://watch.example.org") }
    let isLoopback = host == "localhost" || host == "::1" || host == "[::1]" || host.hasPrefix("127.")
    guard scheme == "https" || isLoopback else {
      throw UsageError(
        "--server: http:// would send the token in clear text to \(host)",
        remedy: "write https://, or forward the port: ssh -L 9464:127.0.0.1:9464 \(host)")
    }
  }
}

/// One conversation: who is asked, who reads, and in which form.
struct ControlSession {
  let client: ControlClient
  let reader: Reader
  let format: OutputFormat

  /// Writes an answer as it came, or as text made from it.
  func show<Page: Decodable>(
    _ answer: ControlClient.Answer, as type: Page.Type, _ text: (Page, Reader) throws -> String
  ) throws {
    switch format {
    case .json: Terminal.writeLine(answer.text)
    case .table: Terminal.writeLine(TextLayout.plain(try text(try answer.decoded(as: type), reader)))
    }
  }
}

extension ControlClient.Answer {
  func decoded<Page: Decodable>(as type: Page.Type) throws(ControlError) -> Page {
    do {
      return try JSONDecoder().decode(type, from: Data(body))
    } catch {
      throw ControlError(
        .unreadable, "the answer is not what this command expects: \(Self.reason(error))",
        remedy: "is the running program of version \(programVersion) too? --output json shows the answer")
    }
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "no JSON" }
    return switch error {
    case .keyNotFound(let key, let context): "\(path(context.codingPath))\(key.stringValue) is missing"
    case .valueNotFound(_, let context), .typeMismatch(_, let context), .dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "no JSON"
        : "\(path(context.codingPath.dropLast()))\(context.codingPath.last?.stringValue ?? "") has another form"
    @unknown default: "no JSON"
    }
  }

  private static func path(_ keys: some Sequence<any CodingKey>) -> String {
    keys.map { ($0.intValue.map(String.init) ?? $0.stringValue) + "." }.joined()
  }
}
