internal import Wording

/// A day per cell; the height speaks too: in order 60 %, degraded 80 %, down 100 %, not watched a foot line.
struct UptimeDrawing {
  let name: String
  let days: [EndpointDay]

  /// Cells of a bar.
  static let daysMax = 90

  func view(_ parts: ViewParts) -> View {
    let shown = days.suffix(Self.daysMax)
    let offset = Self.daysMax - shown.count
    func path(_ kind: EndpointDay, _ cell: (Int) -> String) -> String {
      shown.enumerated().filter { $0.element == kind }.map { cell($0.offset + offset) }.joined()
    }
    func sum(_ kind: EndpointDay) -> String { String(shown.count { $0 == kind }) }
    let label = parts.reader.text(
      "overview.endpoints.sum",
      ["name": name, "days": String(shown.count), "down": sum(.down), "degraded": sum(.degraded)])
    return [
      "label": label, "inOrder": path(.inOrder) { "M\($0) 8h.72v12h-.72z" },
      "degraded": path(.degraded) { "M\($0) 4h.72v16h-.72z" }, "down": path(.down) { "M\($0) 0h.72v20h-.72z" },
      "maintenance": path(.maintenance) { "M\($0) 8h.72v5h-.72zM\($0) 15h.72v5h-.72z" },
      "notWatched": path(.notWatched) { "M\($0) 18.5h.72v1.5h-.72z" },
    ]
  }
}
