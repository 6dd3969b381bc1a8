/// The decimal digits of a finite number: 0.d₁d₂d₃… × 10^point.
///
/// Written here because Swift without Foundation formats no fixed precision, and Go's formatting, which rule files
/// rely on, rounds the exact binary value, ties to even.
struct DecimalDigits: Equatable {
  /// Values 0 to 9, without trailing zeros; empty for zero.
  private(set) var digits: [UInt8]
  private(set) var point: Int

  /// The fewest digits that read back as the same number.
  init(shortest number: Double) {
    var digits: [UInt8] = []
    var point = 0
    var exponent = 0
    var seenPoint = false
    let text = Array(number.magnitude.description.utf8)
    for (index, byte) in text.enumerated() {
      if byte == UInt8(ascii: "e") {
        exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
        break
      }
      if byte == UInt8(ascii: ".") {
        seenPoint = true
      } else {
        digits.append(byte - UInt8(ascii: "0"))
        if !seenPoint { point += 1 }
      }
    }
    self.init(trimming: digits, point: point + exponent)
  }

  /// All digits of the exact binary value, at most 770.
  init(exact number: Double) {
    guard number != 0, number.isFinite else {
      self.init(trimming: [], point: 0)
      return
    }
    let fractionBits = Int(number.significandBitPattern) | (number.isNormal ? 1 << 52 : 0)
    let exponent = (number.isNormal ? Int(number.exponentBitPattern) : 1) - 1075
    var magnitude = LargeNatural(UInt64(fractionBits))
    if exponent >= 0 {
      magnitude.multiply(by: 2, times: exponent)
      let digits = magnitude.decimalDigits
      self.init(trimming: digits, point: digits.count)
    } else {
      // m / 2^k = m × 5^k / 10^k: only the point moves.
      magnitude.multiply(by: 5, times: -exponent)
      let digits = magnitude.decimalDigits
      self.init(trimming: digits, point: digits.count + exponent)
    }
  }

  private init(trimming digits: [UInt8], point: Int) {
    var digits = digits[...]
    var point = point
    while digits.first == 0 {
      digits.removeFirst()
      point -= 1
    }
    while digits.last == 0 { digits.removeLast() }
    self.digits = Array(digits)
    self.point = digits.isEmpty ? 0 : point
  }

  /// Keeps `count` digits, rounding to nearest, ties to even.
  func rounded(to count: Int) -> DecimalDigits {
    guard count < digits.count else { return self }
    guard count >= 0 else { return DecimalDigits(trimming: [], point: 0) }
    var kept = Array(digits[..<count])
    let rest = digits[count...]
    let isTie = rest.first == 5 && rest.count == 1
    let roundsUp = isTie ? (kept.last ?? 0) % 2 == 1 : (rest.first ?? 0) >= 5
    guard roundsUp else { return DecimalDigits(trimming: kept, point: point) }
    var index = count - 1
    while index >= 0, kept[index] == 9 {
      kept[index] = 0
      index -= 1
    }
    if index >= 0 {
      kept[index] += 1
      return DecimalDigits(trimming: kept, point: point)
    }
    return DecimalDigits(trimming: [1] + kept, point: point + 1)
  }

  /// The digit at `index` after the first, 0 beyond the last.
  subscript(index: Int) -> UInt8 { digits.indices.contains(index) ? digits[index] : 0 }
}

/// An unsigned integer of any size, base 10⁹, least significant limb first: just what exact digits need.
private struct LargeNatural {
  private var limbs: [UInt64]
  private static let base: UInt64 = 1_000_000_000

  init(_ number: UInt64) {
    limbs = [number % Self.base, number / Self.base % Self.base, number / Self.base / Self.base]
  }

  mutating func multiply(by factor: UInt64, times: Int) {
    for _ in 0..<times {
      var carry: UInt64 = 0
      for index in limbs.indices {
        let product = limbs[index] * factor + carry
        limbs[index] = product % Self.base
        carry = product / Self.base
      }
      if carry > 0 { limbs.append(carry) }
    }
  }

  var decimalDigits: [UInt8] {
    var digits: [UInt8] = []
    for limb in limbs.reversed() {
      var rest = limb
      var block = [UInt8](repeating: 0, count: 9)
      for index in stride(from: 8, through: 0, by: -1) {
        block[index] = UInt8(rest % 10)
        rest /= 10
      }
      digits += block
    }
    return digits
  }
}
