internal import Yams

extension Node {
  var isNull: Bool {
    guard case .scalar(let scalar) = self else { return false }
    return scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  /// What stands here, without its content: where another kind is expected it may be a secret.
  ///
  /// The name of a message of the family `node.`
  var kindName: String {
    switch self {
    case .mapping: "mapping"
    case .sequence: "list"
    case .scalar: isNull ? "empty" : "value"
    case .alias: "alias"
    }
  }

  /// The pairs of a mapping, those that `<<: *anchor` merges in among them; a pair of its own wins over a merged one.
  ///
  /// - Source: YAML 1.1, "Merge Key Language-Independent Type".
  var settingsPairs: [(key: Node, value: Node)]? {
    guard let mapping else { return nil }
    var pairs: [(key: Node, value: Node)] = []
    var merged: [Node] = []
    for (key, value) in mapping {
      if key.string == "<<" {
        merged += value.sequence.map(Array.init) ?? [value]
      } else {
        pairs.append((key, value))
      }
    }
    var names = Set(pairs.compactMap(\.key.string))
    for pair in merged.flatMap({ $0.settingsPairs ?? [] }) {
      guard let name = pair.key.string, names.insert(name).inserted else { continue }
      pairs.append(pair)
    }
    return pairs
  }

  /// What stands behind `<<` and is no mapping.
  var faultyMerge: Node? {
    guard let mapping else { return nil }
    let merged = mapping.filter { $0.key.string == "<<" }.flatMap { $0.value.sequence.map(Array.init) ?? [$0.value] }
    return merged.first { $0.mapping == nil } ?? merged.lazy.compactMap(\.faultyMerge).first
  }

  func child(_ key: any CodingKey) -> Node? {
    if let index = key.intValue {
      guard let items = sequence, items.indices.contains(index) else { return nil }
      return items[index]
    }
    return settingsPairs?.first { $0.key.string == key.stringValue }?.value
  }

  /// The deepest existing node on a path: what is missing is reported at its parent.
  func deepest(on path: some Swift.Sequence<any CodingKey>) -> Node {
    var deepest = self
    for key in path {
      guard let child = deepest.child(key) else { break }
      deepest = child
    }
    return deepest
  }
}
