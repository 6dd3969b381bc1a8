/// The name of a managed object, held as it travels: comparing a prefix is comparing octets.
public struct ObjectIdentifier: Hashable, Sendable {
  /// The content octets of its encoding.
  public let octets: [UInt8]

  /// The longest one, as RFC 2578 section 3.5 has it; each sub-identifier takes at most five octets.
  public static let subidentifiersMax = 128

  /// - Parameter octets: checked to be well-formed.
  init(checked octets: [UInt8]) { self.octets = octets }

  /// - Returns: `nil` unless there are at least two numbers, the first is at most 2, the second at most 39 (47 below 2)
  ///   and all are below 2^32.
  public init?(_ numbers: [UInt32]) {
    guard (2...Self.subidentifiersMax).contains(numbers.count), numbers[0] <= 2,
      numbers[1] < 40 || numbers[0] == 2 && numbers[1] < UInt32.max - 80
    else { return nil }
    var octets = Self.octets(of: numbers[0] * 40 + numbers[1])
    for number in numbers.dropFirst(2) { octets += Self.octets(of: number) }
    self.octets = octets
  }

  /// - Parameter dotted: such as `1.3.6.1.2.1.1.3`, with or without a dot in front.
  public init?(_ dotted: String) {
    let text = dotted.hasPrefix(".") ? dotted.dropFirst() : dotted[...]
    var numbers: [UInt32] = []
    for part in text.split(separator: ".", omittingEmptySubsequences: false) {
      guard let number = UInt32(part), part.first != "+" else { return nil }
      numbers.append(number)
    }
    self.init(numbers)
  }

  /// Its numbers; the first octets hold two of them.
  public var numbers: [UInt32] {
    var numbers: [UInt32] = []
    var value: UInt32 = 0
    for octet in octets {
      value = value << 7 | UInt32(octet & 0x7f)
      guard octet & 0x80 == 0 else { continue }
      if numbers.isEmpty {
        let first = min(2, value / 40)
        numbers = [first, value - first * 40]
      } else {
        numbers.append(value)
      }
      value = 0
    }
    return numbers
  }

  public func appending(_ numbers: [UInt32]) -> ObjectIdentifier {
    ObjectIdentifier(checked: octets + numbers.flatMap(Self.octets))
  }

  public func isPrefix(of other: ObjectIdentifier) -> Bool {
    other.octets.starts(with: octets)
  }

  static func octets(of number: UInt32) -> [UInt8] {
    var octets = [UInt8(number & 0x7f)]
    var rest = number >> 7
    while rest > 0 {
      octets.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return octets.reversed()
  }

  /// Whether octets are the content of an identifier: complete, without padding, of numbers below 2^32.
  static func isWellFormed(_ octets: UnsafeRawBufferPointer) -> Bool {
    guard !octets.isEmpty, octets.count <= 5 * subidentifiersMax else { return false }
    var length = 0
    for octet in octets {
      if length == 0, octet == 0x80 { return false }
      length += 1
      if length == 5, octet & 0x80 != 0 { return false }
      if octet & 0x80 == 0 { length = 0 }
    }
    return length == 0
  }

  /// Whether `one` stands before `other` in the tree. Both are well-formed.
  static func precedes(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
    var start = 0
    var index = 0
    let shared = min(one.count, other.count)
    while index < shared, one[index] == other[index] {
      if one[index] & 0x80 == 0 { start = index + 1 }
      index += 1
    }
    guard index < shared else { return one.count < other.count }
    // A number of more octets is the greater one; of as many, the first octet that differs decides.
    let (oneLength, otherLength) = (length(one, from: start), length(other, from: start))
    return oneLength == otherLength ? one[index] < other[index] : oneLength < otherLength
  }

  private static func length(_ octets: UnsafeRawBufferPointer, from start: Int) -> Int {
    var index = start
    while index < octets.count, octets[index] & 0x80 != 0 { index += 1 }
    return index - start
  }
}

extension ObjectIdentifier: Comparable {
  public static func < (one: ObjectIdentifier, other: ObjectIdentifier) -> Bool {
    one.octets.withUnsafeBytes { one in other.octets.withUnsafeBytes { precedes(one, $0) } }
  }
}

extension ObjectIdentifier: CustomStringConvertible {
  public var description: String { numbers.map(String.init).joined(separator: ".") }
}

extension ObjectIdentifier {
  /// For numbers that the program itself writes.
  public init(checkedNumbers numbers: [UInt32]) {
    octets = Self.octets(of: numbers[0] * 40 + numbers[1]) + numbers.dropFirst(2).flatMap(Self.octets)
  }
}
