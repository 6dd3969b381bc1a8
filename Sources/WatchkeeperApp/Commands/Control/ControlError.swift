internal import Foundation
internal import Wording

/// Why a running program gave no answer, or refused: one line, with the remedy.
struct ControlError: Error, Sendable, Equatable, CustomStringConvertible {
  enum Cause: Sendable, Equatable {
    /// Nobody listens on the socket.
    case noProgram
    /// The socket's file is closed to this user.
    case notPermitted
    case unreachable, timedOut
    case unauthenticated, forbidden, notFound
    /// Another answer of the program that is no success, by its HTTP status.
    case refused(Int)
    case unreadable
  }

  let cause: Cause
  let problem: String
  let remedy: String?

  /// In words that came from elsewhere: the program's own, or the system's.
  init(_ cause: Cause, said problem: String, remedy: String? = nil) {
    self.cause = cause
    self.problem = problem
    self.remedy = remedy
  }

  /// - Parameters:
  ///   - name: of the messages `control.NAME.problem` and, unless another remedy is given, `control.NAME.remedy`.
  init(_ cause: Cause, _ name: String, _ arguments: [String: String] = [:], remedy: String? = nil) {
    let own = "control.\(name).remedy"
    self.init(
      cause, said: Terminal.words("control.\(name).problem", arguments),
      remedy: remedy ?? (Catalogue.contains(own) ? Terminal.words(own) : nil))
  }

  var description: String {
    remedy.map { Terminal.words("control.line", ["problem": problem, "remedy": $0]) } ?? problem
  }

  /// One line for programs: `{"error": {"message": …, "remedy": …}}`, shaped as the console's own refusals.
  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let body = ["error": ["message": problem, "remedy": remedy].compactMapValues { $0 }]
    return (try? encoder.encode(body)).map { String(decoding: $0, as: UTF8.self) } ?? description
  }
}
