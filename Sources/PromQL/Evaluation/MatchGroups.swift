internal import Telemetry

/// Numbers the groups of series that match each other. Labels are compared once a series, then only numbers.
struct MatchGroups {
  private let basis: VectorMatching.Basis
  private let names: NameList
  private var numbers: [LabelSet: Int] = [:]
  private(set) var keys: [LabelSet] = []

  init(_ basis: VectorMatching.Basis) {
    self.basis = basis
    switch basis {
    case .on(let labels): names = NameList(labels)
    case .ignoring(let labels): names = NameList(labels + LabelSet.metricIdentity)
    }
  }

  var count: Int { keys.count }

  mutating func number(of labels: LabelSet) -> Int {
    let key: LabelSet
    switch basis {
    case .on: key = labels.keeping(names)
    case .ignoring: key = labels.removing(names)
    }
    if let number = numbers[key] { return number }
    numbers[key] = keys.count
    keys.append(key)
    return keys.count - 1
  }

  mutating func numbers(of block: SeriesBlock) -> [Int] { block.labels.map { number(of: $0) } }
}
