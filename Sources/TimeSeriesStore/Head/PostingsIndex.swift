/// For each label pair the series that carry it, ascending; for each label name its values.
///
/// A pair is the number of its name in the upper half and of its value in the lower.
struct PostingsIndex {
  private var lists: [UInt64: [UInt32]] = [:]
  private var valuesByName: [UInt32: Set<UInt32>] = [:]
  /// Lists at whose end a series with a lower number was put, because it got the slot of one that had left.
  private var unordered: Set<UInt64> = []

  mutating func insert(_ slot: UInt32, _ pair: UInt64) {
    let last = lists[pair]?.last
    if last == nil { valuesByName[UInt32(pair >> 32), default: []].insert(UInt32(truncatingIfNeeded: pair)) }
    if let last, last > slot { unordered.insert(pair) }
    lists[pair, default: []].append(slot)
  }

  /// Brings the lists in order. Sorting at each insertion would move a long list's end for each of many new series.
  mutating func settle() {
    for pair in unordered { lists[pair]?.sort() }
    unordered = []
  }

  /// - Parameter gone: by pair the series to be taken out, ascending.
  mutating func remove(_ gone: [UInt64: [UInt32]]) {
    settle()
    for (pair, slots) in gone {
      let rest = Postings.difference(lists.removeValue(forKey: pair) ?? [], without: slots)
      if !rest.isEmpty {
        lists[pair] = rest
        continue
      }
      let name = UInt32(pair >> 32)
      valuesByName[name]?.remove(UInt32(truncatingIfNeeded: pair))
      if valuesByName[name]?.isEmpty == true { valuesByName[name] = nil }
    }
  }

  /// - Precondition: `settle` was called after the last insertion.
  func series(name: UInt32, value: UInt32) -> [UInt32] { lists[UInt64(name) << 32 | UInt64(value)] ?? [] }
  func count(name: UInt32, value: UInt32) -> Int { lists[UInt64(name) << 32 | UInt64(value)]?.count ?? 0 }
  var names: some Collection<UInt32> { valuesByName.keys }
  func values(of name: UInt32) -> Set<UInt32> { valuesByName[name] ?? [] }
}

/// Operations on ascending lists of series numbers.
enum Postings {
  static func intersection(_ one: [UInt32], _ other: [UInt32]) -> [UInt32] {
    let (small, large) = one.count <= other.count ? (one, other) : (other, one)
    if small.count * 16 < large.count { return galloping(small, large) }
    return [UInt32](unsafeUninitializedCapacity: small.count) { buffer, used in
      var left = 0
      var right = 0
      var kept = 0
      while left < small.count, right < large.count {
        let (a, b) = (small[left], large[right])
        if a == b {
          buffer[kept] = a
          kept &+= 1
        }
        left &+= a <= b ? 1 : 0
        right &+= b <= a ? 1 : 0
      }
      used = kept
    }
  }

  static func difference(_ one: [UInt32], without other: [UInt32]) -> [UInt32] {
    var right = 0
    return one.filter { candidate in
      while right < other.count, other[right] < candidate { right &+= 1 }
      return right == other.count || other[right] != candidate
    }
  }

  /// Lists of one label's values never overlap, so joining and sorting is enough.
  static func union(_ lists: [[UInt32]]) -> [UInt32] {
    if lists.count == 1 { return lists[0] }
    var all: [UInt32] = []
    all.reserveCapacity(lists.reduce(0) { $0 + $1.count })
    for list in lists { all.append(contentsOf: list) }
    all.sort()
    return all
  }

  private static func galloping(_ small: [UInt32], _ large: [UInt32]) -> [UInt32] {
    var low = 0
    return small.filter { wanted in
      var step = 1
      while low + step < large.count, large[low + step] < wanted { step *= 2 }
      var high = min(low + step, large.count)
      while low < high {
        let middle = low + (high - low) / 2
        if large[middle] < wanted { low = middle + 1 } else { high = middle }
      }
      return low < large.count && large[low] == wanted
    }
  }
}
