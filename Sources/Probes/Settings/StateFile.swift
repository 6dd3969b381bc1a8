internal import FoundationEssentials
internal import Glibc
internal import Telemetry

/// What one probe must know after a restart, as a small file of its own.
enum StateFile {
  /// A longer file of ours is no file of ours; the default is 1 MiB.
  private static let fileBytesMax = 1 << 20

  /// - Parameter kind: what it is about, as the name of the file begins.
  static func path(in folder: String, of kind: String, for target: LabelSet) -> String {
    "\(folder)/\(kind)-\(String(hash(Array(target.description.utf8)[...]), radix: 16)).json"
  }

  /// - Returns: `nil` when there is none that can be read.
  static func load<State: Decodable>(_ type: State.Type, from path: String) -> State? {
    let buffer = ReadBuffer()
    return withExtendedLifetime(buffer) {
      guard let content = try? ProcFile(path).read(into: $0), content.count <= fileBytesMax else { return nil }
      return try? JSONDecoder().decode(State.self, from: Data(content))
    }
  }

  /// Whole or not at all.
  static func store(_ state: some Encodable, at path: String) throws(HostReadError) {
    guard let data = try? JSONEncoder().encode(state) else { return }
    let draft = path + ".new"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw HostReadError(path: draft, code: errno) }
    var problem = write(data, to: descriptor)
    if problem == 0, fdatasync(descriptor) != 0 { problem = errno }
    close(descriptor)
    if problem == 0, rename(draft, path) != 0 { problem = errno }
    guard problem != 0 else { return }
    // Half of it takes room that a full disk has not.
    unlink(draft)
    throw HostReadError(path: path, code: problem)
  }

  /// - Returns: the error number; 0: all was written.
  private static func write(_ data: Data, to descriptor: Int32) -> Int32 {
    let bytes = [UInt8](data)
    return bytes.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return count < 0 ? errno : ENOSPC }
        done += count
      }
      return 0
    }
  }

  /// FNV-1a.
  static func hash(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
