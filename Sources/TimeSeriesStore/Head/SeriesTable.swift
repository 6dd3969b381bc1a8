internal import Telemetry

/// From labels to series and back: interned pairs in one array, an open-addressing table over their hash.
///
/// A look-up hashes and compares bytes in place and allocates nothing. A series that is removed keeps its labels until
/// its slot is released and handed out again, for readers that hold its number.
struct SeriesTable {
  /// Where a slot's pairs stand. The generation is odd while a series lives in the slot.
  private struct Entry {
    var start: UInt32
    var count: UInt32
    var generation: UInt32
  }

  private(set) var dictionary = LabelDictionary()
  private(set) var index = PostingsIndex()
  /// Name and value numbers of all series.
  private var pairs: [UInt64] = []
  private var entries: [Entry] = []
  /// The hash's upper half and slot + 1, or 0 for a free place.
  private var places = [UInt64](repeating: 0, count: 1024)
  /// Slots whose series was removed, not yet to be handed out.
  private var left: [UInt32] = []
  private var free: [UInt32] = []
  /// Stretches of `pairs` that nobody uses, by their length.
  private var freePairs: [UInt32: [UInt32]] = [:]

  /// Living series.
  var count: Int { entries.count - left.count - free.count }
  /// Slots ever handed out: every series' slot is below.
  var slotCount: Int { entries.count }

  func generation(of slot: UInt32) -> UInt32 { entries[Int(slot)].generation }
  func reference(_ slot: UInt32) -> SeriesReference { SeriesReference(slot: slot, generation: generation(of: slot)) }
  func isLiving(_ slot: UInt32) -> Bool { entries[Int(slot)].generation & 1 == 1 }

  func living(in range: Range<UInt32>) -> [UInt32] {
    range.clamped(to: 0..<UInt32(slotCount)).filter { isLiving($0) }
  }

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
    let length = UInt32(labels.count)
    let start = freePairs[length]?.popLast() ?? UInt32(pairs.count)
    if Int(start) == pairs.count { pairs.append(contentsOf: repeatElement(0, count: labels.count)) }
    let slot = free.popLast() ?? UInt32(entries.count)
    if Int(slot) == entries.count { entries.append(Entry(start: 0, count: 0, generation: 0)) }
    entries[Int(slot)] = Entry(start: start, count: length, generation: entries[Int(slot)].generation &+ 1)
    for (place, label) in zip(Int(start)..., labels) {
      let pair = UInt64(dictionary.intern(label.name)) << 32 | UInt64(dictionary.intern(label.value))
      pairs[place] = pair
      index.insert(slot, pair)
    }
    if (count + 1) * 10 > places.count * 7 { enlarge() } else { put(slot, hash: Self.hash(labels)) }
    return slot
  }

  /// - Precondition: the series live, ascending.
  mutating func remove(_ slots: [UInt32]) {
    var gone: [UInt64: [UInt32]] = [:]
    for slot in slots {
      vacate(slot)
      for pair in pairs[stretch(slot)] { gone[pair, default: []].append(slot) }
      entries[Int(slot)].generation &+= 1
    }
    index.remove(gone)
    left.append(contentsOf: slots)
  }

  /// Lets the slots of series that were removed be handed out again, at most `limit` of them.
  /// - Returns: whether there are more.
  mutating func releaseLeft(upTo limit: Int) -> Bool {
    for slot in left.suffix(limit) {
      for pair in pairs[stretch(slot)] {
        dictionary.release(UInt32(pair >> 32))
        dictionary.release(UInt32(truncatingIfNeeded: pair))
      }
      let entry = entries[Int(slot)]
      if entry.count > 0 { freePairs[entry.count, default: []].append(entry.start) }
      entries[Int(slot)].count = 0
      free.append(slot)
    }
    left.removeLast(min(limit, left.count))
    return !left.isEmpty
  }

  /// Name and value numbers.
  func labelPairs(of slot: UInt32) -> ArraySlice<UInt64> { pairs[stretch(slot)] }

  func labels(of slot: UInt32) -> LabelSet {
    let texts = dictionary.texts
    return LabelSet(
      sorted: labelPairs(of: slot).map {
        Label(texts[Int($0 >> 32)], texts[Int(UInt32(truncatingIfNeeded: $0))])
      })
  }

  /// After insertions, before a search.
  mutating func settle() { index.settle() }

  private func stretch(_ slot: UInt32) -> Range<Int> {
    let entry = entries[Int(slot)]
    return Int(entry.start)..<Int(entry.start) + Int(entry.count)
  }

  private func holds(_ slot: UInt32, _ labels: LabelSet) -> Bool {
    let range = stretch(slot)
    guard range.count == labels.count else { return false }
    var place = range.lowerBound
    for label in labels.labels {
      let pair = pairs[place]
      guard dictionary.texts[Int(pair >> 32)].hasSameBytes(as: label.name) else { return false }
      guard dictionary.texts[Int(UInt32(truncatingIfNeeded: pair))].hasSameBytes(as: label.value) else { return false }
      place += 1
    }
    return true
  }

  // MARK: Places

  private mutating func enlarge() {
    places = [UInt64](repeating: 0, count: places.count * 2)
    for slot in 0..<UInt32(slotCount) where isLiving(slot) { put(slot, hash: hash(of: slot)) }
  }

  private mutating func put(_ slot: UInt32, hash: UInt64) {
    var place = Int(truncatingIfNeeded: hash) & (places.count - 1)
    while places[place] != 0 { place = (place + 1) & (places.count - 1) }
    places[place] = (hash & ~0xffff_ffff) | UInt64(slot &+ 1)
  }

  /// Frees the slot's place and moves up those behind it that were pushed away from their own.
  private mutating func vacate(_ slot: UInt32) {
    let mask = places.count - 1
    var hole = Int(truncatingIfNeeded: hash(of: slot)) & mask
    while UInt32(truncatingIfNeeded: places[hole]) != slot &+ 1 { hole = (hole + 1) & mask }
    var next = (hole + 1) & mask
    while places[next] != 0 {
      let home = Int(truncatingIfNeeded: hash(of: UInt32(truncatingIfNeeded: places[next]) &- 1)) & mask
      if (next - home) & mask >= (next - hole) & mask {
        places[hole] = places[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    places[hole] = 0
  }

  private func hash(of slot: UInt32) -> UInt64 {
    var hasher = Hasher()
    for pair in pairs[stretch(slot)] {
      hasher.combineBytes(of: dictionary.texts[Int(pair >> 32)])
      hasher.combineBytes(of: dictionary.texts[Int(UInt32(truncatingIfNeeded: pair))])
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
