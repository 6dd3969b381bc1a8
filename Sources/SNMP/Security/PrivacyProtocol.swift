internal import COpenSSL

/// How the content of a message is hidden.
/// - Source: RFC 3414 section 8 (DES), RFC 3826 (AES-128); AES-192 and AES-256 were never standardised: the plain names
///   extend the key as draft-blumenthal-aes-usm-04 does, those with C as draft-reeder-snmpv3-usm-3desede-00 does, which
///   Cisco's devices use.
public enum PrivacyProtocol: String, Sendable, CaseIterable {
  case des = "DES"
  case aes = "AES"
  case aes192 = "AES192"
  case aes256 = "AES256"
  case aes192C = "AES192C"
  case aes256C = "AES256C"

  var keyLength: Int {
    switch self {
    case .des, .aes: 16
    case .aes192, .aes192C: 24
    case .aes256, .aes256C: 32
    }
  }

  /// A key of the length that is needed from the user's key at one engine.
  func key(from localized: [UInt8], _ authentication: AuthenticationProtocol, engine: [UInt8]) -> [UInt8] {
    var key = localized
    var last = localized
    while key.count < keyLength {
      switch self {
      case .aes192C, .aes256C:
        last = authentication.localized(authentication.key(fromPassword: last), engine: engine)
        key += last
      case .des, .aes, .aes192, .aes256: key += authentication.digest(key)
      }
    }
    return Array(key.prefix(keyLength))
  }

  /// - Parameter salt: the eight octets that travel with the message.
  func encrypt(_ plain: [UInt8], key: [UInt8], boots: UInt32, time: UInt32, salt: [UInt8]) -> [UInt8] {
    switch self {
    case .des: des(plain + [UInt8](repeating: 0, count: (8 - plain.count % 8) % 8), key, salt, encrypts: true)
    case .aes, .aes192, .aes256, .aes192C, .aes256C: aes(plain, key, boots, time, salt, encrypts: true)
    }
  }

  /// - Returns: `nil` when the text or the salt has a length that cannot be.
  func decrypt(_ text: [UInt8], key: [UInt8], boots: UInt32, time: UInt32, salt: [UInt8]) -> [UInt8]? {
    guard salt.count == 8, self != .des || text.count % 8 == 0 else { return nil }
    return switch self {
    case .des: des(text, key, salt, encrypts: false)
    case .aes, .aes192, .aes256, .aes192C, .aes256C: aes(text, key, boots, time, salt, encrypts: false)
    }
  }

  /// The later half of the key is mixed into the initialisation vector. The old calls of libcrypto need no provider of
  /// legacy ciphers, which a host may not have installed.
  private func des(_ input: [UInt8], _ key: [UInt8], _ salt: [UInt8], encrypts: Bool) -> [UInt8] {
    var cipherKey: DES_cblock = (0, 0, 0, 0, 0, 0, 0, 0)
    var schedule = DES_key_schedule()
    withUnsafeMutableBytes(of: &cipherKey) { $0.copyBytes(from: key.prefix(8)) }
    DES_set_key_unchecked(&cipherKey, &schedule)
    var vector = cipherKey
    withUnsafeMutableBytes(of: &vector) { $0.copyBytes(from: zip(key[8..<16], salt).map { one, other in one ^ other }) }
    var output = [UInt8](repeating: 0, count: input.count)
    DES_ncbc_encrypt(input, &output, input.count, &schedule, &vector, encrypts ? 1 : 0)
    return output
  }

  private func aes(
    _ input: [UInt8], _ key: [UInt8], _ boots: UInt32, _ time: UInt32, _ salt: [UInt8], encrypts: Bool
  ) -> [UInt8] {
    let vector =
      withUnsafeBytes(of: boots.bigEndian) { Array($0) } + withUnsafeBytes(of: time.bigEndian) { Array($0) } + salt
    let cipher =
      switch keyLength {
      case 16: EVP_aes_128_cfb128()
      case 24: EVP_aes_192_cfb128()
      default: EVP_aes_256_cfb128()
      }
    guard let context = EVP_CIPHER_CTX_new() else { return [] }
    defer { EVP_CIPHER_CTX_free(context) }
    var output = [UInt8](repeating: 0, count: input.count + 32)
    var count: Int32 = 0
    EVP_CipherInit_ex(context, cipher, nil, key, vector, encrypts ? 1 : 0)
    EVP_CipherUpdate(context, &output, &count, input, Int32(input.count))
    return Array(output.prefix(Int(count)))
  }
}
