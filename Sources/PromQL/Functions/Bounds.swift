/// Keeping values within bounds and on a raster.
enum Bounds {
  static let functions: [Function] = [
    Function(
      name: "clamp", signature: FunctionSignature([.instantVector, .scalar, .scalar]),
      summary: "values limited to [minimum, maximum]; nothing when maximum < minimum",
      body: .eachSample { value, context in
        let (minimum, maximum) = (context.scalar(0), context.scalar(1))
        return maximum < minimum ? nil : goMaximum(minimum, goMinimum(maximum, value))
      }),
    Function(
      name: "clamp_min", signature: FunctionSignature([.instantVector, .scalar]),
      summary: "values raised to at least the minimum",
      body: .eachSample { value, context in goMaximum(context.scalar(0), value) }),
    Function(
      name: "clamp_max", signature: FunctionSignature([.instantVector, .scalar]),
      summary: "values lowered to at most the maximum",
      body: .eachSample { value, context in goMinimum(context.scalar(0), value) }),
    Function(
      name: "round", signature: FunctionSignature([.instantVector, .scalar], optional: 1),
      summary: "rounded to the nearest multiple, by default of 1; halves go up",
      body: .eachSample { value, context in
        // Dividing by the inverse keeps 0.1 and its like exact.
        let inverse = context.scalars.isEmpty ? 1 : 1 / context.scalar(0)
        return (value * inverse + 0.5).rounded(.down) / inverse
      }),
  ]
}
