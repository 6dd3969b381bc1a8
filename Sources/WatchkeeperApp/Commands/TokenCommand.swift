internal import ArgumentParser
internal import Records
internal import Telemetry
internal import WebInterface
internal import Wording

struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Make, list and revoke tokens for programs that call the console.",
    subcommands: [TokenCreateCommand.self, TokenListCommand.self, TokenRevokeCommand.self])
}

/// What a token may do.
enum TokenRole: String, ExpressibleByArgument, CaseIterable { case viewer, operator_ = "operator", administrator }

struct TokenCreateCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.configurationWrite
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a token and print it, once.",
    discussion: """
      The program keeps only its SHA-256. Only where the program runs.

      Examples:
        (umask 077; watchkeeper token create --role viewer > grafana.token)
        watchkeeper token create --role operator --name desk --expires 90d

      Exit status: 0 made, 1 refused or no program answers, 2 wrong command line.
      """)

  @Option(help: "viewer, operator or administrator.") var role: TokenRole

  @Option(help: "For the log and for revoking it. Default: the role and a few digits.") var name: String?

  @Option(help: "How long it is good: e.g. 12h or 90d, or never.") var expires = "30d"

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
      throw ValidationError("--expires: '\(expires)' is not a duration – write e.g. 12h or 90d, or never")
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
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the tokens that are good; never the tokens themselves.",
    discussion: """
      Example:
        watchkeeper token list

      Exit status: 0 listed, 1 no program answers, 2 wrong command line.
      """)

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
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Take a token back: it admits nobody from now on.",
    discussion: """
      Example:
        watchkeeper token revoke desk

      Exit status: 0 revoked, 1 there is none or no program answers, 2 wrong command line.
      """)

  @Argument(help: "The token's name, as token list shows it.") var name: String

  @OptionGroup var control: ControlOptions

  mutating func run() async throws {
    try control.refuseServer("token revoke")
    try await control.ask { session in
      let answer: ControlClient.Answer
      do throws(ControlError) {
        answer = try await session.client.post("/tokens/\(FormCoding.encode(name))/revoke", form: [])
      } catch {
        guard error.cause == .notFound else { throw error }
        throw ControlError(.notFound, "there is no token '\(name)'", remedy: "see watchkeeper token list")
      }
      try session.show(answer, as: ActionAnswer.self) { done, _ in done.result.text }
    }
  }
}
