internal import Glibc
public import Records

/// The content of a secret file, without the line ends at its end; the file must not be readable by everybody.
public enum SecretFile {
  /// The default is 64 KiB.
  public static let byteLimit = 64 << 10

  public static func read(_ path: String) throws(SecretFault) -> Secret {
    // One descriptor for all questions, so that nobody puts another file in between.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw SecretFault("fault.secret.unopened", ["path": path]) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw SecretFault("fault.secret.unreadable", ["path": path])
    }
    guard status.st_mode & 0o007 == 0 else { throw SecretFault("fault.secret.exposed", ["path": path]) }
    var bytes = [UInt8](repeating: 0, count: byteLimit + 1)
    let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
    guard count <= byteLimit else {
      throw SecretFault("fault.secret.too-large", ["path": path, "kibibytes": String(byteLimit >> 10)])
    }
    guard count >= 0, let secret = Secret(printed: bytes[..<count]) else {
      throw SecretFault("fault.secret.unreadable", ["path": path])
    }
    return secret
  }
}

extension Secret {
  /// What a file holds or a program printed. - Returns: `nil` for what is no UTF-8.
  package init?(printed bytes: ArraySlice<UInt8>) {
    let end = bytes.lastIndex { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    guard let text = String(validating: bytes[..<(end.map { $0 + 1 } ?? bytes.startIndex)], as: UTF8.self) else {
      return nil
    }
    self.init(text)
  }
}
