internal import CTLS
internal import Telemetry

/// Settings of the kind `certificate-files`.
public struct CertificateFilesSettings: ProbeSettings {
  /// Paths in which `*` and `?` stand for files, 1 to 64; a path without them must be there.
  let files: [String]
  /// A certificate that is valid for a shorter time makes the check fail; the default is 0: one that has expired.
  let remainingMin: Duration

  static let pathsMax = 64

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case files
    case remainingMin = "remaining_min"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    files = try fields.decode([String].self, forKey: .files)
    guard (1...Self.pathsMax).contains(files.count) else {
      throw fields.problem(
        .files, "fault.network.range", ["number": String(files.count), "least": "1", "most": String(Self.pathsMax)])
    }
    if let relative = files.first(where: { !$0.hasPrefix("/") }) {
      throw fields.problem(.files, "fault.certificate-files.path", ["text": relative])
    }
    remainingMin = try fields.decodeIfPresent(DurationSetting.self, forKey: .remainingMin)?.duration ?? .zero
  }

  public var instance: String? { nil }

  public var network: NetworkTarget? { nil }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    CertificateFilesProbe(self, in: environment)
  }

  static let kind = ProbeKind(
    name: "certificate-files", summary: "Reads certificates from files of this host and tells when they expire.",
    example: """
      name: certificates
      kind: certificate-files
      interval: 1h
      settings:
        files: [/etc/letsencrypt/live/*/fullchain.pem, /etc/ssl/private/*.pem]
        remaining_min: 14d
      """,
    job: "x509", interval: .seconds(3600), timeout: .seconds(10), settings: CertificateFilesSettings.self)
}

/// Each file costs only itself: one that cannot be read is named, and the others are told all the same.
final class CertificateFilesProbe: Probe {
  private let settings: CertificateFilesSettings
  private let clock: any WallClock
  private let runs = ThreadedRuns("reading of certificates", ())

  /// A longer file is refused; the default is 1 MiB.
  static let fileBytesMax = 1 << 20
  /// Files, and certificates of all of them: 1,000.
  static let filesMax = 1000

  init(_ settings: CertificateFilesSettings, in environment: ProbeEnvironment) {
    self.settings = settings
    clock = environment.clock
  }

  func run(within limit: Duration) async -> ProbeReport { await runs.report { self.read() } }

  private func read() -> ProbeReport {
    let now = clock.now.seconds
    let remainingMin = settings.remainingMin.inSeconds
    var samples: [ProbeSample] = []
    var (unreadable, ending): ([String], [String]) = ([], [])
    for path in paths {
      let certificates = Self.certificates(in: path, unless: &unreadable)
      for certificate in certificates.prefix(Self.filesMax - samples.count / 2) {
        let labels = [
          Label("filepath", path), Label("subject", certificate.subject), Label("issuer", certificate.issuer),
          Label("serial_number", certificate.serial),
        ]
        samples.append(ProbeSample("x509_cert_not_before", labels, Double(certificate.notBefore)))
        samples.append(ProbeSample("x509_cert_not_after", labels, Double(certificate.notAfter)))
        if let problem = Self.problem(of: certificate, at: now, remainingMin) { ending.append("\(path): \(problem)") }
      }
    }
    samples.append(ProbeSample("x509_read_errors", Double(unreadable.count)))
    let text = (ending + unreadable).joined(separator: "; ")
    if !ending.isEmpty { return .down("reason.certificate-files.validity", text, samples) }
    if !unreadable.isEmpty { return .down("reason.certificate-files.unreadable", text, samples) }
    return ProbeReport(.up, samples)
  }

  private var paths: [String] {
    // A path that stands for no file is kept: it is told as one that cannot be read.
    let found = settings.files.flatMap { path in
      let matching = FileNames.matching(path)
      return matching.isEmpty && !path.contains(where: { "*?[".contains($0) }) ? [path] : matching
    }
    return Array(Set(found).sorted().prefix(Self.filesMax))
  }

  private static func problem(of certificate: StreamCertificate, at now: Double, _ remainingMin: Double) -> String? {
    let left = Double(certificate.notAfter) - now
    let days = Int((abs(left) / 86_400).rounded(.down))
    if left <= 0 { return "'\(certificate.subject)' expired \(days) days ago" }
    if left < remainingMin { return "'\(certificate.subject)' expires in \(days) days" }
    return Double(certificate.notBefore) > now ? "'\(certificate.subject)' is not valid yet" : nil
  }

  private static func certificates(in path: String, unless unreadable: inout [String]) -> [StreamCertificate] {
    guard let file = RegularFile(path, bytesMax: fileBytesMax) else {
      unreadable.append("\(path): cannot be read, or is longer than \(fileBytesMax) bytes")
      return []
    }
    var certificates: [StreamCertificate] = []
    let isBroken = file.bytes.withUnsafeBytes { bytes in
      guard let reader = watchkeeper_certificate_reader_make(bytes.baseAddress, bytes.count) else { return true }
      defer { watchkeeper_certificate_reader_free(reader) }
      while certificates.count < filesMax, let certificate = watchkeeper_certificate_next(reader) {
        certificates.append(StreamCertificate(certificate))
      }
      return watchkeeper_certificate_is_broken(reader) != 0
    }
    if isBroken { unreadable.append("\(path): certificate \(certificates.count + 1) is broken, or no PEM or DER") }
    if !isBroken, certificates.isEmpty { unreadable.append("\(path): holds no certificate") }
    return certificates
  }
}
