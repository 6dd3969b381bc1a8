internal import Telemetry

/// From labels to series and back: interned pairs in one array, an open-addressing table over their hash.
///
/// A look-up hashes and compares bytes in place and allocates nothing.
struct SeriesTable {
  private(set) var dictionary = LabelDictionary()
  private(set) var index = PostingsIndex()
  /// Name and value numbers of all series, one after the other.
  private var pairs: [UInt32] = []
  /// Where a series' pairs begin; one more than there are series.
  private var starts: [Int] = [0]
  /// The hash's upper half and slot + 1, or 0 for a free place.
  private var places = [UInt64](repeating: 0, count: 1024)

  var count: Int { starts.count - 1 }

  func slot(of labels: LabelSet) -> UInt32? {
    let hash = Self.hash(labels)
    var place = Int(truncatingIfNeeded: hash) & (places.count - 1)
    while places[place] != 0 {
      let entry = places[place]
      let slot = UInt32(truncatingIfNeeded: entry) &- 1
      if entry >> 32 == hash >> 32, holds(slot, labels) { return slot }
      place = (place + 1) & (places.count - 1)
    }
    return nil
  }

  /// - Precondition: the labels are not in the table.
  mutating func insert(_ labels: LabelSet) -> UInt32 {
    let slot = UInt32(count)
    for label in labels {
      let name = dictionary.intern(label.name)
      let value = dictionary.intern(label.value)
      pairs.append(name)
      pairs.append(value)
      index.insert(slot, name: name, value: value)
    }
    starts.append(pairs.count)
    if (count + 1) * 10 > places.count * 7 { enlarge() } else { put(slot, hash: Self.hash(labels)) }
    return slot
  }

  func labels(of slot: UInt32) -> LabelSet {
    let range = starts[Int(slot)]..<starts[Int(slot) + 1]
    let texts = dictionary.texts
    return LabelSet(
      sorted: stride(from: range.lowerBound, to: range.upperBound, by: 2).map {
        Label(texts[Int(pairs[$0])], texts[Int(pairs[$0 + 1])])
      })
  }

  /// The number of the value that `slot` has for the label name with this number.
  func value(of name: UInt32, in slot: UInt32) -> UInt32? {
    var place = starts[Int(slot)]
    let end = starts[Int(slot) + 1]
    while place < end {
      if pairs[place] == name { return pairs[place + 1] }
      place += 2
    }
    return nil
  }

  private func holds(_ slot: UInt32, _ labels: LabelSet) -> Bool {
    var place = starts[Int(slot)]
    guard starts[Int(slot) + 1] - place == labels.count * 2 else { return false }
    for label in labels.labels {
      guard dictionary.texts[Int(pairs[place])].hasSameBytes(as: label.name) else { return false }
      guard dictionary.texts[Int(pairs[place + 1])].hasSameBytes(as: label.value) else { return false }
      place += 2
    }
    return true
  }

  private mutating func enlarge() {
    places = [UInt64](repeating: 0, count: places.count * 2)
    for slot in 0..<UInt32(count) { put(slot, hash: hash(of: slot)) }
  }

  private mutating func put(_ slot: UInt32, hash: UInt64) {
    var place = Int(truncatingIfNeeded: hash) & (places.count - 1)
    while places[place] != 0 { place = (place + 1) & (places.count - 1) }
    places[place] = (hash & ~0xffff_ffff) | UInt64(slot &+ 1)
  }

  private func hash(of slot: UInt32) -> UInt64 {
    var hasher = Hasher()
    for place in starts[Int(slot)]..<starts[Int(slot) + 1] {
      hasher.combineBytes(of: dictionary.texts[Int(pairs[place])])
    }
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  /// Seeded per process by `Hasher`, so nobody outside can choose labels that collide.
  private static func hash(_ labels: LabelSet) -> UInt64 {
    var hasher = Hasher()
    for label in labels.labels {
      hasher.combineBytes(of: label.name)
      hasher.combineBytes(of: label.value)
    }
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }
}
