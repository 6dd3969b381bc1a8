internal import ArgumentParser
internal import Foundation
internal import Journal
internal import Records

struct VerifyCommand: ParsableCommand, PermittedCommand {
  static let permission = Permission.configurationRead
  static var configuration: CommandConfiguration {
    .worded(
      "verify",
      examples: [
        "watchkeeper verify --data /var/lib/watchkeeper",
        "journalctl --merge -u watchkeeper -o cat | watchkeeper verify --published -",
      ], ending: "verify")
  }

  @OptionGroup var data: DataOption
  @OptionGroup var output: OutputOption
  @OptionGroup var language: LanguageOption

  @Option(
    name: .customLong("published"),
    help: .words("verify.published"))
  var published: [String] = []

  mutating func run() throws {
    _ = try language.chosen()
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
    let name = source == "-" ? Terminal.words("usage.standard-input") : source
    let handle = source == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: source)
    guard let handle else { throw UsageError("usage.published-unopened", ["name": name]) }
    let bytesMax = PublishedDigestFile.bytesMax
    let content = try handle.read(upToCount: bytesMax) ?? Foundation.Data()
    guard content.count < bytesMax else {
      throw UsageError("usage.published-long", ["name": name, "limit": String(bytesMax >> 20)])
    }
    let digests = PublishedDigest.all(in: String(decoding: content, as: UTF8.self))
    guard !digests.isEmpty else { throw UsageError("usage.published-empty", ["name": name]) }
    return digests
  }
}
