internal import CTLS
internal import Records

/// What logins are made of.
enum Digests {
  static func md5(_ bytes: [UInt8]) -> [UInt8] { digest(WATCHKEEPER_DIGEST_MD5, bytes, 16) }
  static func sha1(_ bytes: [UInt8]) -> [UInt8] { digest(WATCHKEEPER_DIGEST_SHA1, bytes, 20) }
  static func sha256(_ bytes: [UInt8]) -> [UInt8] { digest(WATCHKEEPER_DIGEST_SHA256, bytes, 32) }

  private static func digest(_ kind: Int, _ bytes: [UInt8], _ count: Int) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: count)
    _ = watchkeeper_digest(Int32(kind), bytes, bytes.count, &result)
    return result
  }

  static func hmac(_ key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: 32)
    _ = watchkeeper_hmac(Int32(WATCHKEEPER_DIGEST_SHA256), key, key.count, bytes, bytes.count, &result)
    return result
  }

  static func stretched(_ password: [UInt8], _ salt: [UInt8], rounds: Int) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: 32)
    _ = watchkeeper_stretch(password, password.count, salt, salt.count, Int32(rounds), &result)
    return result
  }

  /// - Parameter key: in PEM.
  static func encrypted(_ bytes: [UInt8], with key: [UInt8]) -> [UInt8]? {
    var result = [UInt8](repeating: 0, count: 2048)
    let count = watchkeeper_rsa_encrypt(key, key.count, bytes, bytes.count, &result, result.count)
    return count < 0 ? nil : Array(result.prefix(count))
  }

  static func mixed(_ one: [UInt8], _ other: [UInt8]) -> [UInt8] { zip(one, other).map { $0 ^ $1 } }

  static func hexadecimal(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  }
}

/// One login by SCRAM-SHA-256 without channel binding.
///
/// - Source: RFC 5802 and RFC 7677.
struct SCRAMClient: Sendable {
  private let password: Secret
  private let bare: String
  private let nonce: String
  private var serverSignature: [UInt8] = []

  /// A server that asks for more would have us compute for seconds; the default is 200,000.
  static let roundsMax = 200_000

  /// - Parameter nonce: letters and digits that nobody can guess.
  init(password: Secret, nonce: String) {
    self.password = password
    self.nonce = nonce
    bare = "n=,r=\(nonce)"
  }

  var first: [UInt8] { Array("n,,\(bare)".utf8) }

  mutating func answer(to challenge: [UInt8]) throws(ExchangeFailure) -> [UInt8] {
    let text = String(decoding: challenge, as: UTF8.self)
    let fields = Self.fields(text)
    guard let both = fields["r"], both.hasPrefix(nonce), both.count > nonce.count,
      let salt = fields["s"].flatMap({ Base64.decoded($0.utf8) }), let rounds = fields["i"].flatMap({ Int($0) })
    else { throw .broken("\(ForeignText.quoted(challenge)) is no challenge of SCRAM to us") }
    guard (1...Self.roundsMax).contains(rounds) else {
      throw .declined("the server wants \(rounds) rounds of SCRAM, at most \(Self.roundsMax) are computed")
    }
    let salted = Digests.stretched(Array(password.reveal().utf8), salt, rounds: rounds)
    let key = Digests.hmac(salted, Array("Client Key".utf8))
    let final = "c=biws,r=\(both)"
    let message = Array("\(bare),\(text),\(final)".utf8)
    let proof = Digests.mixed(key, Digests.hmac(Digests.sha256(key), message))
    serverSignature = Digests.hmac(Digests.hmac(salted, Array("Server Key".utf8)), message)
    return Array(final.utf8) + Array(",p=".utf8) + Base64.encoded(proof)
  }

  /// That the server knows the password, too.
  func verify(_ final: [UInt8]) throws(ExchangeFailure) {
    let signature = Self.fields(String(decoding: final, as: UTF8.self))["v"].flatMap { Base64.decoded($0.utf8) }
    guard !serverSignature.isEmpty, signature == serverSignature else {
      throw .broken("the server does not prove that it knows the password")
    }
  }

  private static func fields(_ text: String) -> [Character: String] {
    var fields: [Character: String] = [:]
    for piece in text.split(separator: ",") where piece.dropFirst().first == "=" {
      if let name = piece.first { fields[name] = String(piece.dropFirst(2)) }
    }
    return fields
  }
}
