internal import ArgumentParser

/// What a command's exit code says.
enum ExitStatus: Int32 {
  case success = 0
  /// Something was found or failed.
  case failure = 1
  /// The command line was wrong.
  case usage = 2

  var code: ExitCode { ExitCode(rawValue) }
}
