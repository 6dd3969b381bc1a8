import Telemetry

@testable import Probes

/// What plugins print, what conditions say, and bodies that are to be JSON.
@Sendable func fuzzPlugins(_ bytes: UnsafeRawBufferPointer) {
  let output = PluginOutput(Array(bytes))
  demand(output.values.count <= PluginOutput.valuesMax, "a bounded number of measurements")
  for value in output.values {
    demand(!value.label.isEmpty && value.label.count <= PluginOutput.labelMax, "every measurement has a label")
    demand(value.value?.isFinite ?? true, "a measurement is a number")
  }
  demand(output == PluginOutput(Array(bytes)), "the same output reads the same")
}

/// A condition, then a body with the byte 255 between them.
@Sendable func fuzzConditions(_ bytes: UnsafeRawBufferPointer) {
  let parts = bytes.split(separator: 255, maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
  let body = JSONReader.value(of: parts.count > 1 ? parts[1] : parts[0])
  _ = HealthMessage.status(in: parts[0])
  let text = String(decoding: parts[0], as: UTF8.self)
  do throws(ConditionFault) {
    let condition = try Condition(text)
    let subject = FuzzedAnswer(json: body)
    let why = condition.shortfall(of: subject)
    demand(why?.isEmpty != true, "what does not hold says why")
  } catch {
    demand((0...text.count).contains(error.column), "a fault lies inside its text")
  }
}

private struct FuzzedAnswer: ConditionSubject {
  let json: ConditionValue
  func value(of root: ConditionRoot) -> ConditionValue { root.type == .text ? .text("a") : .number(1) }
  func header(_ name: String) -> ConditionValue { .text(name) }
  func body() -> ConditionValue { json }
}
