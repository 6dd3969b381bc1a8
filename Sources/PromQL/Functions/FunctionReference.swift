/// The functions of the language for people: reference pages, completion in editors.
public enum FunctionReference {
  public struct Entry: Sendable, Hashable {
    public let name: String
    /// The arguments by type, optional ones in brackets.
    public let arguments: String
    public let returns: ValueType
    public let summary: String
    /// Prometheus may still change it; refused unless enabled.
    public let isExperimental: Bool
  }

  /// Ascending by name.
  public static let entries: [Entry] = FunctionCatalog.all.map { function in
    Entry(
      name: function.name, arguments: function.signature.text, returns: function.signature.returns,
      summary: function.summary, isExperimental: function.maturity == .experimental)
  }.sorted { $0.name < $1.name }
}
