internal import ArgumentParser
internal import Foundation
internal import Records
internal import Telemetry
internal import Wording

struct QueryCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.metricsRead
  static var configuration: CommandConfiguration {
    .worded(
      "query",
      examples: [
        "watchkeeper query 'up'", "watchkeeper query 'rate(node_cpu_seconds_total[5m])' --at 2026-11-20T14:00:00Z",
        "watchkeeper query 'node_load1' --start 2026-11-20T14:00:00Z --step 30s",
      ], ending: "query")
  }

  @Argument(help: .words("query.expression"))
  var expression: String

  @Option(name: .customLong("at"), help: .words("query.at"))
  var at: String?

  @Option(help: .words("query.start"))
  var start: String?

  @Option(help: .words("query.end"))
  var end: String?

  @Option(help: .words("query.step"))
  var step: String?

  @OptionGroup var control: ControlOptions

  func validate() throws {
    if at != nil, start != nil { throw ValidationError(Terminal.words("usage.at-and-start")) }
    if start == nil, end != nil || step != nil { throw ValidationError(Terminal.words("usage.range-start")) }
  }

  mutating func run() async throws {
    let fields = fields(now: LiveClock().now)
    let path = start == nil ? "/api/v1/query" : "/api/v1/query_range"
    try await control.ask { session in
      let answer = try await session.client.post(path, form: fields)
      try session.show(answer, as: QueryAnswer.self) { QueryText(result: $0.data, reader: $1).text }
    }
  }

  func fields(now: Timestamp) -> [(name: String, value: String)] {
    var fields = [(name: "query", value: expression)]
    guard let start else {
      if let at { fields.append(("time", at)) }
      return fields
    }
    return fields + [("start", start), ("end", end ?? String(now.milliseconds / 1000)), ("step", step ?? "1m")]
  }
}

/// An answer of the query API.
/// - Source: Prometheus documentation, "HTTP API", expression query result formats.
struct QueryAnswer: Decodable, Sendable {
  struct Point: Decodable, Sendable {
    let at: Timestamp
    let value: String

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      at = Timestamp(seconds: try container.decode(Double.self))
      if let text = try? container.decode(String.self) {
        value = text
      } else {
        value = try container.decode(Histogram.self).text
      }
    }
  }

  struct Histogram: Decodable, Sendable {
    let count: String
    let sum: String
    let buckets: [Bucket]?

    /// `[rule, lower, upper, count]`; the rule says which bounds belong to the bucket.
    struct Bucket: Decodable, Sendable {
      let text: String

      init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        let rule = try container.decode(Int.self)
        let (lower, upper) = (try container.decode(String.self), try container.decode(String.self))
        let (opening, closing) = (rule == 1 || rule == 3 ? "[" : "(", rule == 0 || rule == 3 ? "]" : ")")
        text = "\(opening)\(lower),\(upper)\(closing):" + (try container.decode(String.self))
      }
    }

    var text: String {
      "{" + (["count:\(count)", "sum:\(sum)"] + (buckets ?? []).map(\.text)).joined(separator: ", ") + "}"
    }
  }

  struct Series: Decodable, Sendable {
    let metric: LabelSet
    let value: Point?
    let values: [Point]?
    let histogram: Point?
    let histograms: [Point]?

    var points: [Point] {
      [value, histogram].compactMap { $0 } + ((values ?? []) + (histograms ?? [])).sorted { $0.at < $1.at }
    }
  }

  enum Result: Decodable, Sendable {
    case series([Series])
    /// A scalar or a string.
    case single(Point)

    private enum CodingKeys: String, CodingKey { case resultType, result }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      switch try container.decode(String.self, forKey: .resultType) {
      case "vector", "matrix": self = .series(try container.decode([Series].self, forKey: .result))
      default: self = .single(try container.decode(Point.self, forKey: .result))
      }
    }
  }

  let data: Result
}

struct QueryText {
  let result: QueryAnswer.Result
  let reader: Reader

  var text: String {
    switch result {
    case .single(let point): return point.value
    case .series(let series):
      guard !series.isEmpty else { return reader.text("command.query.empty") }
      var table = TextTable(reader.head("series"), reader.head("time"), reader.head("value"))
      for one in series {
        for point in one.points {
          table.add(one.metric.description, reader.dayAndTime(point.at), point.value)
        }
      }
      return table.text
    }
  }
}
