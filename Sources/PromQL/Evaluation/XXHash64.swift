/// The hash that Prometheus takes of labels.
/// - Source: Y. Collet, "xxHash fast digest algorithm", XXH64 with seed 0.
enum XXHash64 {
  private static let primes: [UInt64] = [
    0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63, 0x27D4_EB2F_1656_67C5,
  ]

  static func hash(_ bytes: [UInt8]) -> UInt64 {
    var position = 0
    func word(_ width: Int) -> UInt64 {
      defer { position += width }
      return (0..<width).reduce(0) { $0 | UInt64(bytes[position + $1]) << UInt64(8 * $1) }
    }
    var hash = primes[4]
    if bytes.count >= 32 {
      var lanes = [primes[0] &+ primes[1], primes[1], 0, 0 &- primes[0]]
      while bytes.count - position >= 32 {
        for lane in lanes.indices { lanes[lane] = round(lanes[lane], word(8)) }
      }
      hash = rotated(lanes[0], 1) &+ rotated(lanes[1], 7) &+ rotated(lanes[2], 12) &+ rotated(lanes[3], 18)
      for lane in lanes { hash = (hash ^ round(0, lane)) &* primes[0] &+ primes[3] }
    }
    hash = hash &+ UInt64(bytes.count)
    while bytes.count - position >= 8 {
      hash = rotated(hash ^ round(0, word(8)), 27) &* primes[0] &+ primes[3]
    }
    if bytes.count - position >= 4 {
      hash = rotated(hash ^ (word(4) &* primes[0]), 23) &* primes[1] &+ primes[2]
    }
    while position < bytes.count { hash = rotated(hash ^ (word(1) &* primes[4]), 11) &* primes[0] }
    hash = (hash ^ (hash >> 33)) &* primes[1]
    hash = (hash ^ (hash >> 29)) &* primes[2]
    return hash ^ (hash >> 32)
  }

  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotated(lane &+ word &* primes[1], 31) &* primes[0]
  }

  private static func rotated(_ value: UInt64, _ bits: UInt64) -> UInt64 { value << bits | value >> (64 - bits) }
}
