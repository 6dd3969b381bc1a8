internal import ArgumentParser
internal import Inventory
internal import Records
internal import Telemetry
internal import WebInterface
internal import Wording

struct ItemCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ci", abstract: "List and show configuration items, their history and what hangs on them.",
    subcommands: [ItemListCommand.self, ItemShowCommand.self, ItemHistoryCommand.self, ItemImpactCommand.self])
}

struct ItemListCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.inventoryRead
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
    if let className, ItemClass.named(className) == nil {
      let advice = Spelling.advice(for: className, among: ItemClass.catalogue.map(\.name))
      throw ValidationError("--class: '\(className)' is not a class – \(advice)")
    }
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

struct ItemShowCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.inventoryRead
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show one item: facts, relations, open incidents, tasks.",
    discussion: """
      Example:
        watchkeeper ci show host/db01

      Exit status: 0 shown, 1 there is none or no program answers, 2 wrong command line.
      """)

  @Argument(help: "The item's id, as ci list shows it.") var id: String

  @OptionGroup var control: ControlOptions

  mutating func run() async throws { try await control.showItem(id) { ItemText(page: $0, reader: $1).text } }
}

struct ItemHistoryCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.inventoryRead
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Show who or what changed an item, and when; newest first.",
    discussion: """
      Example:
        watchkeeper ci history host/db01

      Exit status: 0 shown, 1 there is none or no program answers, 2 wrong command line.
      """)

  @Argument(help: "The item's id, as ci list shows it.") var id: String

  @OptionGroup var control: ControlOptions

  mutating func run() async throws { try await control.showItem(id) { ItemText(page: $0, reader: $1).history } }
}

struct ItemImpactCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.inventoryRead
  static let configuration = CommandConfiguration(
    commandName: "impact", abstract: "Show what an item serves and what it needs: how far a failure travels.",
    discussion: """
      The item itself is marked with *; arrows point to what something needs.

      Example:
        watchkeeper ci impact host/db01

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
        let near = await session.client.nearestItem(to: id).map { "did you mean '\($0)'?" }
        throw ControlError(.notFound, "there is no item '\(id)'", remedy: near ?? "see watchkeeper ci list")
      }
      try session.show(answer, as: ItemAnswer.self, text)
    }
  }
}

extension ControlClient {
  /// Pages of the list that are looked through for an id like the one that was meant: 10, with 500 items.
  static let spellingPagesMax = 10

  /// - Returns: `nil` when no id is near, or the list cannot be had.
  fileprivate func nearestItem(to id: String) async -> String? {
    var ids: [String] = []
    for page in 1...Self.spellingPagesMax {
      guard let answer = try? await get("/cmdb", [("page", String(page))]),
        let list = try? answer.decoded(as: ItemListAnswer.self), !list.rows.isEmpty
      else { break }
      ids += list.rows.map(\.id)
      if ids.count >= list.total { break }
    }
    // A name without its class is the commonest slip.
    let names = ids.map { String($0.split(separator: "/").last ?? "") }
    let name = Spelling.nearest(to: id, among: names)
    return Spelling.nearest(to: id, among: ids) ?? names.firstIndex { $0 == name }.map { ids[$0] }
  }
}
