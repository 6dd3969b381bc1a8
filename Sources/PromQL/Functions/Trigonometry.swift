/// Trigonometric functions and their inverses, in radians.
enum Trigonometry {
  static let functions: [Function] = [
    Function("sin", "sine", Mathematics.sine),
    Function("cos", "cosine", Mathematics.cosine),
    Function("tan", "tangent", Mathematics.tangent),
    Function("asin", "arcsine", Mathematics.arcSine),
    Function("acos", "arccosine", Mathematics.arcCosine),
    Function("atan", "arctangent", Mathematics.arcTangent),
    Function("sinh", "hyperbolic sine", Mathematics.hyperbolicSine),
    Function("cosh", "hyperbolic cosine", Mathematics.hyperbolicCosine),
    Function("tanh", "hyperbolic tangent", Mathematics.hyperbolicTangent),
    Function("asinh", "inverse hyperbolic sine", Mathematics.areaHyperbolicSine),
    Function("acosh", "inverse hyperbolic cosine", Mathematics.areaHyperbolicCosine),
    Function("atanh", "inverse hyperbolic tangent", Mathematics.areaHyperbolicTangent),
    Function("deg", "radians as degrees") { $0 * 180 / .pi },
    Function("rad", "degrees as radians") { $0 * .pi / 180 },
    Function(
      name: "pi", signature: FunctionSignature([], returns: .scalar), summary: "the number π",
      body: .whole { _, _, grid throws(Complaint) in .scalar(Array(repeating: .pi, count: grid.count)) }),
  ]
}
