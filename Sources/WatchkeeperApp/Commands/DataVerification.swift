internal import Foundation
internal import Journal
internal import TimeSeriesStore

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
      throw UsageError("\(folder.path) holds neither journal nor samples", remedy: "name the data folder with --data")
    }
    var findings: [VerificationReport.Finding] = []
    if hasJournal {
      findings += verifyJournal(journalFile)
    } else {
      findings.append(.init(part: .journal, severity: .damage, text: "\(journalFile) is missing"))
    }
    if hasSamples {
      findings += EmbeddedStore.verify(folder: folder.samplesFolder).map(VerificationReport.Finding.init)
    } else {
      findings.append(.init(part: .samples, severity: .note, text: "\(folder.samplesFolder) does not exist yet"))
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
        part: .journal, severity: .note, text: "the published digests cannot be read: \(error)")
      return [note] + JournalVerifier.verify(file: file, published: published).map(VerificationReport.Finding.init)
    }
  }
}

/// What verification found.
struct VerificationReport: Sendable, Encodable {
  enum Part: String, Sendable, Encodable, CaseIterable { case journal, samples }
  enum Severity: String, Sendable, Encodable { case note, damage }

  struct Finding: Sendable, Encodable, Equatable {
    let part: Part
    let severity: Severity
    /// With the place.
    let text: String
  }

  let findings: [Finding]

  var damages: Int { findings.count { $0.severity == .damage } }
  var notes: Int { findings.count { $0.severity == .note } }

  /// A line for each finding, and one with the sum.
  var text: String {
    var table = TextTable("PART", "RESULT", "WHERE AND WHAT")
    for part in Part.allCases {
      let own = findings.filter { $0.part == part }
      for finding in own { table.add(part.rawValue, finding.severity.rawValue, finding.text) }
      if !own.contains(where: { $0.severity == .damage }) { table.add(part.rawValue, "ok", "as it was written") }
    }
    let sum = damages == 0 ? "no damage" : counted(damages, "damage")
    return table.text + "\n" + sum + (notes > 0 ? ", " + counted(notes, "note") : "") + "\n"
  }

  private enum CodingKeys: String, CodingKey { case damages, notes, findings }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(damages, forKey: .damages)
    try fields.encode(notes, forKey: .notes)
    try fields.encode(findings, forKey: .findings)
  }
}

extension VerificationReport.Finding {
  init(_ finding: JournalFinding) {
    let severity: VerificationReport.Severity =
      switch finding.severity {
      case .note: .note
      case .damage: .damage
      }
    self.init(part: .journal, severity: severity, text: finding.description)
  }

  init(_ finding: StoreFinding) {
    let severity: VerificationReport.Severity =
      switch finding.severity {
      case .note: .note
      case .damage: .damage
      }
    self.init(part: .samples, severity: severity, text: finding.description)
  }
}
