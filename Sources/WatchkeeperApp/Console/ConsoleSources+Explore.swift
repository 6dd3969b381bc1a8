internal import PromQL
internal import Telemetry
internal import WebInterface

extension ConsoleSources {
  func explorePage(_ text: String, range: PageRange) async -> ExplorePage {
    let now = clock.now
    let asked = text.replacing("\r\n", with: "\n")
    var page = ExplorePage(query: asked, range: range, at: now, words: words)
    guard asked.contains(where: { !$0.isWhitespace }) else {
      page.start = await exploreStart(at: now)
      return page
    }
    let query: Query
    do {
      query = try queries.query(asked)
    } catch {
      page.fault = ExploreFault(error, in: asked)
      return page
    }
    do {
      page.answer = try await Exploration(query: query, range: range, now: now, sources: self).answer()
    } catch {
      switch error {
      case .query(let error): page.fault = ExploreFault(error, in: asked)
      case .reading(let error): page.fault = ExploreFault(message: error.description)
      }
    }
    return page
  }

  private var words: [String] {
    let isOffered = queries.features.contains(.experimentalFunctions)
    return FunctionReference.entries.filter { isOffered || !$0.isExperimental }.map(\.name)
      + AggregationOperator.allCases.filter { isOffered || !$0.isExperimental }.map(\.rawValue)
  }

  private func exploreStart(at now: Timestamp) async -> ExploreStart {
    let hour = now.advanced(by: .seconds(-3600))
    let found = try? await queries.reader.labelSets(matching: [], after: hour, through: now, limits: queries.limits)
    var series: [String: Int] = [:]
    for labels in found ?? [] { series[labels.metric ?? "", default: 0] += 1 }
    let sorted = series.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
    return ExploreStart(
      examples: Self.examples.filter { example in
        guard let query = try? Query(parsing: example.query) else { return false }
        return !series.isEmpty && query.metricNames.allSatisfy { series[$0] != nil }
      },
      metrics: sorted.prefix(ExploreStart.metricsMax).map { MetricRow(name: $0.key, series: $0.value) },
      metricsTotal: sorted.count)
  }

