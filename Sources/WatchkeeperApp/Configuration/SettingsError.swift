internal import Telemetry
internal import Wording

/// A place in a configuration file, counted from 1.
struct SourcePlace: Hashable, Sendable, Comparable, CustomStringConvertible {
  let file: String
  let line: Int
  let column: Int

  var description: String { "\(file):\(line):\(column)" }

  static func < (left: SourcePlace, right: SourcePlace) -> Bool {
    (left.file, left.line, left.column) < (right.file, right.line, right.column)
  }
}

/// Why a configuration file was refused: `file:line:column: key: what is wrong – how to write it`.
struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
  let place: SourcePlace
  /// The path of keys to the fault, for example `probes[2].every`; empty for a fault of the whole file.
  let key: String
  let fault: SettingsFault

  init(at place: SourcePlace, key: String = "", _ id: String, _ arguments: [String: String] = [:]) {
    self.init(at: place, key: key, SettingsFault(id, arguments))
  }

  init(at place: SourcePlace, key: String = "", _ fault: SettingsFault) {
    self.place = place
    self.key = key
    self.fault = fault
  }

  /// A fault of a whole file.
  init(ofFile file: String, _ id: String, _ arguments: [String: String] = [:]) {
    self.init(at: SourcePlace(file: file, line: 1, column: 1), id, arguments)
  }

  /// One line, for whoever reads that language.
  func line(in language: Language) -> String {
    let subject = key.isEmpty ? "" : "\(key): "
    return "\(place): \(subject)\(fault.text(in: language))"
  }

  /// For the log.
  var description: String { line(in: .english) }
}

/// Several faults, so that one run of `check` names them all.
struct SettingsErrors: Error, Sendable, CustomStringConvertible {
  /// How many faults one reading names: 100. Whoever has more mends these first.
  static let limit = 100

  let errors: [SettingsError]

  init(errors: [SettingsError]) { self.errors = Array(errors.prefix(Self.limit)) }

  init(_ error: SettingsError) { self.init(errors: [error]) }

  func lines(in language: Language) -> [String] { errors.map { $0.line(in: language) } }

  var description: String { lines(in: .english).joined(separator: "\n") }
}

extension SettingsFault {
  func text(in language: Language) -> String { Reader(language: language).text(id, arguments) }

  func sides(in language: Language) -> (problem: String, advice: String?) {
    Reader(language: language).sides(id, arguments)
  }
}
