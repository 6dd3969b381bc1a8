internal import Interchange
internal import Records
internal import Telemetry

/// Remote write in, and what is known of metrics.
///
/// - Source: Prometheus remote write specifications 1.0 and 2.0; Prometheus documentation, "HTTP API".
struct WriteRoutes: Sendable {
  let door: any WriteDoor

  static let path = "/api/v1/write"

  var routes: [Route] {
    [
      Route(.post, Self.path, .metricsWrite) { call async throws(WebFailure) in await write(call) },
      Route(.get, "/api/v1/metadata", .metricsRead) { call async throws(WebFailure) in await metadata(call) },
    ]
  }

  private func write(_ call: Call) async -> WebResponse {
    let contentType = call.request.header("content-type") ?? "application/x-protobuf"
    let encoding = call.request.header("content-encoding") ?? "snappy"
    guard let version = RemoteWriteVersion(contentType: contentType) else {
      return Self.plain(415, "the content type '\(contentType)' is not known – send application/x-protobuf")
    }
    guard encoding.lowercased() == "snappy" else {
      return Self.plain(415, "the content encoding '\(encoding)' is not known – send snappy")
    }
    let answer = await door.write(call.request.body, version, from: call.identity?.name ?? "")
    var response =
      switch answer.verdict {
      case .taken: Self.plain(204, nil)
      case .refused(let why): Self.plain(400, why)
      case .later(let why): Self.plain(503, why)
      }
    response.set("X-Prometheus-Remote-Write-Samples-Written", String(answer.samples))
    response.set("X-Prometheus-Remote-Write-Histograms-Written", String(answer.histograms))
    response.set("X-Prometheus-Remote-Write-Exemplars-Written", "0")
    return response
  }

  private static func plain(_ status: Int, _ text: String?) -> WebResponse {
    WebResponse(status: status, contentType: "text/plain; charset=utf-8", text.map { $0 + "\n" } ?? "")
  }

  private func metadata(_ call: Call) async -> WebResponse {
    let families = await door.metadata().families
    let name = call.request.parameter("metric")
    let limit = call.request.parameter("limit").flatMap { Int($0) } ?? -1
    let perMetric = call.request.parameter("limit_per_metric").flatMap { Int($0) } ?? -1
    var chosen = families.filter { name == nil || $0.key == name }.sorted { $0.key < $1.key }
    if limit >= 0 { chosen = Array(chosen.prefix(limit)) }
    let shown = chosen.map { family, entries in
      let kept = perMetric > 0 ? entries.prefix(perMetric) : entries[...]
      return (family, PrometheusJSON.list(kept.map(Self.entry)))
    }
    return WebResponse(
      contentType: "application/json", bytes: PrometheusJSON.success(Array(PrometheusJSON.object(shown).utf8)))
  }

  private static func entry(_ metadata: MetricMetadata) -> String {
    PrometheusJSON.object(
      [("type", metadata.type.rawValue), ("help", metadata.help), ("unit", metadata.unit)].map {
        ($0.0, TextNotation.json.quoted($0.1))
      })
  }
}
