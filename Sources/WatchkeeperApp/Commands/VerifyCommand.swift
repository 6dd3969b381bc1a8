internal import ArgumentParser
internal import Records

struct VerifyCommand: ParsableCommand, PermittedCommand {
  static let permission = Permission.configurationRead
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Prove that journal and samples are as they were written.",
    discussion: """
      Reads only, and may run beside the program. Damage is named with its place;
      a note says what cannot be known.

      Example:
        watchkeeper verify --data /var/lib/watchkeeper

      Exit status: 0 no damage, 1 damage, 2 nothing to verify or wrong command line.
      """)

  @OptionGroup var data: DataOption
  @OptionGroup var output: OutputOption

  mutating func run() throws {
    let report = try DataVerification(folder: data.folder).run()
    switch output.format {
    case .table: Terminal.write(report.text)
    case .json: Terminal.write(try JSONOutput.text(report))
    }
    guard report.damages == 0 else { throw ExitStatus.failure.code }
  }
}
