/// The head's slots by the numbers of one file.
struct SlotsByNumber {
  /// Slot + 1, or 0; numbers are handed out from 1 without gaps.
  private var near: [UInt32] = []
  /// What a damaged file may have: a number must not make memory of its size.
  private var far: [UInt32: UInt32] = [:]
  private var count = 0

  init() {}

  /// - Parameter numbers: by slot; 0 for none.
  init(_ numbers: [UInt32]) {
    for (slot, number) in numbers.enumerated() where number > 0 { add(UInt32(slot), under: number) }
  }

  mutating func add(_ slot: UInt32, under number: UInt32) {
    count += 1
    guard Int(number) < 4 * count + 65_536 else {
      far[number] = slot
      return
    }
    if Int(number) >= near.count {
      near.append(contentsOf: repeatElement(0, count: Int(number) + 1 - near.count))
    }
    near[Int(number)] = slot &+ 1
  }

  @inline(__always)
  subscript(_ number: UInt32) -> UInt32? {
    if Int(number) < near.count, near[Int(number)] > 0 { return near[Int(number)] &- 1 }
    return far.isEmpty ? nil : far[number]
  }
}
