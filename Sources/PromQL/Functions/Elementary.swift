/// Functions of one number, applied to every sample.
enum Elementary {
  static let functions: [Function] = [
    Function("abs", "absolute value") { $0.magnitude },
    Function("ceil", "rounded up to a whole number") { $0.rounded(.up) },
    Function("floor", "rounded down to a whole number") { $0.rounded(.down) },
    Function("sqrt", "square root") { $0.squareRoot() },
    Function("exp", "e to the power of the value", Mathematics.exponential),
    Function("ln", "natural logarithm", Mathematics.naturalLogarithm),
    Function("log2", "binary logarithm", Mathematics.binaryLogarithm),
    Function("log10", "decimal logarithm", Mathematics.decimalLogarithm),
    Function("sgn", "1, 0 or −1 by the sign") { $0 < 0 ? -1 : $0 > 0 ? 1 : $0 },
  ]
}

extension Function {
  /// A function of one number.
  init(_ name: String, _ summary: String, _ body: @escaping @Sendable (Double) -> Double) {
    self.init(
      name: name, signature: FunctionSignature([.instantVector]), summary: summary,
      body: .eachSample { value, _ in body(value) })
  }
}