  private static let examples: [ExploreExample] = [
    ("up", "up"),
    (#"100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])))"#, "cpu"),
    ("1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes", "memory"),
    (#"rate(node_network_receive_bytes_total{device!="lo"}[5m])"#, "network"),
    ("rate(node_disk_io_time_seconds_total[5m])", "disk"),
    ("topk(5, 1 - node_filesystem_avail_bytes / node_filesystem_size_bytes)", "fullest"),
    ("probe_duration_seconds", "probe"),
    (#"topk(10, count by (__name__) ({__name__!=""}))"#, "cardinality"),
  ].map { ExploreExample($0.0, Phrase("explore.example.\($0.1)")) }
}

extension ExploreFault {
  init(_ error: PromQLError, in text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = error.line <= lines.count ? String(lines[error.line - 1]) : ""
    self.init(
      message: error.message, hint: error.hint,
      place: Place(line: error.line, column: max(1, error.column), text: line))
  }
}

/// One query, looked at from all sides.
private struct Exploration {
  let query: Query
  let range: PageRange
  let now: Timestamp
  let sources: ConsoleSources

  /// Points of a line: a bit more than the columns that a graph has.
  private static let pointsWanted = 320.0
  /// Parts that are evaluated by themselves; a longer query is not explained.
  private static let partsMax = 40

  func answer() async throws(QueryService.Failure) -> ExploreAnswer {
    let instant = try await sources.queries.evaluate(query, over: .instant(now))
    var lines: [SeriesSlice] = []
    var remarks = instant.annotations
    if query.valueType == .instantVector || query.valueType == .scalar {
      let start = now.advanced(by: .zero - range.duration)
      let drawn = try await sources.queries.evaluate(
        query, over: EvaluationRange(from: start, through: now, step: step))
      if case .matrix(let slices) = drawn.value { lines = slices }
      remarks += drawn.annotations.filter { !remarks.contains($0) }
    }
    let points = String(lines.reduce(0) { $0 + $1.count })
    var answer = ExploreAnswer(
      summary: query.valueType == .rangeVector || query.valueType == .string
        ? Phrase("explore.single") : Phrase("explore.sum", ["series": String(lines.count), "points": points]),
      remarks: remarks.map(\.description))
    draw(lines, into: &answer)
    list(instant.value, into: &answer)
    answer.steps = await steps()
    if query.valueType == .instantVector { answer.rule = Self.rule(query) }
    return answer
  }

  private var step: Duration {
    let seconds = (range.duration.inSeconds / Self.pointsWanted).rounded(.up)
    return .seconds(max(seconds, 5))
  }

  // MARK: Graph

  private func draw(_ lines: [SeriesSlice], into answer: inout ExploreAnswer) {
    let greatest = lines.map { slice in slice.values.lazy.filter(\.isFinite).max() ?? -.infinity }
    let order = lines.indices.sorted { (greatest[$0], $1) > (greatest[$1], $0) }
    let drawn = order.prefix(ExploreAnswer.chartsMax * Chart.seriesMax)
    answer.undrawn = lines.count - drawn.count
    let names = Self.shortNames(drawn.map { lines[$0].labels }, of: query)
    for first in stride(from: 0, to: drawn.count, by: Chart.seriesMax) {
      let members = first..<min(first + Chart.seriesMax, drawn.count)
      answer.charts.append(
        Chart(
          id: "q\(answer.charts.count)",
          title: Phrase("explore.chart", ["range": String(range.duration.inSeconds)]), unit: .plain,
          start: now.advanced(by: .zero - range.duration), end: now, intervalSeconds: step.inSeconds,
          series: members.map { place in
            ChartSeries(
              id: "s\(place)", label: .verbatim(names[place]), milliseconds: lines[drawn[place]].milliseconds,
              values: lines[drawn[place]].values)
          }, width: .full))
    }
  }

  /// Only what tells the lines apart: labels that all of them share say nothing in a legend.
  private static func shortNames(_ sets: [LabelSet], of query: Query) -> [String] {
    guard let first = sets.first else { return [] }
    let shared = Set(first.filter { label in sets.allSatisfy { $0[label.name] == label.value } }.map(\.name))
    return sets.map { labels in
      let own = labels.removing(shared)
      if !own.isEmpty {
        return own.metric == nil ? own.map { "\($0.name)=\($0.value)" }.joined(separator: " ") : "\(own)"
      }
      return labels.metric ?? (labels.isEmpty ? query.description : "\(labels)")
    }
  }

  // MARK: Table

  private func list(_ value: QueryValue, into answer: inout ExploreAnswer) {
    var rows: [ExploreRow]
    switch value {
    case .scalar(let number): rows = [ExploreRow(series: query.description, value: FloatText.general(number))]
    case .string(let text): rows = [ExploreRow(series: query.description, value: text)]
    case .vector(let elements):
      rows = elements.map { ExploreRow(series: $0.labels.description, value: $0.valueText) }
    case .matrix(let slices):
      rows = slices.map { slice in
        ExploreRow(
          series: slice.labels.description,
          value: (slice.values.suffix(3).map(FloatText.general) + slice.histograms.values.suffix(3).map(\.promQLText))
            .joined(separator: "  ") + "  (\(slice.count))")
      }
    }
    answer.unlisted = max(0, rows.count - ExploreAnswer.rowsMax)
    rows.removeLast(answer.unlisted)
    answer.rows = rows
  }

  // MARK: Explanation

  /// Each part by itself; the time of a part is what it took beyond its operands.
  private func steps() async -> [ExploreStep] {
    let parts = query.parts
    guard parts.count <= Self.partsMax else { return [] }
    var steps: [ExploreStep] = []
    var whole: [Double] = []
    for part in parts {
      let began = sources.clock.uptime
      guard let result = try? await sources.queries.evaluate(part.query, over: .instant(now)) else { return [] }
      whole.append((sources.clock.uptime - began).inSeconds)
      let (series, samples) = Self.size(of: result.value)
      steps.append(
        ExploreStep(
          depth: part.depth, action: part.action, query: part.query.description, series: series, samples: samples,
          seconds: 0))
    }
    for index in steps.indices {
      let inner = steps[(index + 1)...].prefix { $0.depth > steps[index].depth }
      let operands = inner.indices.filter { steps[$0].depth == steps[index].depth + 1 }
      steps[index].seconds = max(0, whole[index] - operands.reduce(0) { $0 + whole[$1] })
    }
    return steps
  }

  private static func size(of value: QueryValue) -> (series: Int, samples: Int?) {
    switch value {
    case .scalar, .string: (1, nil)
    case .vector(let elements): (elements.count, nil)
    case .matrix(let slices): (slices.count, slices.reduce(0) { $0 + $1.count })
    }
  }

  private static func rule(_ query: Query) -> String {
    let lines = query.text.split(separator: "\n").map { "          " + $0 }.joined(separator: "\n")
    return """
      groups:
        - name: explored
          rules:
            - alert: NameMe
              expr: |
      \(lines)
              for: 5m
              labels:
                severity: warning
              annotations:
                summary: "{{ $labels.instance }}: {{ $value }}"
      """
  }
}
