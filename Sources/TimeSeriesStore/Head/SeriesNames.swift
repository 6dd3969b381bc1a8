/// What labels there are, from the index: no label set is put together.
extension SeriesTable {
  var labelNames: Set<String> { Set(index.names.map { dictionary.texts[Int($0)] }) }

  func labelNames(of slots: some Sequence<UInt32>) -> Set<String> {
    var numbers: Set<UInt32> = []
    for slot in slots { for pair in labelPairs(of: slot) { numbers.insert(UInt32(pair >> 32)) } }
    return Set(numbers.map { dictionary.texts[Int($0)] })
  }

  /// The values of a label, each with how many series have it.
  func seriesCounts(of label: String) -> [String: Int] {
    guard let name = dictionary.number(of: label) else { return [:] }
    var counts: [String: Int] = [:]
    for value in index.values(of: name) {
      counts[dictionary.texts[Int(value)]] = index.count(name: name, value: value)
    }
    return counts
  }

  func seriesCounts(of label: String, among slots: some Sequence<UInt32>) -> [String: Int] {
    guard let name = dictionary.number(of: label) else { return [:] }
    var counts: [UInt32: Int] = [:]
    for slot in slots {
      guard let pair = labelPairs(of: slot).first(where: { UInt32($0 >> 32) == name }) else { continue }
      counts[UInt32(truncatingIfNeeded: pair), default: 0] += 1
    }
    return Dictionary(uniqueKeysWithValues: counts.map { (dictionary.texts[Int($0)], $1) })
  }
}
