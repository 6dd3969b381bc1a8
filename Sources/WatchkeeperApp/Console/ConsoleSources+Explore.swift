internal import Interchange
internal import PromQL
internal import Telemetry
internal import WebInterface
internal import Wording

extension ConsoleSources {
  func explorePage(_ text: String, range: PageRange) async -> ExplorePage {
    let now = clock.now
    let asked = text.replacing("\r\n", with: "\n")
    var page = ExplorePage(query: asked, range: range, at: now, words: words)
    guard asked.contains(where: { !$0.isWhitespace }) else {
      page.start = await exploreStart()
      return page
    }
    let query: Query
    do {
      query = try queries.query(asked)
    } catch {
      page.fault = ExploreFault(.query(error), in: asked)
      return page
    }
    do {
      page.answer = try await Exploration(query: query, range: range, now: now, queries: visitorQueries).answer()
      let known = metadata()
      page.answer?.metrics = query.metricNames.sorted().prefix(ExploreAnswer.metricsMax).compactMap {
        description(of: $0, in: known)
      }
    } catch {
      page.fault = ExploreFault(error, in: asked)
    }
    return page
  }

  private var words: [ExploreWord] {
    let isOffered = queries.features.contains(.experimentalFunctions)
    let vector = ValueType.instantVector.rawValue
    let functions = FunctionReference.entries.filter { isOffered || !$0.isExperimental }.map { entry in
      ExploreWord(
        entry.name, arguments: entry.arguments,
        entry.isExperimental ? .verbatim(entry.summary) : Phrase("promql.\(entry.name)"))
    }
    let aggregations = AggregationOperator.allCases.filter { isOffered || !$0.isExperimental }.map { operation in
      ExploreWord(
        operation.rawValue, arguments: operation.parameterType.map { "\($0.rawValue), \(vector)" } ?? vector,
        operation.isExperimental ? .verbatim("") : Phrase("promql.\(operation.rawValue)"))
    }
    return functions + aggregations
  }

  /// A series of a histogram or a summary is described as its family is.
  private func description(of metric: String, in known: KnownMetadata) -> MetricDescription? {
    known.entry(ofSeries: metric).map {
      MetricDescription(metric, kind: $0.type == .unknown ? "" : $0.type.rawValue, unit: $0.unit, help: $0.help)
    }
  }

