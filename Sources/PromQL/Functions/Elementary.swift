/// Functions of one number, applied to every sample.
enum Elementary {
  private static func function(
    _ name: String, _ summary: String, _ body: @escaping @Sendable (Double) -> Double
  ) -> Function {
    Function(
      name: name, signature: FunctionSignature([.instantVector]), summary: summary,
      body: .eachSample { value, _ in body(value) })
  }

  static let functions: [Function] = [
    function("abs", "absolute value") { $0.magnitude },
    function("ceil", "rounded up to a whole number") { $0.rounded(.up) },
    function("floor", "rounded down to a whole number") { $0.rounded(.down) },
    function("sqrt", "square root") { $0.squareRoot() },
    function("exp", "e to the power of the value", Mathematics.exponential),
    function("ln", "natural logarithm", Mathematics.naturalLogarithm),
    function("log2", "binary logarithm", Mathematics.binaryLogarithm),
    function("log10", "decimal logarithm", Mathematics.decimalLogarithm),
    function("sgn", "1, 0 or −1 by the sign") { $0 < 0 ? -1 : $0 > 0 ? 1 : $0 },
  ]
}
