/// Writes elements from the last to the first, so that each length is known when it is written.
struct BERWriter {
  /// Last octet first.
  private var reversed: [UInt8] = []

  /// Octets written so far, and so the distance of what comes next from the end.
  var count: Int { reversed.count }

  /// In their order on the wire.
  var bytes: [UInt8] { reversed.reversed() }

  init() { reversed.reserveCapacity(512) }

  mutating func put(_ octets: [UInt8]) { reversed.append(contentsOf: octets.reversed()) }

  mutating func put(tag: UInt8, _ octets: [UInt8]) {
    put(octets)
    close(tag, over: octets.count)
  }

  /// Type and length in front of the last `length` octets.
  mutating func close(_ tag: UInt8, over length: Int) {
    if length < 0x80 {
      reversed.append(UInt8(length))
    } else {
      var rest = length
      var count: UInt8 = 0
      while rest > 0 {
        reversed.append(UInt8(truncatingIfNeeded: rest))
        rest >>= 8
        count += 1
      }
      reversed.append(0x80 | count)
    }
    reversed.append(tag)
  }

  /// What `write` puts becomes one constructed element.
  mutating func group(_ tag: UInt8, _ write: (inout BERWriter) -> Void) {
    let before = count
    write(&self)
    close(tag, over: count - before)
  }

  mutating func put(integer: Int, tag: UInt8 = BERTag.integer) {
    var rest = integer
    var count = 0
    while true {
      let octet = UInt8(truncatingIfNeeded: rest)
      reversed.append(octet)
      count += 1
      rest >>= 8
      if (rest == 0 && octet & 0x80 == 0) || (rest == -1 && octet & 0x80 != 0) { break }
    }
    close(tag, over: count)
  }
}
