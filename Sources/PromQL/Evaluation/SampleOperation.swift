internal import Telemetry

extension BinaryOperation {
  enum Side { case left, right }

  /// The result of two numbers; `nil` when a comparison does not hold, and filters.
  ///
  /// - Parameter side: what a comparison that filters lets through.
  @inline(__always)
  func result(_ left: Double, _ right: Double, keeping side: Side) -> Double? {
    guard operation.isComparison else { return operation.arithmetic(left, right) }
    let holds = operation.compares(left, right)
    return comparison == .zeroOrOne ? (holds ? 1 : 0) : holds ? (side == .left ? left : right) : nil
  }
}

/// A binary operator between two samples, of which one or both may be native histograms.
struct SampleOperation {
  private let node: BinaryOperation
  private var operation: BinaryOperator { node.operation }
  /// Prometheus points at the whole operation.
  private var span: SourceSpan { Expression.binary(node).span }

  init(_ node: BinaryOperation) { self.node = node }

  enum Outcome {
    /// `nil`: a comparison does not hold, and filters.
    case sample(SampleValue?)
    /// The operator has no meaning for such a pair, which has been remarked.
    case nothing
  }

  /// - Parameter side: what a comparison that filters lets through.
  func outcome(
    _ left: SampleValue, _ right: SampleValue, keeping side: BinaryOperation.Side, _ remarks: inout Remarks
  ) -> Outcome {
    switch (left, right) {
    case (.float(let one), .float(let other)):
      if operation.isTrim { return incompatible("float", "float", &remarks) }
      return .sample(node.result(one, other, keeping: side).map { .float($0) })
    case (.histogram(let histogram), .float(let number)):
      switch operation {
      case .multiply: return .sample(.histogram(histogram.scaled(by: number)))
      case .divide: return .sample(.histogram(histogram.divided(by: number)))
      case .trimUpper: return .sample(.histogram(histogram.trimmed(.above, number)))
      case .trimLower: return .sample(.histogram(histogram.trimmed(.below, number)))
      default: return incompatible("histogram", "float", &remarks)
      }
    case (.float(let number), .histogram(let histogram)):
      guard operation == .multiply else { return incompatible("float", "histogram", &remarks) }
      return .sample(.histogram(histogram.scaled(by: number)))
    case (.histogram(let one), .histogram(let other)): return outcome(one, other, &remarks)
    }
  }

  private func outcome(_ left: NativeHistogram, _ right: NativeHistogram, _ remarks: inout Remarks) -> Outcome {
    switch operation {
    case .equal, .notEqual:
      let holds = left.tellsTheSame(as: right) == (operation == .equal)
      return .sample(node.comparison == .zeroOrOne ? .float(holds ? 1 : 0) : holds ? .histogram(left) : nil)
    case .add, .subtract:
      var sum = HistogramSum(left)
      do throws(HistogramSum.Incompatible) {
        if operation == .add {
          remarks.remark(try sum.add(right), in: .addition, at: span)
        } else {
          remarks.remark(try sum.subtract(right), in: .subtraction, at: span)
          sum.mark(.gauge)
        }
      } catch {
        remarks.warn(
          "incompatible bucket layout encountered for binary operator \(operation.rawValue)", at: span)
        return .nothing
      }
      return .sample(.histogram(sum.value))
    default: return incompatible("histogram", "histogram", &remarks)
    }
  }

  private func incompatible(_ left: String, _ right: String, _ remarks: inout Remarks) -> Outcome {
    let symbol = operation.rawValue
    remarks.inform(
      "incompatible sample types encountered for binary operator \"\(symbol)\": \(left) \(symbol) \(right)", at: span)
    return .nothing
  }
}
