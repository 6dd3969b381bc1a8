/// Trigonometric functions and their inverses, in radians.
enum Trigonometry {
  private static func function(
    _ name: String, _ summary: String, _ body: @escaping @Sendable (Double) -> Double
  ) -> Function {
    Function(
      name: name, signature: FunctionSignature([.instantVector]), summary: summary,
      body: .eachSample { value, _ in body(value) })
  }

  static let functions: [Function] = [
    function("sin", "sine", Mathematics.sine),
    function("cos", "cosine", Mathematics.cosine),
    function("tan", "tangent", Mathematics.tangent),
    function("asin", "arcsine", Mathematics.arcSine),
    function("acos", "arccosine", Mathematics.arcCosine),
    function("atan", "arctangent", Mathematics.arcTangent),
    function("sinh", "hyperbolic sine", Mathematics.hyperbolicSine),
    function("cosh", "hyperbolic cosine", Mathematics.hyperbolicCosine),
    function("tanh", "hyperbolic tangent", Mathematics.hyperbolicTangent),
    function("asinh", "inverse hyperbolic sine", Mathematics.areaHyperbolicSine),
    function("acosh", "inverse hyperbolic cosine", Mathematics.areaHyperbolicCosine),
    function("atanh", "inverse hyperbolic tangent", Mathematics.areaHyperbolicTangent),
    function("deg", "radians as degrees") { $0 * 180 / .pi },
    function("rad", "degrees as radians") { $0 * .pi / 180 },
    Function(
      name: "pi", signature: FunctionSignature([], returns: .scalar), summary: "the number π",
      body: .whole { _, _, grid throws(Complaint) in .scalar(Array(repeating: .pi, count: grid.count)) }),
  ]
}
