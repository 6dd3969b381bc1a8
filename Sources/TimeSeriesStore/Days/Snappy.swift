internal import CSnappy

enum Snappy {
  /// - Returns: `nil` when memory is short.
  static func compress(_ bytes: [UInt8]) -> [UInt8]? {
    var length = snappy_max_compressed_length(bytes.count)
    var packed = [UInt8](repeating: 0, count: length)
    let status = bytes.withUnsafeBytes { source in
      packed.withUnsafeMutableBytes { target in
        snappy_compress(
          source.assumingMemoryBound(to: CChar.self).baseAddress, source.count,
          target.assumingMemoryBound(to: CChar.self).baseAddress, &length)
      }
    }
    guard status == SNAPPY_OK else { return nil }
    packed.removeSubrange(length...)
    return packed
  }

  /// - Returns: `nil` when the bytes are damaged or declare more than `limit` bytes.
  static func uncompress(_ packed: UnsafeRawBufferPointer, limit: Int) -> [UInt8]? {
    guard let source = packed.assumingMemoryBound(to: CChar.self).baseAddress else { return nil }
    var length = 0
    guard snappy_uncompressed_length(source, packed.count, &length) == SNAPPY_OK, length <= limit else { return nil }
    var bytes = [UInt8](repeating: 0, count: length)
    let status = bytes.withUnsafeMutableBytes {
      snappy_uncompress(source, packed.count, $0.assumingMemoryBound(to: CChar.self).baseAddress, &length)
    }
    guard status == SNAPPY_OK, length == bytes.count else { return nil }
    return bytes
  }
}
