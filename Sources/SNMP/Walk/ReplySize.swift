/// How much one agent is asked for at a time: learnt, because agents cut, drop or refuse what is too much for them, and
/// asking for little costs a round trip each time.
public struct ReplySize: Sendable, Equatable {
  /// Octets that an answer may have by what was learnt so far.
  public private(set) var bytes: Int
  /// It is never let grow above this; shrinks when answers of more were lost.
  public private(set) var ceiling: Int
  /// Of a variable binding, by the last answers.
  private var bytesPerBinding = 32.0
  /// Octets of the longest answer so far.
  private var longest = 0

  /// An answer of this many octets is not fragmented on any usual path.
  public static let safeBytes = 1400
  /// Less than that every agent must take (RFC 3417 section 3.2).
  public static let leastBytes = 484
  /// The most repetitions that are asked for: some agents make room for all of them.
  public static let repetitionsMax = 1000
  /// Of a message around its bindings.
  private static let overhead = 90

  /// - Parameter ceiling: the default is what fits a datagram.
  public init(ceiling: Int = Session.messageBytesMax) {
    self.ceiling = max(Self.leastBytes, min(ceiling, Session.messageBytesMax))
    bytes = min(Self.safeBytes, self.ceiling)
  }

  /// How often to ask for so many columns when so many rows are thought to be left.
  func repetitions(columns: Int, rowsLeft: Int) -> Int {
    let fitting = Double(bytes - Self.overhead) / (bytesPerBinding * Double(max(1, columns)))
    return max(1, min(Int(fitting), rowsLeft, Self.repetitionsMax))
  }

  /// Octets of the answer that is waited for, about: an agent that cut the last ones is not thought to give far more.
  public var expectedBytes: Int { min(bytes, max(Self.safeBytes, 2 * longest)) }

  /// An answer that fills more than half of what was asked for came through: the next one may be twice as long. So a
  /// device's first round finds out what it bears; once an answer is lost, `ceiling` keeps what it did not.
  mutating func notice(bytes count: Int, bindings: Int) {
    guard bindings > 0 else { return }
    let seen = Double(max(0, count - Self.overhead)) / Double(bindings)
    bytesPerBinding = max(12, bytesPerBinding * 0.5 + seen * 0.5)
    longest = max(longest, count)
    if count > bytes / 2 { bytes = min(ceiling, bytes * 2) }
  }

  /// The agent says that the answer would be too big.
  /// - Returns: `false` when less cannot be asked for.
  public mutating func shrink() -> Bool {
    guard bytes > Self.leastBytes else { return false }
    bytes = max(Self.leastBytes, bytes / 2)
    ceiling = bytes
    return true
  }

  /// An answer that was asked for did not come, perhaps because its fragments do not pass.
  public mutating func lose() {
    guard bytes > Self.safeBytes else { return }
    ceiling = max(Self.safeBytes, bytes / 2)
    bytes = Self.safeBytes
  }
}
