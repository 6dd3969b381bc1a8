internal import CLinux
internal import Glibc

/// A regular file that others write, read whole and without waiting: a pipe or a device would not end.
struct RegularFile {
  let bytes: [UInt8]
  /// Unix time of the last change.
  let modified: Double

  /// What can be told without reading.
  struct Mark: Hashable {
    let modified: Double
    let length: Int
  }

  static func mark(of path: String) -> Mark? {
    withDescriptor(path) { _, modified, length in Mark(modified: modified, length: length) }
  }

  /// `nil` when it cannot be read, is longer, or no regular file.
  init?(_ path: String, bytesMax: Int) {
    let read = Self.withDescriptor(path) { descriptor, modified, size -> ([UInt8], Double)? in
      guard size <= bytesMax else { return nil }
      var isRead = true
      let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        while count < size {
          let got = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
          guard got > 0 else {
            isRead = got == 0
            return
          }
          count += got
        }
      }
      return isRead ? (bytes, modified) : nil
    }
    guard let read else { return nil }
    (bytes, modified) = read
  }

  private static func withDescriptor<Result>(_ path: String, _ body: (Int32, Double, Int) -> Result?) -> Result? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var length: Int64 = 0
    var modified = 0.0
    guard watchkeeper_regular_file(descriptor, &length, &modified) == 0 else { return nil }
    return body(descriptor, modified, Int(length))
  }
}
