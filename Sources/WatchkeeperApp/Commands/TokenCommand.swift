internal import ArgumentParser
internal import Records
internal import Telemetry
internal import WebInterface
internal import Wording

struct TokenCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    .worded("token", subcommands: [TokenCreateCommand.self, TokenListCommand.self, TokenRevokeCommand.self])
  }
}

/// What a token may do.
enum TokenRole: String, ExpressibleByArgument, CaseIterable {
  case viewer, operator_ = "operator", administrator, writer
}

struct TokenCreateCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.configurationWrite
  static var configuration: CommandConfiguration {
    .worded(
      "token.create",
      examples: [
        "(umask 077; watchkeeper token create --role viewer > grafana.token)",
        "watchkeeper token create --role operator --name desk --expires 90d",
      ], ending: "made")
  }

  @Option(help: .words("token.create.role")) var role: TokenRole

  @Option(help: .words("token.create.name")) var name: String?

  @Option(help: .words("token.create.expires")) var expires = "30d"

  @OptionGroup var control: ControlOptions

  private struct Order: Encodable {
    let role: String
    let name: String?
    let expiresInSeconds: Double?
  }

  private struct Issued: Decodable {
    let token: String
    let name: String
    let expiresAt: Timestamp?
  }

  func validate() throws { _ = try lifetime() }

  /// `nil` for never.
  func lifetime() throws -> Duration? {
    if expires == "never" { return nil }
    guard let duration = Duration(notation: expires), duration >= .seconds(1) else {
      throw ValidationError(Terminal.words("usage.expires", ["text": expires]))
    }
    return duration
  }

  mutating func run() async throws {
    try control.refuseServer("token create")
    let order = Order(role: role.rawValue, name: name, expiresInSeconds: try lifetime()?.inSeconds)
    try await control.ask { session in
      let answer = try await session.client.post("/tokens", json: order)
      let issued = try answer.decoded(as: Issued.self)
      try session.show(answer, as: Issued.self) { issued, _ in issued.token }
      guard session.format == .table else { return }
      let until = issued.expiresAt.map { session.reader.dayAndTime($0) } ?? session.reader.text("command.token.never")
      let arguments = ["name": issued.name, "role": "role.\(role.rawValue)", "until": until]
      Terminal.tell(TextLayout.plain(session.reader.text("command.token.created", arguments)))
    }
  }
}

struct TokenListCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.configurationWrite
  static var configuration: CommandConfiguration {
    .worded("token.list", examples: ["watchkeeper token list"], ending: "listed")
  }

  @OptionGroup var control: ControlOptions

  mutating func run() async throws {
    try control.refuseServer("token list")
    try await control.ask { session in
      let answer = try await session.client.get("/tokens")
      try session.show(answer, as: TokenListText.Answer.self) { TokenListText(answer: $0, reader: $1).text }
    }
  }
}

struct TokenListText {
  struct Answer: Decodable, Sendable {
    struct Entry: Decodable, Sendable {
      let name: String
      let role: String
      let createdAt: Timestamp
      let expiresAt: Timestamp?
    }

    let tokens: [Entry]
  }

  let answer: Answer
  let reader: Reader

  var text: String {
    guard !answer.tokens.isEmpty else { return reader.text("command.token.none") }
    var table = TextTable(reader.head("name"), reader.head("role"), reader.head("made"), reader.head("expires"))
    for entry in answer.tokens {
      table.add(
        entry.name, reader.text("role.\(entry.role)"), reader.dayAndTime(entry.createdAt),
        entry.expiresAt.map { reader.dayAndTime($0) } ?? reader.text("command.token.never"))
    }
    return table.text
  }
}

struct TokenRevokeCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.configurationWrite
  static var configuration: CommandConfiguration {
    .worded("token.revoke", examples: ["watchkeeper token revoke desk"], ending: "revoked")
  }

  @Argument(help: .words("token.revoke.name")) var name: String

  @OptionGroup var control: ControlOptions

  mutating func run() async throws {
    try control.refuseServer("token revoke")
    try await control.ask { session in
      let answer: ControlClient.Answer
      do throws(ControlError) {
        answer = try await session.client.post("/tokens/\(FormCoding.encode(name))/revoke", form: [])
      } catch {
        guard error.cause == .notFound else { throw error }
        throw ControlError(
          .notFound, "token-name", ["name": name],
          remedy: Terminal.words("control.see.remedy", ["command": "watchkeeper token list"]))
      }
      try session.show(answer, as: ActionAnswer.self) { done, _ in done.result.text }
    }
  }
}
