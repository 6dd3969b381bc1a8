internal import COpenSSL

/// How a message proves who sent it.
/// - Source: RFC 3414 sections 6 and 7, RFC 7860.
public enum AuthenticationProtocol: String, Sendable, CaseIterable {
  case md5 = "MD5"
  case sha = "SHA"
  case sha224 = "SHA224"
  case sha256 = "SHA256"
  case sha384 = "SHA384"
  case sha512 = "SHA512"

  private var algorithm: OpaquePointer? {
    switch self {
    case .md5: EVP_md5()
    case .sha: EVP_sha1()
    case .sha224: EVP_sha224()
    case .sha256: EVP_sha256()
    case .sha384: EVP_sha384()
    case .sha512: EVP_sha512()
    }
  }

  /// Octets of the code that a message carries.
  var codeLength: Int {
    switch self {
    case .md5, .sha: 12
    case .sha224: 16
    case .sha256: 24
    case .sha384: 32
    case .sha512: 48
    }
  }

  func digest(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    EVP_Digest(bytes, bytes.count, &digest, &length, algorithm, nil)
    return Array(digest.prefix(Int(length)))
  }

  /// The code of a whole message, cut to `codeLength`.
  func code(of message: UnsafeRawBufferPointer, key: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    _ = HMAC(
      algorithm, key, Int32(key.count), message.baseAddress?.assumingMemoryBound(to: UInt8.self), message.count, &code,
      &length)
    return Array(code.prefix(codeLength))
  }

  /// The user's key: the digest of a megabyte of the repeated password.
  /// - Source: RFC 3414 section A.2. Some 2 ms; keep the result.
  func key(fromPassword password: [UInt8]) -> [UInt8] {
    guard !password.isEmpty else { return digest([]) }
    var block: [UInt8] = []
    block.reserveCapacity(1 << 20)
    while block.count < 1 << 20 { block += password }
    return digest(Array(block.prefix(1 << 20)))
  }

  /// The user's key at one engine, so that a device that is broken into betrays no other.
  func localized(_ key: [UInt8], engine: [UInt8]) -> [UInt8] { digest(key + engine + key) }
}

/// Compares without telling by its duration where two codes differ.
func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
  guard one.count == other.count else { return false }
  return zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
}
