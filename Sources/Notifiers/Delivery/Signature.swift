internal import COpenSSL
internal import Records
internal import Telemetry

/// Proves to a webhook that a body came from this installation, and when.
///
/// `Watchkeeper-Signature: t=<Unix seconds>,v1=<hex of HMAC-SHA256(secret, "<t>.<body>")>`, one `v1` for each secret, so
/// that a secret can be replaced without a gap. A receiver accepts 5 minutes of difference.
enum Signature {
  static let headerName = "Watchkeeper-Signature"

  static func header(for body: [UInt8], secrets: [Secret], at now: Timestamp) -> String {
    let seconds = String(Int64(now.seconds.rounded(.down)))
    let message = Array("\(seconds).".utf8) + body
    let proofs = secrets.map { "v1=" + hexadecimal(code(of: message, key: Array($0.reveal().utf8))) }
    return (["t=\(seconds)"] + proofs).joined(separator: ",")
  }

  static func code(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: Digest.byteCount)
    var length: UInt32 = 0
    _ = HMAC(EVP_sha256(), key, Int32(clamping: key.count), message, message.count, &output, &length)
    return output
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    Digest(bytes: bytes)?.hexadecimal ?? ""
  }
}
