internal import Telemetry

/// JSON with its keys in the order written, so that a body is the same bytes at every attempt.
indirect enum JSONText {
  case text(String)
  case number(Int)
  case list([JSONText])
  case object([(String, JSONText)])

  static func labels(_ labels: LabelSet) -> JSONText { .object(labels.map { ($0.name, .text($0.value)) }) }

  static func map(_ pairs: [String: String]) -> JSONText {
    .object(pairs.sorted { $0.key < $1.key }.map { ($0.key, .text($0.value)) })
  }

  var bytes: [UInt8] {
    var output: [UInt8] = []
    write(to: &output)
    return output
  }

  private func write(to output: inout [UInt8]) {
    switch self {
    case .text(let text): output += TextNotation.json.quoted(text).utf8
    case .number(let number): output += String(number).utf8
    case .list(let items):
      Self.join(items, "[", "]", to: &output) { item, output in item.write(to: &output) }
    case .object(let members):
      Self.join(members, "{", "}", to: &output) { member, output in
        output += TextNotation.json.quoted(member.0).utf8
        output.append(UInt8(ascii: ":"))
        member.1.write(to: &output)
      }
    }
  }

  private static func join<Item>(
    _ items: [Item], _ open: Unicode.Scalar, _ close: Unicode.Scalar, to output: inout [UInt8],
    _ write: (Item, inout [UInt8]) -> Void
  ) {
    output.append(UInt8(ascii: open))
    for (index, item) in items.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      write(item, &output)
    }
    output.append(UInt8(ascii: close))
  }
}
