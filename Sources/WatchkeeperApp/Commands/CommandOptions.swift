internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Notifiers
internal import Transfers
internal import Wording

/// How a command writes what it found.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case table, json }

/// `--output`, for commands with a table and JSON.
struct OutputOption: ParsableArguments {
  @Option(name: [.customShort("o"), .customLong("output")], help: "table or json.")
  var format = OutputFormat.table
}

/// `--data`, for commands that read the data folder.
struct DataOption: ParsableArguments {
  @Option(
    name: .customLong("data"),
    help: "The data folder. Default: $STATE_DIRECTORY, /var/lib/watchkeeper for root, or the user's state folder.")
  var path: String?

  var folder: DataFolder {
    DataFolder(
      existing: path
        ?? DataFolder.standardPath(environment: ProcessInfo.processInfo.environment, isRoot: getuid() == 0))
  }
}

/// `--config`, for commands that read the configuration.
struct ConfigurationOption: ParsableArguments {
  @Option(
    name: .customLong("config"),
    help: "A configuration folder, or a settings file. Default: /etc/watchkeeper, or the user's configuration folder.")
  var path: String?

  /// What was named, else the standard folder when it exists; `nil`: the packaged definitions alone.
  var resolved: String? { path ?? StandardFolders.configuration(environment: ProcessInfo.processInfo.environment) }
}

/// `--lang`, for commands that speak to a person.
struct LanguageOption: ParsableArguments {
  @Option(name: .customLong("lang"), help: "en or zh-CN. Default: as LC_ALL, LC_MESSAGES or LANG says.")
  var tag: String?

  /// What was named, else what the environment says; `nil` when it says neither English nor Chinese.
  func chosen(environment: [String: String] = ProcessInfo.processInfo.environment) throws(UsageError) -> Language? {
    guard let tag else {
      // What POSIX says about their order.
      let wish = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
      return wish.flatMap { Language(tag: $0.prefix { $0 != "." }) }
    }
    guard let known = Language(tag: tag) else {
      throw UsageError("--lang: '\(tag)' is not a language", remedy: "write en or zh-CN")
    }
    return known
  }
}

/// Where configuration lies when no option names it.
enum StandardFolders {
  static let systemConfiguration = "/etc/watchkeeper"

  /// - Returns: `nil` when there is none.
  static func configuration(environment: [String: String], system: String = systemConfiguration) -> String? {
    let home = environment["HOME"].map { $0 + "/.config" }
    let user = environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? home
    let candidates = [system] + (user.map { [$0 + "/watchkeeper"] } ?? [])
    return candidates.first { FileManager.default.isFolder($0) }
  }
}

/// What commands without a running program know of the world.
enum CommandWorld {
  static var hostName: String { ProcessInfo.processInfo.hostName }

  /// For reading a configuration: secrets are read, nothing is ever sent.
  static let offlineNotifiers = NotifierEnvironment(
    carry: { _ in
      TransferReport(outcome: .failed(TransferFailure(.invalidRequest, "a check sends no notifications")))
    },
    readSecret: { try SecretFile.read($0) }, write: { _ in })
}

/// JSON for other programs: keys in order, so that two outputs can be compared as text.
enum JSONOutput {
  static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
  }
}

/// Why a command cannot begin: one line for standard error, and status 2.
struct UsageError: Error, CustomStringConvertible {
  let description: String

  init(_ problem: String, remedy: String) { description = "\(problem) – \(remedy)" }
}

extension FileManager {
  func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}

/// `1 probe`, `2 probes`.
func counted(_ number: Int, _ singular: String, _ plural: String? = nil) -> String {
  "\(number) \(number == 1 ? singular : plural ?? singular + "s")"
}
