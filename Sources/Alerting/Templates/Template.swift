/// A label's or annotation's text with `{{ … }}` in it, parsed: Go's template language as Prometheus rules use it.
///
/// - Source: Go `text/template`; Prometheus "Template reference".
public struct Template: Sendable {
  public let text: String
  private let body: [TemplateNode]
  private let definitions: [String: [TemplateNode]]

  /// Variables that every rule template finds defined.
  private static let predefined = ["$", "$labels", "$externalLabels", "$externalURL", "$value"]

  /// - Throws: where the syntax is broken, or a function or variable is unknown.
  public init(parsing text: String) throws(TemplateError) {
    self.text = text
    guard text.utf8.contains(UInt8(ascii: "{")) else {
      body = [.text(text)]
      definitions = [:]
      return
    }
    (body, definitions) = try TemplateParser.parse(text, variables: Self.predefined)
  }

  /// What came of an expansion.
  public enum Outcome: Sendable, Equatable {
    case text(String)
    /// `query` was called with a text that the context holds no answer for: fetch it at the evaluation's timestamp and
    /// expand again.
    case needs(query: String)
    case failed(TemplateError)
  }

  /// Pure: the same context gives the same outcome. Work and output are bounded by `TemplateLimits`.
  public func expand(_ context: TemplateContext) -> Outcome {
    if body.isEmpty { return .text("") }
    if body.count == 1, case .text(let text) = body[0] { return .text(text) }
    var expander = TemplateExpander(definitions: definitions, context: context)
    do throws(TemplateStop) {
      try expander.run(body)
      return .text(String(decoding: expander.output, as: UTF8.self))
    } catch {
      switch error {
      case .needs(let query): return .needs(query: query)
      case .problem(let problem): return .failed(TemplateError(line: expander.line, problem: problem))
      }
    }
  }

  /// What takes the place of a text whose expansion failed: the page goes out, and says what is wrong.
  public static func replacement(for error: TemplateError) -> String { "<error expanding template: \(error)>" }
}

/// Bounds of one expansion.
public enum TemplateLimits {
  /// Nodes, commands and operands visited.
  public static let stepsMax = 100_000
  /// Bytes of output, and of any text on the way to it.
  public static let outputBytesMax = 64 << 10
  /// Templates, blocks and parentheses inside each other.
  public static let depthMax = 150
}
