internal import PromQL

/// Go's quoted strings, as templates and series descriptions hold them.
enum GoQuotedText {
  /// The text that a string between double quotes or a character between single ones stands for, or `nil` when an
  /// escape is invalid: PromQL took these from Go.
  static func unescaped(_ inner: some Collection<UInt8>, between quote: UInt8) -> String? {
    guard case .success(let bytes) = StringText.unquoted([quote] + inner + [quote]) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}
