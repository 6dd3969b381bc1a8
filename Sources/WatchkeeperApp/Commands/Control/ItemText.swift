internal import Telemetry
internal import Wording

/// The CMDB in a terminal.
struct ItemListText {
  let page: ItemListAnswer
  let reader: Reader

  /// Rows of one page of the list, as the console counts them.
  static let pageSize = 100

  var text: String {
    guard !page.rows.isEmpty else { return reader.text("items.empty").replacing("`", with: "") }
    var table = TextTable(
      reader.head("id"), reader.head("name"), reader.head("class"), reader.head("state"), reader.head("owner"),
      reader.head("home"))
    for row in page.rows {
      table.add(
        row.id, row.name, row.itemClass.text, reader.state(row.state), row.owner ?? Reader.none,
        reader.text("item.home.\(row.home)"))
    }
    return TextLayout.blocks([
      table.text, reader.pageLine(page.filter.page, total: page.total, size: Self.pageSize),
      TextLayout.section(reader.text("items.findings"), page.findings.map { $0.line(reader) }),
    ])
  }
}

/// One item in a terminal.
struct ItemText {
  let page: ItemAnswer
  let reader: Reader

  var text: String {
    let row = page.row
    let head = [row.id, row.itemClass.text, reader.state(row.state)].joined(separator: "  ")
    return TextLayout.blocks([
      [head, page.summary?.text].compactMap { $0 }.joined(separator: "\n"),
      page.badges.map { $0.line(reader) }.joined(separator: "\n"), TextLayout.facts(facts),
      TextLayout.section(reader.text("item.attributes"), attributes), relations,
      page.incidents.isEmpty
        ? nil : TextLayout.section(reader.text("item.incidents"), IncidentListText.table(page.incidents, reader)),
      page.tasks.isEmpty ? nil : TextLayout.section(reader.text("item.tasks"), TaskListText.table(page.tasks, reader)),
    ])
  }

  var history: String {
    guard !page.history.isEmpty else { return reader.text("item.noHistory") }
    var table = TextTable(reader.head("time"), reader.head("who"), reader.head("what"), reader.head("change"))
    for change in page.history {
      table.add(
        reader.dayAndTime(change.at), change.actor.text, change.what.text,
        TextLayout.oneLine([change.before, change.after].compactMap { $0?.text }.joined(separator: " → ")))
    }
    return table.text
  }

  var impact: String {
    TextLayout.blocks([
      "\(page.row.id)  \(reader.state(page.row.state))",
      RelationText(columns: page.relations, reader: reader).text ?? reader.text("command.item.alone"),
    ])
  }

  private var relations: String? {
    RelationText(columns: page.relations, reader: reader).text.map { "\(reader.text("item.relations"))\n\($0)" }
  }

  private var facts: [(label: String, value: String)] {
    var facts = [(label: reader.head("home"), value: reader.text("item.home.\(page.row.home)"))]
    if let source = page.source { facts[0].value += " \(source)" }
    return facts + page.facts.map(\.cells)
  }

  private var attributes: TextTable {
    var table = TextTable(
      reader.head("field"), reader.head("declared"), reader.head("observed"), reader.head("time"))
    for row in page.attributes {
      let drift = row.driftSince.map { reader.text("item.drift", ["since": String($0.milliseconds)]) }
      table.add(
        reader.word(row.name, in: "field."),
        row.declared.map { Quantity.attribute($0, named: row.name) } ?? Reader.none,
        row.observed.map { Quantity.attribute($0, named: row.name) } ?? Reader.none,
        [row.seenAt.map { reader.ago($0) }, drift].compactMap { $0 }.joined(separator: ", "))
    }
    return table
  }
}
