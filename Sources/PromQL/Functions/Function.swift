internal import Telemetry

/// One function of the language: what it is called, what it takes, and what it does.
///
/// To add one, write it in a file of this folder and list it in `FunctionCatalog`.
struct Function: Sendable {
  enum Maturity: Sendable { case stable, experimental }

  /// What becomes of the metric's name.
  enum NamePolicy: Sendable { case drops, keeps }

  /// Changes one sample; the scalar arguments are in the context. `nil` takes the sample away.
  typealias SampleBody = @Sendable (Double, CallContext) -> Double?
  /// Makes one value of the samples in a window, which has at least one.
  typealias WindowBody = @Sendable (Window, inout CallContext) throws(Complaint) -> Double?
  /// Makes one sample of a window in which there are native histograms, perhaps numbers too.
  typealias HistogramBody = @Sendable (Window, inout CallContext) throws(Complaint) -> SampleValue?
  /// Sees the whole call.
  typealias WholeBody = @Sendable (FunctionCall, inout Evaluator, StepGrid) throws(Complaint) -> Evaluated

  enum Body: Sendable {
    case eachSample(SampleBody)
    /// Without a body for histograms the function looks only at numbers, and says so where it passes over histograms.
    case overTime(NamePolicy, WindowBody, histograms: HistogramBody? = nil)
    case whole(WholeBody)
  }

  let name: String
  let signature: FunctionSignature
  let summary: String
  var maturity = Maturity.stable
  let body: Body
  /// Looks once at every series that got a value from a window body.
  var inspect: (@Sendable (LabelSet, inout CallContext) -> Void)?

  /// How a call looks, for hints: `rate(range vector) – …`.
  var usage: String { "\(name)(\(signature.text)): \(summary)" }
}

struct FunctionSignature: Sendable {
  let parameters: [ValueType]
  /// How many of the last parameters may be left out.
  var optional = 0
  /// Whether the last parameter may be repeated.
  var repeatsLast = false
  let returns: ValueType

  init(_ parameters: [ValueType], optional: Int = 0, repeatsLast: Bool = false, returns: ValueType = .instantVector) {
    self.parameters = parameters
    self.optional = optional
    self.repeatsLast = repeatsLast
    self.returns = returns
  }

  var minimumCount: Int { parameters.count - optional }
  /// `nil` when there is no upper bound.
  var maximumCount: Int? { repeatsLast ? nil : parameters.count }

  var countText: String {
    if repeatsLast { return "at least \(minimumCount) arguments" }
    if optional > 0 { return "\(minimumCount) to \(parameters.count) arguments" }
    return "\(parameters.count) argument\(parameters.count == 1 ? "" : "s")"
  }

  func type(ofArgument index: Int) -> ValueType { parameters[min(index, parameters.count - 1)] }

  var text: String {
    parameters.enumerated().map { index, type in
      index >= minimumCount ? "[\(type.rawValue)]" : type.rawValue
    }.joined(separator: ", ") + (repeatsLast ? ", …" : "")
  }
}
