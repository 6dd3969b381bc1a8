internal import ArgumentParser
internal import Foundation
internal import Journal
internal import Records

struct VerifyCommand: ParsableCommand, PermittedCommand {
  static let permission = Permission.configurationRead
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Prove that journal and samples are as they were written.",
    discussion: """
      Reads only, and may run beside the program. Damage is named with its place;
      a note says what cannot be known.

      Facts cut off the end of the journal can only be missed by the digests that
      the program publishes: in its log, and in journal-digests.log in the data
      folder, which is read by itself. Whoever cuts the journal can cut that file
      too: give the log lines kept on another machine with --published.

      Example:
        watchkeeper verify --data /var/lib/watchkeeper
        journalctl --merge -u watchkeeper -o cat | watchkeeper verify --published -

      Exit status: 0 no damage, 1 damage, 2 nothing to verify or wrong command line.
      """)

  @OptionGroup var data: DataOption
  @OptionGroup var output: OutputOption

  @Option(
    name: .customLong("published"),
    help: "Log lines with published digests, kept elsewhere: a file, or - for standard input. May be repeated.")
  var published: [String] = []

  mutating func run() throws {
    let kept = try published.flatMap(Self.digests)
    let report = try DataVerification(folder: data.folder, published: kept).run()
    switch output.format {
    case .table: Terminal.write(report.text)
    case .json: Terminal.write(try JSONOutput.text(report))
    }
    guard report.damages == 0 else { throw ExitStatus.failure.code }
  }

  /// - Throws: `UsageError` when there is no digest in it: a proof that proves nothing must not pass for one.
  static func digests(in source: String) throws -> [PublishedDigest] {
    let name = source == "-" ? "standard input" : source
    let handle = source == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: source)
    guard let handle else {
      throw UsageError("--published: \(name) cannot be opened", remedy: "name a file with lines of the program's log")
    }
    let bytesMax = PublishedDigestFile.bytesMax
    let content = try handle.read(upToCount: bytesMax) ?? Foundation.Data()
    guard content.count < bytesMax else {
      throw UsageError(
        "--published: \(name) is longer than \(bytesMax >> 20) MiB", remedy: "give the lines with 'journal: position'"
      )
    }
    let digests = PublishedDigest.all(in: String(decoding: content, as: UTF8.self))
    guard !digests.isEmpty else {
      throw UsageError(
        "--published: \(name) holds no published digest", remedy: "give lines with 'journal: position N, digest …'")
    }
    return digests
  }
}
