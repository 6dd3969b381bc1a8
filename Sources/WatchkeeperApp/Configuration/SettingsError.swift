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
  let problem: String
  let hint: String?

  init(at place: SourcePlace, key: String = "", _ problem: String, hint: String? = nil) {
    self.place = place
    self.key = key
    self.problem = problem
    self.hint = hint
  }

  /// - Parameter text: `what is wrong – how to write it`.
  init(at place: SourcePlace, key: String = "", divided text: String) {
    let range = text.firstRange(of: " – ")
    self.init(
      at: place, key: key, String(text[..<(range?.lowerBound ?? text.endIndex)]),
      hint: range.map { String(text[$0.upperBound...]) })
  }

  var description: String {
    let subject = key.isEmpty ? "" : "\(key): "
    let advice = hint.map { " – \($0)" } ?? ""
    return "\(place): \(subject)\(problem)\(advice)"
  }
}

/// Several faults, so that one run of `check` names them all.
struct SettingsErrors: Error, Sendable, CustomStringConvertible {
  /// How many faults one reading names: 100. Whoever has more mends these first.
  static let limit = 100

  let errors: [SettingsError]

  init(errors: [SettingsError]) { self.errors = Array(errors.prefix(Self.limit)) }

  init(_ error: SettingsError) { self.init(errors: [error]) }

  var description: String { errors.map(\.description).joined(separator: "\n") }
}
