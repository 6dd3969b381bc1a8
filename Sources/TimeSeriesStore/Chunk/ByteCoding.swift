/// Takes a byte string byte by byte.
protocol ByteSink {
  mutating func append(_ byte: UInt8)
}

extension ByteSink {
  /// Seven bits a byte, lowest first; ten bytes at most.
  @inline(__always)
  mutating func appendVarint(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }

  /// Small numbers of either sign stay short.
  @inline(__always)
  mutating func appendSigned(_ number: Int64) {
    appendVarint(UInt64(bitPattern: (number << 1) ^ (number >> 63)))
  }
}

/// Grows a byte string with variable-length numbers.
struct ByteWriter: ByteSink {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ byte: UInt8) { bytes.append(byte) }
  mutating func append(contentsOf more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

  /// Lets `write` fill room that was made at once, where an append for each byte would cost more than the byte.
  ///
  /// - Parameter atMost: more bytes than these would be a fault of the caller, which stops the program.
  mutating func append(atMost count: Int, _ write: (inout ByteRoom) -> Void) {
    bytes += [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
      var room = ByteRoom(buffer)
      write(&room)
      used = room.count
    }
  }
}

/// Memory to fill from its beginning.
struct ByteRoom: ByteSink {
  private let buffer: UnsafeMutableBufferPointer<UInt8>
  private(set) var count = 0

  fileprivate init(_ buffer: UnsafeMutableBufferPointer<UInt8>) { self.buffer = buffer }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    precondition(count < buffer.count)
    buffer.initializeElement(at: count, to: byte)
    count &+= 1
  }
}

/// Reads a byte string; past the end it answers `nil`, never a trap.
struct ByteCursor {
  private let bytes: UnsafeRawBufferPointer
  private(set) var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var isAtEnd: Bool { offset == bytes.count }

  mutating func byte() -> UInt8? {
    guard offset < bytes.count else { return nil }
    defer { offset &+= 1 }
    return bytes[offset]
  }

  mutating func varint() -> UInt64? {
    var number: UInt64 = 0
    var shift: UInt64 = 0
    while let next = byte() {
      if shift == 63, next > 1 { return nil }
      number |= UInt64(next & 0x7f) << shift
      if next < 0x80 { return number }
      shift &+= 7
      if shift > 63 { return nil }
    }
    return nil
  }

  mutating func signed() -> Int64? {
    guard let raw = varint() else { return nil }
    return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
  }

  mutating func slice(_ length: Int) -> UnsafeRawBufferPointer? {
    guard length >= 0, length <= bytes.count &- offset else { return nil }
    defer { offset &+= length }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset &+ length)])
  }

  /// The `count` bytes of a number, most significant first.
  mutating func bigEndian(_ count: Int) -> UInt64? {
    guard let part = slice(count) else { return nil }
    return part.reduce(0) { ($0 << 8) | UInt64($1) }
  }
}
