internal import Records
internal import Telemetry
internal import Wording

/// The list of incidents in a terminal.
struct IncidentListText {
  let page: IncidentListAnswer
  let reader: Reader

  /// Rows of one page of the list, as the console counts them.
  static let pageSize = 50

  var text: String {
    guard !page.rows.isEmpty else {
      let id = page.filter.words.isEmpty ? "incidents.empty.\(page.filter.which)" : "incidents.empty.words"
      return reader.text(id).replacing("`", with: "")
    }
    return TextLayout.blocks([
      Self.table(page.rows, reader).text, reader.pageLine(page.filter.page, total: page.total, size: Self.pageSize),
    ])
  }

  static func table(_ rows: [IncidentRowAnswer], _ reader: Reader) -> TextTable {
    var table = TextTable(
      reader.head("number"), reader.head("priority"), reader.head("state"), reader.head("since"),
      reader.head("seen"), reader.head("owner"), reader.head("what"))
    for row in rows {
      table.add(
        row.number.description, "P\(row.priority)", reader.text("command.progress.\(row.progress)"),
        reader.age(of: row.since), "\(row.count)×", row.owner ?? Reader.none, TextLayout.oneLine(row.title.text))
    }
    return table
  }
}

extension Reader {
  /// `Page 2 of 3`; `nil` when one page holds all.
  func pageLine(_ page: Int, total: Int, size: Int) -> String? {
    let pages = (total + size - 1) / size
    return pages > 1 ? text("list.page", ["page": String(page), "pages": String(pages)]) : nil
  }
}

/// One incident in a terminal.
struct IncidentText {
  let page: IncidentAnswer
  let reader: Reader

  var text: String {
    TextLayout.blocks([
      head, TextLayout.facts(facts),
      TextLayout.section(
        reader.text("incident.told"),
        page.told.isEmpty ? [reader.text("incident.toldNobody")] : page.told.map { $0.line(reader) }),
      TextLayout.section(reader.text("incident.timeline"), page.timeline.map(line)),
      RelationText(columns: page.impact, reader: reader).text.map { "\(reader.text("incident.impact"))\n\($0)" },
      TextLayout.section(
        reader.text("incident.related"), page.related.map { "\($0.cells.label): \($0.cells.value)" }),
      TextLayout.section(
        reader.text("incident.labels"), page.labels.map { "\($0.name)=\"\(TextLayout.oneLine($0.value))\"" }),
    ])
  }

  private var head: String {
    let row = page.row
    let line = [
      row.number.description, "P\(row.priority)", reader.text("command.progress.\(row.progress)"),
      reader.state(row.state),
    ].joined(separator: "  ")
    return [line, row.title.text, page.subtitle?.text].compactMap { $0 }.joined(separator: "\n")
  }

  private var facts: [(label: String, value: String)] {
    let row = page.row
    let owner = [row.owner, row.ownerDetail?.text].compactMap { $0 }.joined(separator: ", ")
    var facts = [
      (label: reader.text("incident.fact.since"), value: "\(reader.moment(row.since)) (\(reader.age(of: row.since)))"),
      (reader.text("incident.fact.owner"), owner.isEmpty ? reader.text("incident.nobody") : owner),
    ]
    facts += page.facts.map(\.cells)
    if let item = page.item { facts.append((reader.text("incident.item"), item.named)) }
    if let rule = page.rule { facts.append((reader.text("incident.rule"), rule.phrase.text)) }
    facts.append(
      (
        reader.text("incident.why"),
        [page.expression, page.why.text].compactMap { $0 }.map(TextLayout.oneLine).joined(separator: " – ")
      ))
    return facts
  }

  private func line(_ entry: IncidentAnswer.Entry) -> String {
    "\(reader.dayAndTime(entry.at))  \(entry.what.text)" + (entry.detail.map { " – \($0.text)" } ?? "")
  }
}

/// Columns of a relation graph, one under the other.
struct RelationText {
  let columns: [RelationColumnAnswer]
  let reader: Reader

  /// `nil` for no columns.
  var text: String? {
    let lines = columns.indices.filter { !columns[$0].nodes.isEmpty }.flatMap { index in
      ["  \(columns[index].heading.text)"] + columns[index].nodes.indices.map { "    " + node($0, in: index) }
    }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }

  private func node(_ index: Int, in column: Int) -> String {
    let node = columns[column].nodes[index]
    let next = column + 1 < columns.count ? columns[column + 1].nodes : []
    let targets = columns[column].edges.filter { $0.from == index && next.indices.contains($0.to) }
      .map { edge in next[edge.to].name + (edge.kind == "soft" ? " (\(reader.text("item.edge.soft")))" : "") }
    return [
      node.role == "subject" ? "* \(node.name)" : "  \(node.name)", reader.state(node.state), node.detail?.text,
      targets.isEmpty ? nil : "→ " + targets.joined(separator: ", "),
    ].compactMap { $0 }.joined(separator: "  ")
  }
}
