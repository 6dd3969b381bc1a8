internal import Foundation
internal import Journal
internal import Records
internal import TimeSeriesStore
internal import Wording

/// Looks at everything in a data folder that must not change by itself.
struct DataVerification {
  let folder: DataFolder
  /// Digests kept elsewhere, beside those of the folder's own file.
  var published: [PublishedDigest] = []

  /// - Throws: `UsageError` when the folder is none of ours.
  func run() throws(UsageError) -> VerificationReport {
    let files = FileManager.default
    let journalFile = folder.journalFolder + "/journal.sqlite"
    let hasJournal = files.fileExists(atPath: journalFile)
    let hasSamples = files.isFolder(folder.samplesFolder)
    guard hasJournal || hasSamples else {
      throw UsageError("usage.data-empty", ["folder": folder.path])
    }
    var findings: [VerificationReport.Finding] = []
    if hasJournal {
      findings += verifyJournal(journalFile)
    } else {
      findings.append(.init(.journal, .damage, Reason("verify.journal.file-missing", ["file": journalFile])))
    }
    if hasSamples {
      findings += EmbeddedStore.verify(folder: folder.samplesFolder).map(VerificationReport.Finding.init)
    } else {
      findings.append(.init(.samples, .note, Reason("verify.samples.folder-missing", ["folder": folder.samplesFolder])))
    }
    return VerificationReport(findings: findings)
  }

  private func verifyJournal(_ file: String) -> [VerificationReport.Finding] {
    let own = PublishedDigestFile(path: folder.publishedDigests)
    do {
      let witnesses = published + (try own.read())
      return JournalVerifier.verify(file: file, published: witnesses).map(VerificationReport.Finding.init)
    } catch {
      let note = VerificationReport.Finding(
        .journal, .note, Reason("verify.journal.published-unreadable", ["problem": "\(error)"]))
      return [note] + JournalVerifier.verify(file: file, published: published).map(VerificationReport.Finding.init)
    }
  }
}

/// What verification found.
struct VerificationReport: Sendable, Encodable {
  enum Part: String, Sendable, Encodable, CaseIterable { case journal, samples }
  enum Severity: String, Sendable, Encodable { case note, damage }

  struct Finding: Sendable, Equatable {
    let part: Part
    let severity: Severity
    /// With the place.
    let reason: Reason

    init(_ part: Part, _ severity: Severity, _ reason: Reason) {
      self.part = part
      self.severity = severity
      self.reason = reason
    }

    /// For programs: stays as it is, whatever the words are.
    var code: String { String(reason.id.dropFirst("verify.".count)) }
    var text: String { Terminal.words(reason) }
  }

  let findings: [Finding]

  var damages: Int { findings.count { $0.severity == .damage } }
  var notes: Int { findings.count { $0.severity == .note } }

  /// A line for each finding, and one with the sum.
  var text: String {
    var table = TextTable(["part", "result", "place"].map { Terminal.words("verify.head.\($0)") })
    func add(_ part: Part, _ result: String, _ text: String) {
      table.add(Terminal.words("verify.part.\(part.rawValue)"), Terminal.words("verify.result.\(result)"), text)
    }
    for part in Part.allCases {
      let own = findings.filter { $0.part == part }
      for finding in own { add(part, finding.severity.rawValue, finding.text) }
      if !own.contains(where: { $0.severity == .damage }) { add(part, "sound", Terminal.words("verify.sound")) }
    }
    let sum = Terminal.words(damages == 0 ? "verify.sum.sound" : "verify.sum.damaged", ["count": String(damages)])
    let remarks = notes == 0 ? "" : Terminal.words("verify.sum.notes", ["count": String(notes)])
    return "\(table.text)\n\(sum)\(remarks)\n"
  }

  private enum CodingKeys: String, CodingKey { case damages, notes, findings }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(damages, forKey: .damages)
    try fields.encode(notes, forKey: .notes)
    try fields.encode(findings, forKey: .findings)
  }
}

extension VerificationReport.Finding: Encodable {
  private enum CodingKeys: String, CodingKey { case part, severity, code, text }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(part, forKey: .part)
    try fields.encode(severity, forKey: .severity)
    try fields.encode(code, forKey: .code)
    try fields.encode(text, forKey: .text)
  }

  init(_ finding: JournalFinding) {
    let severity: VerificationReport.Severity =
      switch finding.severity {
      case .note: .note
      case .damage: .damage
      }
    self.init(.journal, severity, finding.reason)
  }

  init(_ damage: StoreDamage) {
    self.init(.samples, .damage, Reason("verify.samples.\(damage.kind.rawValue)", damage.arguments))
  }
}
