internal import Records
internal import Synchronization
internal import Telemetry

/// The secrets of one probe: reveals them, and takes them out of what the probe then tells.
final class ProbeSecrets: Sendable {
  private let vault: SecretVault
  /// The latest last: a token that changes leaves the old one in answers that are still on their way.
  private let told = Mutex<[Secret]>([])

  /// Secrets that are remembered; more push the oldest out. 100.
  static let toldMax = 100

  init(_ vault: SecretVault) { self.vault = vault }

  func reveal(_ source: SecretSource) async throws(SecretFault) -> Secret {
    let secret = try await vault.reveal(source)
    remember(secret)
    return secret
  }

  /// For what need not be secret: a text in clear is taken for one only when its name says so.
  func reveal(_ source: SecretSource, named name: String) async throws(SecretFault) -> Secret {
    if case .inline(let text) = source, !Secret.isNamed(by: name) { return text }
    let secret = try await vault.reveal(source)
    for part in secret.withProof { remember(part) }
    return secret
  }

  func remember(_ secret: Secret) {
    told.withLock { told in
      // Each run reveals the same secrets.
      if let place = told.lastIndex(of: secret) {
        // What is still in use must not be pushed out by tokens that a server makes up.
        told.append(told.remove(at: place))
        return
      }
      guard SecretRedaction.takesOut(secret) else { return }
      if told.count >= Self.toldMax { told.removeFirst() }
      told.append(secret)
    }
  }

  /// Of what a peer says, for what is no report.
  func redacted(_ text: String) -> String { SecretRedaction(told.withLock { $0 }).redacted(text) }

  func redacted(_ report: ProbeReport) -> ProbeReport {
    guard !report.explanation.isEmpty || !report.notes.isEmpty || report.verdict.reason != nil else { return report }
    let told = told.withLock { $0 }
    guard !told.isEmpty else { return report }
    let redaction = SecretRedaction(told)
    func redacted(_ reason: Reason) -> Reason { Reason(reason.id, reason.arguments.mapValues(redaction.redacted)) }
    var report = report
    report.explanation = redaction.redacted(report.explanation)
    report.notes = report.notes.map(redaction.redacted)
    switch report.verdict {
    case .up: break
    case .down(let reason): report.verdict = .down(redacted(reason))
    case .unknown(let reason): report.verdict = .unknown(redacted(reason))
    case .unreachable(let reason): report.verdict = .unreachable(redacted(reason))
    }
    return report
  }
}

/// A probe whose reports keep its secrets.
struct DiscreetProbe: Probe {
  let probe: any Probe
  let secrets: ProbeSecrets

  func run(within limit: Duration) async -> ProbeReport { secrets.redacted(await probe.run(within: limit)) }

  var beginsInline: Bool { probe.beginsInline }

  func endSeries() -> [SeriesReference] { probe.endSeries() }

  func renewSeries(_ gone: Set<SeriesReference>) -> [SeriesReference: SeriesReference] { probe.renewSeries(gone) }
}
