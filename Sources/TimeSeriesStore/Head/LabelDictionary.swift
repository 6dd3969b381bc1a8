internal import Telemetry

/// Every distinct label name and value once, numbered in order of arrival.
struct LabelDictionary {
  /// Compared and hashed by bytes: `String` treats canonically equivalent spellings as one, the store must not.
  private struct Key: Hashable {
    let text: String

    static func == (left: Key, right: Key) -> Bool { left.text.hasSameBytes(as: right.text) }
    func hash(into hasher: inout Hasher) { hasher.combineBytes(of: text) }
  }

  private(set) var texts: [String] = []
  private var numbers: [Key: UInt32] = [:]

  func number(of text: String) -> UInt32? { numbers[Key(text: text)] }

  mutating func intern(_ text: String) -> UInt32 {
    if let known = numbers[Key(text: text)] { return known }
    let number = UInt32(truncatingIfNeeded: texts.count)
    texts.append(text)
    numbers[Key(text: text)] = number
    return number
  }
}

extension String {
  @inline(__always)
  func hasSameBytes(as other: String) -> Bool {
    let same = utf8.withContiguousStorageIfAvailable { mine in
      other.utf8.withContiguousStorageIfAvailable { theirs in
        mine.count == theirs.count
          && UnsafeRawBufferPointer(mine).elementsEqual(UnsafeRawBufferPointer(theirs))
      }
    }
    return (same ?? nil) ?? utf8.elementsEqual(other.utf8)
  }
}

extension Hasher {
  @inline(__always)
  mutating func combineBytes(of text: String) {
    let done: Void? = text.utf8.withContiguousStorageIfAvailable {
      combine($0.count)
      combine(bytes: UnsafeRawBufferPointer($0))
    }
    if done == nil {
      combine(text.utf8.count)
      for byte in text.utf8 { combine(byte) }
    }
  }
}
