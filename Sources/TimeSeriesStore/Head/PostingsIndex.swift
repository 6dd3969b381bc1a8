/// For each label pair the series that carry it, ascending; for each label name its values.
struct PostingsIndex {
  private var lists: [UInt64: [UInt32]] = [:]
  private var valuesByName: [UInt32: [UInt32]] = [:]

  /// - Precondition: series arrive in ascending order.
  mutating func insert(_ slot: UInt32, name: UInt32, value: UInt32) {
    let pair = UInt64(name) << 32 | UInt64(value)
    if lists[pair] == nil { valuesByName[name, default: []].append(value) }
    lists[pair, default: []].append(slot)
  }

  func series(name: UInt32, value: UInt32) -> [UInt32] { lists[UInt64(name) << 32 | UInt64(value)] ?? [] }
  func values(of name: UInt32) -> [UInt32] { valuesByName[name] ?? [] }
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
