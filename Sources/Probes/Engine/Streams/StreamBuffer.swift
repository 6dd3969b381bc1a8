/// Bytes of a stream that have arrived and were not taken yet.
struct StreamBuffer: Sendable {
  private var bytes: [UInt8] = []
  private var start = 0

  init(_ bytes: [UInt8] = []) { self.bytes = bytes }

  var count: Int { bytes.count - start }
  var isEmpty: Bool { count == 0 }

  /// The byte at an offset from the first that was not taken.
  subscript(offset: Int) -> UInt8 { bytes[start + offset] }

  mutating func append(_ more: UnsafeRawBufferPointer) {
    if start > 0, start == bytes.count { clear() }
    bytes.append(contentsOf: more)
  }

  /// The next `count` bytes; `nil` while they are not all there.
  mutating func take(_ count: Int) -> [UInt8]? {
    guard count >= 0, count <= self.count else { return nil }
    let taken = Array(bytes[start..<(start + count)])
    drop(count)
    return taken
  }

  mutating func takeAll() -> [UInt8] {
    let taken = Array(bytes[start...])
    clear()
    return taken
  }

  mutating func drop(_ count: Int) {
    start += count
    if start >= bytes.count { clear() }
  }

  /// The next line without its end, which is LF or CR LF; `nil` while the end is not there.
  mutating func line() -> [UInt8]? {
    guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    let line = bytes[start..<end]
    let text = Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
    drop(end + 1 - start)
    return text
  }

  /// The offset behind the first occurrence of `wanted`.
  func end(of wanted: [UInt8]) -> Int? {
    guard let first = wanted.first, count >= wanted.count else { return nil }
    var position = start
    while let found = bytes[position...].firstIndex(of: first), found + wanted.count <= bytes.count {
      if bytes[found..<(found + wanted.count)].elementsEqual(wanted) { return found + wanted.count - start }
      position = found + 1
    }
    return nil
  }

  private mutating func clear() {
    bytes.removeAll(keepingCapacity: true)
    start = 0
  }
}

/// Numbers inside messages, as lengths and codes are.
extension StreamBuffer {
  /// - Returns: `nil` while the bytes are not all there.
  func bigEndian(at offset: Int, bytes width: Int) -> Int? {
    guard offset + width <= count else { return nil }
    return (0..<width).reduce(0) { $0 << 8 | Int(self[offset + $1]) }
  }

  func littleEndian(at offset: Int, bytes width: Int) -> Int? {
    guard offset + width <= count else { return nil }
    return (0..<width).reversed().reduce(0) { $0 << 8 | Int(self[offset + $1]) }
  }
}
