internal import ArgumentParser
internal import WebInterface
internal import Wording

struct ItemCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ci", abstract: "List and show configuration items, their history and what hangs on them.",
    subcommands: [ItemListCommand.self, ItemShowCommand.self, ItemHistoryCommand.self, ItemImpactCommand.self])
}

struct ItemListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List configuration items.",
    discussion: """
      Examples:
        watchkeeper ci list
        watchkeeper ci list --class filesystem

      Exit status: 0 listed, 1 no program answers, 2 wrong command line.
      """)

  @Option(name: .customLong("class"), help: "Only this class, for example host, filesystem or service.")
  var className: String?

  @Option(help: "Only with these words in name, attributes or owner.")
  var words: String?

  @Option(help: "Which page of the list.")
  var page = 1

  @OptionGroup var control: ControlOptions

  func validate() throws {
    if page < 1 { throw ValidationError("--page: \(page) – pages count from 1") }
  }

  mutating func run() async throws {
    var fields: [(name: String, value: String)] = []
    if let className { fields.append(("class", className)) }
    if let words { fields.append(("q", words)) }
    if page > 1 { fields.append(("page", String(page))) }
    try await control.ask { session in
      let answer = try await session.client.get("/cmdb", fields)
      try session.show(answer, as: ItemListAnswer.self) { ItemListText(page: $0, reader: $1).text }
    }
  }
}

struct ItemShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show one item: facts, relations, open incidents, tasks.",
    discussion: """
      Example:
        watchkeeper ci show host:db01

      Exit status: 0 shown, 1 there is none or no program answers, 2 wrong command line.
      """)

  @Argument(help: "The item's id, as ci list shows it.") var id: String

  @OptionGroup var control: ControlOptions

  mutating func run() async throws { try await control.showItem(id) { ItemText(page: $0, reader: $1).text } }
}

struct ItemHistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Show who or what changed an item, and when; newest first.",
    discussion: """
      Example:
        watchkeeper ci history host:db01

      Exit status: 0 shown, 1 there is none or no program answers, 2 wrong command line.
      """)

  @Argument(help: "The item's id, as ci list shows it.") var id: String

  @OptionGroup var control: ControlOptions

  mutating func run() async throws { try await control.showItem(id) { ItemText(page: $0, reader: $1).history } }
}

struct ItemImpactCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "impact", abstract: "Show what an item serves and what it needs: how far a failure travels.",
    discussion: """
      The item itself is marked with *; arrows point to what something needs.

      Example:
        watchkeeper ci impact host:db01

      Exit status: 0 shown, 1 there is none or no program answers, 2 wrong command line.
      """)

  @Argument(help: "The item's id, as ci list shows it.") var id: String

  @OptionGroup var control: ControlOptions

  mutating func run() async throws { try await control.showItem(id) { ItemText(page: $0, reader: $1).impact } }
}

extension ControlOptions {
  fileprivate func showItem(_ id: String, _ text: @escaping (ItemAnswer, Reader) -> String) async throws {
    try await ask { session in
      let answer: ControlClient.Answer
      do throws(ControlError) {
        answer = try await session.client.get(PageTarget.item(id).path)
      } catch {
        guard error.cause == .notFound else { throw error }
        throw ControlError(.notFound, "there is no item '\(id)'", remedy: "see watchkeeper ci list")
      }
      try session.show(answer, as: ItemAnswer.self, text)
    }
  }
}
