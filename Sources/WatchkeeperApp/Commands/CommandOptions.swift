internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Notifiers
internal import Records
internal import Transfers
internal import Wording

/// How a command writes what it found.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case table, json }

/// `--output`, for commands with a table and JSON.
struct OutputOption: ParsableArguments {
  @Option(name: [.customShort("o"), .customLong("output")], help: .words("shared.output"))
  var format = OutputFormat.table
}

/// `--data`, for commands that read the data folder.
struct DataOption: ParsableArguments {
  @Option(
    name: .customLong("data"),
    help: .words("shared.data"))
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
    help: .words("shared.config"))
  var path: String?

  /// What was named, else the standard folder when it exists; `nil`: the packaged definitions alone.
  var resolved: String? { path ?? StandardFolders.configuration(environment: ProcessInfo.processInfo.environment) }
}

/// `--lang`, for commands that speak to a person.
struct LanguageOption: ParsableArguments {
  @Option(name: .customLong("lang"), help: .words("shared.lang"))
  var tag: String?

  /// What was named, else what the environment says; `nil` when it says neither English nor Chinese.
  func chosen(environment: [String: String] = ProcessInfo.processInfo.environment) throws(UsageError) -> Language? {
    guard let tag else { return Self.ofEnvironment(environment) }
    guard let known = Language(tag: tag) else { throw UsageError("usage.lang", ["tag": tag]) }
    return known
  }

  private static func ofEnvironment(_ environment: [String: String]) -> Language? {
    // What POSIX says about their order.
    let wish = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    return wish.flatMap { Language(tag: $0.prefix { $0 != "." }) }
  }

  /// For help and complaints, which come before any option is taken: as `chosen`, and English for all others.
  static func spoken(_ arguments: [String], environment: [String: String]) -> Language {
    let lead = "--lang="
    var tag: String?
    for (index, argument) in arguments.enumerated() {
      if argument == "--lang" { tag = arguments.dropFirst(index + 1).first }
      if argument.hasPrefix(lead) { tag = String(argument.dropFirst(lead.count)) }
    }
    return tag.flatMap { Language(tag: $0) } ?? ofEnvironment(environment) ?? .english
  }
}

/// `--page`, for commands that list.
struct ListOptions: ParsableArguments {
  @Option(help: .words("shared.page"))
  var page = 1

  func validate() throws {
    if page < 1 { throw ValidationError(Terminal.words("usage.page", ["value": String(page)])) }
  }

  /// What the program is asked for.
  var fields: [(name: String, value: String)] { page > 1 ? [("page", String(page))] : [] }
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
  static let offlineNotifiers: NotifierEnvironment = {
    var notifiers = NotifierEnvironment(
      carry: { _ in
        TransferReport(outcome: .failed(TransferFailure(.invalidRequest, "a check sends no notifications")))
      },
      readSecret: { try SecretFile.read($0) }, write: { _ in })
    // A check runs no program of others.
    notifiers.runForSecret = { _ in Secret("not asked for") }
    return notifiers
  }()
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
  let reason: Reason

  init(_ id: String, _ arguments: [String: String] = [:]) { reason = Reason(id, arguments) }

  var description: String { Terminal.words(reason) }
}

extension FileManager {
  func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}
