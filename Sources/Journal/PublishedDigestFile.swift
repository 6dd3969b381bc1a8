internal import FoundationEssentials
internal import Glibc
public import Records

/// The digests published so far, a line each, in a plain file that only grows: about 130 bytes an hour.
///
/// Beside the journal it proves little, because whoever cuts the one can cut the other. Its copy on another machine
/// makes a cut tail visible.
public struct PublishedDigestFile: Sendable {
  public let path: String

  public init(path: String) { self.path = path }

  /// The longest file, or text of another source, that is read: 64 MiB, fifty years of hours.
  public static let bytesMax = 64 << 20

  /// - Returns: nothing when the file does not exist.
  public func read() throws(JournalError) -> [PublishedDigest] {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { return [] }
      throw failure
    }
    guard status.st_size <= Self.bytesMax else {
      throw .storage("\(path) is longer than \(Self.bytesMax >> 20) MiB")
    }
    do {
      return PublishedDigest.all(in: String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self))
    } catch {
      throw .storage("\(path): \(error)")
    }
  }

  /// Durable when it returns. What a crash left of a line stays a line of its own.
  public func append(_ published: PublishedDigest) throws(JournalError) {
    let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw failure }
    defer { close(descriptor) }
    let length = lseek(descriptor, 0, SEEK_END)
    var last = UInt8(ascii: "\n")
    if length > 0 { pread(descriptor, &last, 1, length - 1) }
    let text = (last == UInt8(ascii: "\n") ? "" : "\n") + published.line + "\n"
    let bytes = Array(text.utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else { throw failure }
  }

  private var failure: JournalError { .storage("\(path): \(String(cString: strerror(errno)))") }
}
