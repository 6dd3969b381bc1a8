internal import Glibc

/// Byte strings, numbered in the order in which they came.
struct ByteKeys: Sendable {
  private var bytes: [UInt8] = []
  /// Where each string begins, and where the last one ends.
  private var starts: [UInt32] = [0]
  /// An open-addressing table of number + 1 over the hash, 0 for a free place.
  private var places = [UInt32](repeating: 0, count: 64)

  var count: Int { starts.count - 1 }
  /// Of all strings together; may not pass 4 GiB.
  var byteCount: Int { bytes.count }

  /// - Precondition: `number` is one of ours.
  @inline(__always)
  func withBytes<Result>(of number: Int, _ use: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    let range = Int(starts[number])..<Int(starts[number + 1])
    return bytes.withUnsafeBufferPointer { use(UnsafeBufferPointer(rebasing: $0[range])) }
  }

  func find(_ key: UnsafeBufferPointer<UInt8>) -> Int? {
    var place = Self.hash(key) & (places.count - 1)
    while places[place] != 0 {
      let number = Int(places[place] - 1)
      if holds(number, key) { return number }
      place = (place + 1) & (places.count - 1)
    }
    return nil
  }

  private func holds(_ number: Int, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
    withBytes(of: number) { own in
      guard own.count == key.count, let one = own.baseAddress, let other = key.baseAddress else {
        return own.count == key.count
      }
      return memcmp(one, other, own.count) == 0
    }
  }

  /// - Precondition: `find` has not found it.
  mutating func insert(_ key: UnsafeBufferPointer<UInt8>) -> Int {
    let number = count
    bytes.append(contentsOf: key)
    starts.append(UInt32(bytes.count))
    if count * 3 > places.count * 2 {
      places = [UInt32](repeating: 0, count: places.count * 2)
      for known in 0..<count { put(known) }
    } else {
      put(number)
    }
    return number
  }

  private mutating func put(_ number: Int) {
    var place = withBytes(of: number) { Self.hash($0) } & (places.count - 1)
    while places[place] != 0 { place = (place + 1) & (places.count - 1) }
    places[place] = UInt32(number + 1)
  }

  /// Seeded per process by `Hasher`, so nobody outside can choose strings that collide.
  private static func hash(_ key: UnsafeBufferPointer<UInt8>) -> Int {
    var hasher = Hasher()
    hasher.combine(bytes: UnsafeRawBufferPointer(key))
    return hasher.finalize() & Int.max
  }
}
