/// The smallest pieces of a query.
enum TokenKind: Hashable {
  case identifier
  case number
  case duration
  case string
  /// Punctuation and operators; the text is the token itself.
  case symbol(String)
  case end
}

struct Token {
  let kind: TokenKind
  let span: SourceSpan
  let text: String
}
