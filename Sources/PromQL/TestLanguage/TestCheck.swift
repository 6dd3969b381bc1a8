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
      switch Self.samples(of: slice)[middle.milliseconds] {
      case .float(let value): elements.append(VectorElement(labels: slice.labels, timestamp: middle, value: value))
      case .histogram(let histogram):
        elements.append(VectorElement(labels: slice.labels, timestamp: middle, value: .nan, histogram: histogram))
      case nil: continue
      }
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
        + elements.map { "\($0.labels) \($0.sample.text)" }.joined(separator: ", ")
    }
    for (position, wanted) in expectation.series.enumerated() {
      guard let index = elements.firstIndex(where: { $0.labels == wanted.labels }) else {
        return "\(wanted.labels) is missing among \(elements.map(\.labels))"
      }
      if expectation.isOrdered, index != position { return "\(wanted.labels) stands at \(index + 1)" }
      guard wanted.samples.count == 1 else { return "\(wanted.labels) should be \(wanted.samples)" }
      guard Self.areEqual(elements[index].sample, wanted.samples[0]) else {
        return "\(wanted.labels) is \(elements[index].sample.text) instead of \(wanted.samples[0].text)"
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
        + slices.map { "\($0.labels) \($0.values) \($0.histograms.values.map(\.promQLText))" }.joined(separator: ", ")
    }
    for (labels, samples) in wanted {
      guard let slice = slices.first(where: { $0.labels == labels }) else {
        return "\(labels) is missing among \(slices.map(\.labels))"
      }
      var values = Self.samples(of: slice)
      for (index, sample) in samples.enumerated() {
        let found = values.removeValue(forKey: grid.time(index))
        let agrees = found.map { Self.areEqual($0, sample) } ?? (sample == .missing)
        if !agrees {
          return "\(labels) at step \(index) is \(found?.text ?? "absent") instead of \(sample.text)"
        }
      }
      if !values.isEmpty { return "\(labels) has values that nobody expects: \(values.mapValues(\.text))" }
    }
    return nil
  }

  private static func samples(of slice: SeriesSlice) -> [Int64: SampleValue] {
    var samples: [Int64: SampleValue] = [:]
    for (time, value) in zip(slice.milliseconds, slice.values) { samples[time] = .float(value) }
    for (time, value) in zip(slice.histograms.milliseconds, slice.histograms.values) {
      samples[time] = .histogram(value)
    }
    return samples
  }

  // MARK: Equality

  private static func areEqual(_ found: SampleValue, _ wanted: TestSample) -> Bool {
    switch (found, wanted) {
    case (.float(let value), .value(let number)): areEqual(value, number)
    case (.histogram(let histogram), .histogram): wanted.accepts(histogram)
    default: false
    }
  }

  /// However the buckets are laid out.
  static func areEqual(_ left: NativeHistogram, _ right: NativeHistogram) -> Bool {
    left.schema == right.schema && left.zeroThreshold == right.zeroThreshold
      && left.customBounds.elementsEqual(right.customBounds) && areEqual(left.count, right.count)
      && areEqual(left.sum, right.sum) && areEqual(left.zeroCount, right.zeroCount)
      && areEqual(left.positive, right.positive) && areEqual(left.negative, right.negative)
  }

  private static func areEqual(_ left: NativeHistogram.Buckets, _ right: NativeHistogram.Buckets) -> Bool {
    left.filter { $0.count != 0 }.elementsEqual(right.filter { $0.count != 0 }) {
      $0.index == $1.index && areEqual($0.count, $1.count)
    }
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

extension SampleValue {
  var text: String {
    switch self {
    case .float(let value): FloatText.general(value)
    case .histogram(let histogram): "\(histogram.promQLText) \(histogram.resetHint)"
    }
  }
}

extension TestSample {
  fileprivate var text: String {
    switch self {
    case .missing: "absent"
    case .value(let value): FloatText.general(value)
    case .histogram(let histogram, let statesHint):
      histogram.promQLText + (statesHint ? " \(histogram.resetHint)" : "")
    }
  }
}

extension VectorElement {
  fileprivate var sample: SampleValue { histogram.map { .histogram($0) } ?? .float(value) }
}
