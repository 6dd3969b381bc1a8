internal import ArgumentParser
internal import Records
internal import Wording

struct LoginCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.configurationWrite
  static let configuration = CommandConfiguration(
    commandName: "login", abstract: "Print a link that logs one browser in, once.",
    discussion: """
      Only where the program runs: who may open its socket may open the console. The link
      waits an hour for its one use.

      Example:
        watchkeeper login

      Exit status: 0 printed, 1 no program answers, 2 wrong command line.
      """)

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
    guard server == nil else {
      throw UsageError(
        "\(command) works through the socket alone, --server cannot be given",
        remedy: "run it on the machine where the program runs")
    }
  }
}
