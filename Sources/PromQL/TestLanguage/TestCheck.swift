internal import Telemetry

/// Compares an answer with what a statement expects.
struct TestCheck {
  let expectation: TestExpectation
  let range: EvaluationRange

  /// Relative difference up to which two numbers are equal.
  static let tolerance = 1e-6

  enum AnnotationPolicy { case compared, ignored }

  func difference(
    from answer: Result<QueryResult, PromQLError>, annotations policy: AnnotationPolicy = .compared
  ) -> String? {
    switch answer {
    case .failure(let error):
      guard let wanted = expectation.fails else { return "failed: \(error)" }
      return wanted.accepts(error.message) ? nil : "failed with another message: \(error.message)"
    case .success(let result):
      if expectation.fails != nil { return "did not fail" }
      let remarks = policy == .compared ? result.annotations : nil
      return remarks.flatMap(annotationDifference) ?? valueDifference(result.value)
    }
  }

  /// Compares one step of a range query with the expectation of an instant one.
  func rangeDifference(from answer: Result<QueryResult, PromQLError>, middle: Timestamp) -> String? {
    if expectation.fails != nil { return nil }
    guard case .success(let result) = answer, case .matrix(let slices) = result.value else { return "\(answer)" }
    var elements: [VectorElement] = []
    for slice in slices {
      guard let index = slice.milliseconds.firstIndex(of: middle.milliseconds) else { continue }
      elements.append(VectorElement(labels: slice.labels, timestamp: middle, value: slice.values[index]))
    }
    if let scalar = expectation.scalar {
      return elements.count == 1 && Self.areEqual(elements[0].value, scalar) ? nil : "got \(elements)"
    }
    return vectorDifference(elements)
  }

  // MARK: Annotations

  private func annotationDifference(_ annotations: [Annotation]) -> String? {
    let warnings = annotations.filter { $0.severity == .warning }.map(\.description)
    let infos = annotations.filter { $0.severity == .info }.map(\.description)
    return difference(warnings, expectation.warnings, expectation.forbidsWarnings, "warning")
      ?? difference(infos, expectation.infos, expectation.forbidsInfos, "info")
  }

  private func difference(
    _ found: [String], _ wanted: [TestExpectation.TextTest], _ forbids: Bool, _ kind: String
  ) -> String? {
    if forbids, let first = found.first { return "unexpected \(kind): \(first)" }
    guard !wanted.isEmpty else { return nil }
    if !wanted.allSatisfy({ test in found.contains(where: test.accepts) }) {
      return "an expected \(kind) is missing, found \(found)"
    }
    return found.first { text in !wanted.contains { $0.accepts(text) } }.map { "unexpected \(kind): \($0)" }
  }

  // MARK: Values

  private func valueDifference(_ value: QueryValue) -> String? {
    switch value {
    case .string(let text): return text == expectation.string ? nil : "got the string \(text)"
    case .scalar(let number):
      guard let wanted = expectation.scalar else { return "got the scalar \(number)" }
      return Self.areEqual(number, wanted) ? nil : "got \(number) instead of \(wanted)"
    case .vector(let elements): return vectorDifference(elements)
    case .matrix(let slices): return matrixDifference(slices)
    }
  }

  private func vectorDifference(_ elements: [VectorElement]) -> String? {
    if expectation.scalar != nil { return "got a vector instead of a scalar" }
    guard elements.count == expectation.series.count else {
      return "got \(elements.count) elements instead of \(expectation.series.count): "
        + elements.map { "\($0.labels) \($0.value)" }.joined(separator: ", ")
    }
    for (position, wanted) in expectation.series.enumerated() {
      guard let index = elements.firstIndex(where: { $0.labels == wanted.labels }) else {
        return "\(wanted.labels) is missing among \(elements.map(\.labels))"
      }
      if expectation.isOrdered, index != position { return "\(wanted.labels) stands at \(index + 1)" }
      guard wanted.samples.count == 1, case .value(let value) = wanted.samples[0] else {
        return "\(wanted.labels) should be \(wanted.samples)"
      }
      guard Self.areEqual(elements[index].value, value) else {
        return "\(wanted.labels) is \(elements[index].value) instead of \(value)"
      }
    }
    return nil
  }

  private func matrixDifference(_ slices: [SeriesSlice]) -> String? {
    if zip(slices, slices.dropFirst()).contains(where: { $1.labels < $0.labels }) { return "not sorted by labels" }
    let grid = expectation.rangeVector ?? range.grid
    let wanted = expectation.series.filter { $0.samples.contains { $0 != .missing } }
    guard slices.count == wanted.count else {
      return "got \(slices.count) series instead of \(wanted.count): "
        + slices.map { "\($0.labels) \($0.values)" }.joined(separator: ", ")
    }
    for (labels, samples) in wanted {
      guard let slice = slices.first(where: { $0.labels == labels }) else {
        return "\(labels) is missing among \(slices.map(\.labels))"
      }
      var values: [Int64: Double] = [:]
      for (time, value) in zip(slice.milliseconds, slice.values) { values[time] = value }
      for (index, sample) in samples.enumerated() {
        let found = values.removeValue(forKey: grid.time(index))
        switch (sample, found) {
        case (.missing, nil): continue
        case (.value(let number), let found?) where Self.areEqual(found, number): continue
        default:
          return "\(labels) at step \(index) is \(found.map(String.init(describing:)) ?? "absent") instead of \(sample)"
        }
      }
      if !values.isEmpty { return "\(labels) has values that nobody expects: \(values)" }
    }
    return nil
  }

  static func areEqual(_ left: Double, _ right: Double) -> Bool {
    if left.isStaleMarker || right.isStaleMarker { return left.isStaleMarker && right.isStaleMarker }
    if left.isNaN, right.isNaN { return true }
    if left == right { return true }
    let sum = left.magnitude + right.magnitude
    let difference = (left - right).magnitude
    if left == 0 || right == 0 || sum < .leastNormalMagnitude { return difference < tolerance * .leastNormalMagnitude }
    return difference / min(sum, .greatestFiniteMagnitude) < tolerance
  }
}
