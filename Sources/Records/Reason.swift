/// Why something was decided: the id of a message in the `Wording` catalogue and its arguments.
///
/// The log, the metric, the page and `watchkeeper why` all print the same reason, each in its reader's language.
public struct Reason: Hashable, Sendable, Codable {
  /// For example `reason.page.first`.
  public let id: String
  public let arguments: [String: String]

  public init(_ id: String, _ arguments: [String: String] = [:]) {
    self.id = id
    self.arguments = arguments
  }
}
