internal import ArgumentParser
internal import Foundation
internal import Records
internal import Telemetry
internal import Transfers
internal import Wording

/// Which program a command asks, and how the answer is written.
struct ControlOptions: ParsableArguments {
  @OptionGroup var data: DataOption

  @Option(help: .words("shared.server"))
  var server: String?

  @Option(name: .customLong("token"), help: .words("shared.token"))
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
    let language = try language.chosen() ?? Terminal.language
    let transfers = TransferEngine()
    defer { transfers.shutdown() }
    let client = ControlClient(door: try door(), language: language) { await transfers.perform($0) }
    let reader = Reader(
      language: language, zone: ClockZone(ZoneLibrary().local), now: LiveClock().now.milliseconds)
    do {
      try await Terminal.$language.withValue(language) {
        try await body(ControlSession(client: client, reader: reader, format: output.format))
      }
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
        throw UsageError("usage.token-without-server")
      }
      return .socket(path: data.folder.controlSocket)
    }
    guard let tokenFile else { throw UsageError("usage.server-without-token") }
    guard data.path == nil else { throw UsageError("usage.two-programs") }
    try Self.refuseClearText(server)
    do {
      return .server(url: server, token: try SecretFile.read(tokenFile), tokenFile: tokenFile)
    } catch {
      throw UsageError("usage.token-file", ["problem": error.fault.text(in: Terminal.language)])
    }
  }

  /// A token on an open network is a token given away.
  private static func refuseClearText(_ server: String) throws(UsageError) {
    guard let url = URL(string: server), let scheme = url.scheme?.lowercased(), let host = url.host(),
      scheme == "http" || scheme == "https"
    else { throw UsageError("usage.server", ["server": server]) }
    let isLoopback = host == "localhost" || host == "::1" || host == "[::1]" || host.hasPrefix("127.")
    guard scheme == "https" || isLoopback else { throw UsageError("usage.clear-text", ["host": host]) }
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
        .unreadable, "shape", ["reason": Self.reason(error)],
        remedy: Terminal.words("control.shape.remedy", ["version": programVersion]))
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error as? DecodingError {
    case .keyNotFound(let key, let context): words("missing", context.codingPath + [key])
    case .valueNotFound(_, let context), .typeMismatch(_, let context), .dataCorrupted(let context):
      words(context.codingPath.isEmpty ? "no-json" : "other", context.codingPath)
    default: words("no-json", [])
    }
  }

  private static func words(_ id: String, _ keys: [any CodingKey]) -> String {
    let path = keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    return Terminal.words("control.shape.\(id)", ["path": path])
  }
}