  private func exploreStart() async -> ExploreStart {
    let found = try? await queries.reader.labelValues(of: LabelSet.metricName, matching: [], limits: queries.limits)
    let series = found ?? [:]
    let known = metadata()
    let sorted = series.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
    return ExploreStart(
      examples: Self.examples.filter { example in
        guard let query = try? Query(parsing: example.query) else { return false }
        return !series.isEmpty && query.metricNames.allSatisfy { series[$0] != nil }
      },
      metrics: sorted.prefix(ExploreStart.metricsMax).map {
        MetricRow(name: $0.key, series: $0.value, description: description(of: $0.key, in: known))
      },
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
  init(_ failure: QueryService.Failure, in text: String) {
    switch failure {
    case .query(let error): self.init(error, in: text)
    case .reading(.tooManySamples(let limit)): self.init(Self.limit(.samples, limit))
    case .reading(.tooManySeries(let limit)): self.init(Self.limit(.series, limit))
    case .reading(.tooManyBytes(let limit)): self.init(Self.limit(.bytes, limit))
    case .reading(.tookTooLong(let limit)): self.init(Self.time("time", limit))
    case .reading(.cancelled), .waiting(.cancelled): self.init(Phrase("explore.fault.cancelled"))
    case .reading(.unreadable(let what)): self.init(Phrase("explore.fault.unreadable"), message: what)
    case .waiting(.waitedTooLong(let limit)): self.init(Self.time("waited", limit))
    case .waiting(.tooManyWait(let limit)): self.init(Phrase("explore.fault.full", ["limit": String(limit)]))
    }
  }

  private init(_ error: PromQLError, in text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = error.line <= lines.count ? String(lines[error.line - 1]) : ""
    let place = Place(line: error.line, column: max(1, error.column), text: line)
    func fault(_ kind: String) -> ExploreFault {
      ExploreFault(Phrase("explore.fault.\(kind)"), message: error.message, hint: error.hint, place: place)
    }
    switch error.cause {
    case .syntax: self = fault("syntax")
    case .type: self = fault("type")
    case .execution: self = fault("execution")
    case .limit(let bound, let max): self.init(Self.limit(bound, max), place: place)
    case .tookTooLong(let limit): self.init(Self.time("time", limit), place: place)
    case .cancelled: self.init(Phrase("explore.fault.cancelled"), place: place)
    }
  }

  private static func limit(_ bound: PromQLError.Bound, _ limit: Int) -> Phrase {
    Phrase("explore.fault.\(bound.rawValue)", ["limit": String(bound == .bytes ? limit >> 20 : limit)])
  }

  private static func time(_ name: String, _ limit: Duration) -> Phrase {
    Phrase("explore.fault.\(name)", ["limit": String(limit.inSeconds)])
  }
}

extension ExploreRow {
  init(series: String, _ number: Double) {
    self.init(series: series, value: Self.readable(number), exact: FloatText.general(number))
  }

  /// Six digits that count, the rest is noise to a reader; what is no number as PromQL writes it.
  static func readable(_ number: Double) -> String {
    number.isFinite ? Quantity.long(number) : FloatText.general(number)
  }
}

/// One query, looked at from all sides.
private struct Exploration {
  let query: Query
  let range: PageRange
  let now: Timestamp
  let queries: QueryService

  /// Points of a line: a bit more than the columns that a graph has.
  private static let pointsWanted = 320.0
  /// A query of more parts is not explained: nobody reads that.
  private static let partsMax = 100

  func answer() async throws(QueryService.Failure) -> ExploreAnswer {
    let began = queries.clock.uptime
    var cost = EvaluationCost()
    var read = EvaluationCost()
    let instant = try await queries.explaining().evaluate(query, over: .instant(now), counting: &read)
    var lines: [SeriesSlice] = []
    var remarks = instant.annotations
    if query.valueType == .instantVector || query.valueType == .scalar {
      let start = now.advanced(by: .zero - range.duration)
      // Table and graph share the time.
      let rest = queries.answering(within: queries.limits.timeMax - (queries.clock.uptime - began))
      let drawn = try await rest.evaluate(
        query, over: EvaluationRange(from: start, through: now, step: step), counting: &cost)
      if case .matrix(let slices) = drawn.value { lines = slices }
      remarks += drawn.annotations.filter { !remarks.contains($0) }
    }
    let points = String(lines.reduce(0) { $0 + $1.count })
    var answer = ExploreAnswer(
      summary: query.valueType == .rangeVector || query.valueType == .string
        ? Phrase("explore.single") : Phrase("explore.sum", ["series": String(lines.count), "points": points]),
      remarks: remarks.map(\.description))
    answer.cost = Phrase(
      "explore.cost",
      [
        "series": String(max(read.series, cost.series)), "samples": String(read.samples + cost.samples),
        "milliseconds": String(Int(((queries.clock.uptime - began).inSeconds * 1000).rounded(.up))),
      ])
    draw(lines, into: &answer)
    list(instant.value, into: &answer)
    answer.steps = steps(of: instant)
    if query.valueType == .instantVector { answer.rule = Self.rule(query) }
    return answer
  }

  private var step: Duration {
    let seconds = (range.duration.inSeconds / Self.pointsWanted).rounded(.up)
    return .seconds(max(seconds, 5))
  }

  // MARK: Graph

  private func draw(_ slices: [SeriesSlice], into answer: inout ExploreAnswer) {
    let lines = slices.filter { !$0.values.isEmpty }
    if lines.count < slices.count { answer.quantile = "histogram_quantile(0.9, \(query.text))" }
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
    // Only what is listed is put into words: the answer may have a hundred times as much.
    let max = ExploreAnswer.rowsMax
    let total: Int
    switch value {
    case .scalar(let number): (total, answer.rows) = (1, [ExploreRow(series: query.description, number)])
    case .string(let text): (total, answer.rows) = (1, [ExploreRow(series: query.description, value: text)])
    case .vector(let elements):
      let classic = ClassicHistogram.all(in: elements)
      let pictures = classic.prefix(max).map {
        ExploreRow(series: $0.labels.description, value: "", histogram: HistogramPicture($0))
      }
      let rows = ClassicHistogram.ordered(elements).prefix(max - pictures.count).map(Self.row)
      (total, answer.rows) = (classic.count + elements.count, pictures + rows)
    case .matrix(let slices): (total, answer.rows) = (slices.count, slices.prefix(max).map(Self.row))
    }
    answer.unlisted = total - answer.rows.count
  }

  private static func row(_ element: VectorElement) -> ExploreRow {
    guard let histogram = element.histogram else {
      return ExploreRow(series: element.labels.description, element.value)
    }
    return ExploreRow(
      series: element.labels.description, value: histogram.promQLText, histogram: HistogramPicture(histogram))
  }

  private static func row(_ slice: SeriesSlice) -> ExploreRow {
    let values = slice.values.suffix(3).map(FloatText.general) + slice.histograms.values.suffix(3).map(\.promQLText)
    return ExploreRow(series: slice.labels.description, value: values.joined(separator: "  ") + "  (\(slice.count))")
  }

  // MARK: Explanation

  /// What each part was worth on the way to the answer; its time is what it took beyond its operands.
  private func steps(of result: QueryResult) -> [ExploreStep] {
    let parts = query.parts
    guard parts.count <= Self.partsMax else { return [] }
    let yields = parts.map(result.yield(of:))
    return parts.indices.map { index in
      let part = parts[index]
      let inner = parts.indices[(index + 1)...].prefix { parts[$0].depth > part.depth }
      let operands = inner.filter { parts[$0].depth == part.depth + 1 }
      let own = yields[index].map { yield in
        max(0, operands.reduce(yield.took.inSeconds) { $0 - (yields[$1]?.took.inSeconds ?? 0) })
      }
      return ExploreStep(
        depth: part.depth, action: part.action, query: part.query.description, series: yields[index]?.series,
        samples: yields[index]?.samples, seconds: own)
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
