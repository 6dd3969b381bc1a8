/// The parsed form of a template.
indirect enum TemplateNode: Sendable {
  case text(String)
  case action(TemplatePipeline, line: Int)
  /// `if` and `with`: the first arm whose pipeline is true, otherwise the last list.
  case choice([TemplateArm], otherwise: [TemplateNode])
  case range(TemplatePipeline, body: [TemplateNode], otherwise: [TemplateNode], line: Int)
  case invoke(name: String, argument: TemplatePipeline?, line: Int)
  case breakLoop
  case continueLoop
}

struct TemplateArm: Sendable {
  /// `with` sets the dot to the pipeline's value, `if` leaves it.
  enum Kind: Sendable { case condition, with }
  let kind: Kind
  let pipeline: TemplatePipeline
  let body: [TemplateNode]
  let line: Int
}

struct TemplatePipeline: Sendable {
  enum Binding: Sendable { case none, declares([String]), assigns([String]) }
  let binding: Binding
  let commands: [TemplateCommand]
}

struct TemplateCommand: Sendable {
  let operands: [TemplateOperand]
}

indirect enum TemplateOperand: Sendable {
  case dot
  case nothing
  case boolean(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case field([String])
  case variable(String, fields: [String])
  case function(String)
  case grouped(TemplatePipeline, fields: [String])
}
