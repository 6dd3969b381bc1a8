internal import ArgumentParser
internal import Records
internal import Wording

struct LoginCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.configurationWrite
  static var configuration: CommandConfiguration {
    .worded("login", examples: ["watchkeeper login"], ending: "printed")
  }

  @OptionGroup var control: ControlOptions

  mutating func run() async throws {
    try control.refuseServer("login")
    try await control.ask { session in
      let answer = try await session.client.post("/login-links", form: [])
      try session.show(answer, as: LinkURL.self) { link, _ in link.url }
      if session.format == .table { Terminal.tell(session.reader.text("command.login.once")) }
    }
  }

  private struct LinkURL: Decodable {
    let url: String
  }
}

extension ControlOptions {
  /// Keys are handed out through the socket alone.
  func refuseServer(_ command: String) throws(UsageError) {
    guard server == nil else { throw UsageError("usage.socket-only", ["command": command]) }
  }
}
