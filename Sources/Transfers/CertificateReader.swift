internal import CCurl
internal import Records
internal import Telemetry

/// Reads what a TLS connection has shown. Names are put into text once for each certificate: the same ones come again and
/// again, and OpenSSL takes longer to print one than the network to carry it.
final class CertificateReader {
  private var known: [Fingerprint: PresentedCertificate] = [:]

  /// Certificates that are remembered; more begin anew. The default is 1,000.
  private static let knownMax = 1000
  /// A longer chain is read to here: 20.
  private static let chainMax: Int32 = 20

  /// The presented chain, the server's own certificate first.
  func presented(by session: UnsafeRawPointer) -> [PresentedCertificate] {
    var certificates: [PresentedCertificate] = []
    var raw = watchkeeper_certificate()
    var index: Int32 = 0
    while index < Self.chainMax, watchkeeper_tls_certificate(session, 0, index, &raw) != 0 {
      certificates.append(certificate(raw, at: index, in: session))
      index += 1
    }
    return certificates
  }

  /// When the chain to a trusted authority ends: the first expiry in it; `nil` when none was verified.
  func verifiedUntil(_ session: UnsafeRawPointer) -> Timestamp? {
    var first: Timestamp?
    var raw = watchkeeper_certificate()
    var index: Int32 = 0
    while index < Self.chainMax, watchkeeper_tls_certificate(session, 1, index, &raw) != 0 {
      if let end = Self.timestamp(raw.not_after) { first = min(first ?? end, end) }
      index += 1
    }
    return first
  }

  private func certificate(
    _ raw: watchkeeper_certificate, at index: Int32, in session: UnsafeRawPointer
  ) -> PresentedCertificate {
    let fingerprint = withUnsafeBytes(of: raw.fingerprint) { Fingerprint($0) }
    if let certificate = known[fingerprint] { return certificate }
    var certificate = PresentedCertificate()
    certificate.fingerprint = fingerprint.text
    certificate.notBefore = Self.timestamp(raw.not_before)
    certificate.notAfter = Self.timestamp(raw.not_after)
    certificate.subject = Self.text(0, of: index, in: session)
    certificate.issuer = Self.text(1, of: index, in: session)
    certificate.serialNumber = Self.text(2, of: index, in: session)
    certificate.alternativeNames = Self.text(3, of: index, in: session).split(separator: "\n").map(String.init)
    if known.count >= Self.knownMax { known.removeAll() }
    known[fingerprint] = certificate
    return certificate
  }

  /// Longer texts are cut: 16 KiB.
  private static let textBytesMax = 16 << 10

  private static func text(_ part: Int32, of index: Int32, in session: UnsafeRawPointer) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: textBytesMax) { buffer in
      let count = watchkeeper_tls_certificate_text(session, index, part, buffer.baseAddress, buffer.count)
      return String(decoding: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[..<count])), as: UTF8.self)
    }
  }

  private static func timestamp(_ seconds: Int64) -> Timestamp? {
    let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    return overflow ? nil : Timestamp(milliseconds: milliseconds)
  }

  /// SHA-256 over a certificate's DER bytes.
  private struct Fingerprint: Hashable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init(_ bytes: UnsafeRawBufferPointer) {
      words = (
        bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
        bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
        bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
        bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
      )
    }

    var text: String {
      withUnsafeBytes(of: words) { bytes in
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
      }
    }

    static func == (one: Fingerprint, other: Fingerprint) -> Bool { one.words == other.words }
    // Each word of a digest is as good a hash as all of them.
    func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
  }
}
