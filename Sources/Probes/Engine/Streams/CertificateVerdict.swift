internal import Telemetry

/// What is wrong with a server's certificate, for the operator.
enum CertificateVerdict {
  /// - Parameter name: which the certificate should bear, where it is another than the place's.
  static func failure(
    of problem: CertificateProblem, _ report: TLSReport, at place: String, as name: String?
  ) -> ExchangeFailure {
    let certificate = problem.depth < report.certificates.count ? report.certificates[problem.depth] : nil
    let named = certificate?.subject ?? ""
    let subject = named.isEmpty ? "the certificate at depth \(problem.depth)" : "'\(named)'"
    let text =
      switch problem.kind {
      case .expired: "\(subject) expired \(moment(certificate?.notAfter)) – renew it on \(place)"
      case .notYetValid: "\(subject) begins \(moment(certificate?.notBefore)) – compare the clocks"
      case .wrongName: "\(subject) is for \(names(certificate)), not for \(name ?? place)"
      case .selfSigned: "\(subject) is signed by itself – give its file as ca_file if it is to be trusted"
      case .unknownAuthority:
        "'\(report.certificates.last?.issuer ?? "")' is no authority known here – install its certificate, "
          + "give it as ca_file, or let \(place) send the whole chain"
      case .weakKey: "\(subject) has a key of \(certificate?.keyBits ?? 0) bits (\(certificate?.key ?? ""))"
      case .weakSignature: "\(subject) is signed with \(certificate?.signature ?? "")"
      case .revoked, .brokenChain: "\(subject): \(problem.text)"
      }
    return ExchangeFailure("reason.tls.\(problem.kind.rawValue)", text)
  }

  private static func names(_ certificate: StreamCertificate?) -> String {
    guard let names = certificate?.names, !names.isEmpty else { return "no name" }
    return names
  }

  private static func moment(_ seconds: Int64?) -> String {
    guard let seconds else { return "at an unknown time" }
    let date = GregorianDate(daysSinceEpoch: Int((Double(seconds) / 86_400).rounded(.down)))
    let (month, day) = (
      date.month < 10 ? "0\(date.month)" : "\(date.month)", date.day < 10 ? "0\(date.day)" : "\(date.day)"
    )
    return "on \(date.year)-\(month)-\(day)"
  }
}
