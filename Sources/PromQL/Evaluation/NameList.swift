internal import Telemetry

/// A few label names. Comparing them one by one beats hashing: such lists hold one to five.
struct NameList {
  private let names: [String]

  init(_ names: some Sequence<String>) { self.names = Array(names) }

  @inline(__always)
  func contains(_ name: String) -> Bool {
    for candidate in names where candidate == name { return true }
    return false
  }
}

extension LabelSet {
  func keeping(_ names: NameList) -> LabelSet { LabelSet(sorted: labels.filter { names.contains($0.name) }) }
  func removing(_ names: NameList) -> LabelSet { LabelSet(sorted: labels.filter { !names.contains($0.name) }) }
}
