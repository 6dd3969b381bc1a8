internal import Records
internal import Wording

/// Columns of nodes with curves between them; every node is a link, nothing is placed by script.
struct RelationDrawing {
  let columns: [RelationColumn]

  /// Height of a node and the distance of two, in pixels, as in the style sheet.
  private static let node = 52.0
  private static let gap = 12.0
  /// Columns that stand beside each other; more would be too narrow to read.
  static let columnsMax = 4

  func view(_ parts: ViewParts) -> View {
    let shown = Array(columns.prefix(Self.columnsMax))
    let rows = shown.map(\.nodes.count).max() ?? 1
    let height = Double(rows) * Self.node + Double(max(0, rows - 1)) * Self.gap
    let views = shown.enumerated().map { index, column -> View in
      var view: View = [
        "heading": parts.text(column.heading), "nodes": column.nodes.map { node($0, parts) },
      ]
      if index < shown.count - 1 {
        let next = shown[index + 1]
        view["edges"] = [
          "height": Geometry.number(height),
          "curves": column.edges.compactMap { edge -> View? in
            guard column.nodes.indices.contains(edge.from), next.nodes.indices.contains(edge.to) else { return nil }
            let from = Self.middle(edge.from, of: column.nodes.count, height)
            let to = Self.middle(edge.to, of: next.nodes.count, height)
            return ["path": "M0 \(from)C50 \(from) 50 \(to) 100 \(to)", "style": Self.style(edge.kind)]
          },
        ]
      }
      return view
    }
    return ["columns": views, "style": "c\(shown.count)"]
  }

  private func node(_ node: RelationNode, _ parts: ViewParts) -> View {
    var view = parts.state(node.state)
    view["name"] = node.name
    view["href"] = PageTarget.item(node.id).path
    let tone = node.state == .critical ? "crit" : node.state == .warning ? "warn" : ""
    view["tone"] = node.role == .subject ? "self \(tone)" : tone
    if let detail = node.detail { view["detail"] = parts.text(detail) }
    return view
  }

  private static func middle(_ index: Int, of count: Int, _ height: Double) -> String {
    let used = Double(count) * node + Double(max(0, count - 1)) * gap
    return Geometry.number((height - used) / 2 + Double(index) * (node + gap) + node / 2)
  }

  private static func style(_ kind: RelationEdge.Kind) -> String {
    switch kind {
    case .hard: ""
    case .soft: "soft"
    case .carriesFailure: "hot"
    }
  }
}
