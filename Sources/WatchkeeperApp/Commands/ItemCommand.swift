internal import ArgumentParser
internal import Inventory
internal import Records
internal import Telemetry
internal import WebInterface
internal import Wording

struct ItemCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    .worded(
      "ci", subcommands: [ItemListCommand.self, ItemShowCommand.self, ItemHistoryCommand.self, ItemImpactCommand.self])
  }
}

struct ItemListCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.inventoryRead
  static var configuration: CommandConfiguration {
    .worded("ci.list", examples: ["watchkeeper ci list", "watchkeeper ci list --class filesystem"], ending: "listed")
  }

  @Option(name: .customLong("class"), help: .words("ci.list.class"))
  var className: String?

  @Option(help: .words("ci.list.words"))
  var words: String?

  @OptionGroup var list: ListOptions

  @OptionGroup var control: ControlOptions

  func validate() throws {
    guard let className, ItemClass.named(className) == nil else { return }
    let advice = Terminal.advice(for: className, among: ItemClass.catalogue.map(\.name))
    throw ValidationError(Terminal.words("usage.class", ["name": className, "advice": advice]))
  }

  mutating func run() async throws {
    var fields: [(name: String, value: String)] = []
    if let className { fields.append(("class", className)) }
    if let words { fields.append(("q", words)) }
    fields += list.fields
    try await control.ask { session in
      let answer = try await session.client.get("/cmdb", fields)
      try session.show(answer, as: ItemListAnswer.self) { ItemListText(page: $0, reader: $1).text }
    }
  }
}

struct ItemShowCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.inventoryRead
  static var configuration: CommandConfiguration {
    .worded("ci.show", examples: ["watchkeeper ci show host/db01"], ending: "shown")
  }

  @OptionGroup var item: ItemOptions

  mutating func run() async throws { try await item.show { ItemText(page: $0, reader: $1).text } }
}

struct ItemHistoryCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.inventoryRead
  static var configuration: CommandConfiguration {
    .worded("ci.history", examples: ["watchkeeper ci history host/db01"], ending: "shown")
  }

  @OptionGroup var item: ItemOptions

  mutating func run() async throws { try await item.show { ItemText(page: $0, reader: $1).history } }
}

struct ItemImpactCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.inventoryRead
  static var configuration: CommandConfiguration {
    .worded("ci.impact", examples: ["watchkeeper ci impact host/db01"], ending: "shown")
  }

  @OptionGroup var item: ItemOptions

  mutating func run() async throws { try await item.show { ItemText(page: $0, reader: $1).impact } }
}

/// Which item, and the program that is asked about it.
struct ItemOptions: ParsableArguments {
  @Argument(help: .words("ci.id")) var id: String

  @OptionGroup var control: ControlOptions

  fileprivate func show(_ text: @escaping (ItemAnswer, Reader) -> String) async throws {
    try await control.ask { session in
      let answer: ControlClient.Answer
      do throws(ControlError) {
        answer = try await session.client.get(PageTarget.item(id).path)
      } catch {
        guard error.cause == .notFound else { throw error }
        let near = await session.client.nearestItem(to: id)
        let remedy =
          near.map { Terminal.words("spelling.meant", ["word": $0]) }
          ?? Terminal.words("control.see.remedy", ["command": "watchkeeper ci list"])
        throw ControlError(.notFound, "item", ["id": id], remedy: remedy)
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
