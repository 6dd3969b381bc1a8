internal import Telemetry

/// Every distinct label name and value once, under a number, for as long as somebody uses it.
struct LabelDictionary {
  /// Compared and hashed by bytes: `String` treats canonically equivalent spellings as one, the store must not.
  private struct Key: Hashable {
    let text: String

    static func == (left: Key, right: Key) -> Bool { left.text.hasSameBytes(as: right.text) }
    func hash(into hasher: inout Hasher) { hasher.combineBytes(of: text) }
  }

  private(set) var texts: [String] = []
  private var numbers: [Key: UInt32] = [:]
  /// How often each text is in use.
  private var uses: [UInt32] = []
  private var free: [UInt32] = []

  func number(of text: String) -> UInt32? { numbers[Key(text: text)] }

  /// Counts one more use.
  mutating func intern(_ text: String) -> UInt32 {
    let key = Key(text: text)
    if let known = numbers[key] {
      uses[Int(known)] &+= 1
      return known
    }
    let number = free.popLast() ?? UInt32(texts.count)
    if Int(number) == texts.count {
      texts.append(text)
      uses.append(1)
    } else {
      texts[Int(number)] = text
      uses[Int(number)] = 1
    }
    numbers[key] = number
    return number
  }

  /// One use less; after the last one the number may stand for another text.
  mutating func release(_ number: UInt32) {
    uses[Int(number)] &-= 1
    guard uses[Int(number)] == 0 else { return }
    numbers[Key(text: texts[Int(number)])] = nil
    texts[Int(number)] = ""
    free.append(number)
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
