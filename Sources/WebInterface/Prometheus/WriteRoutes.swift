internal import Interchange
internal import Records

/// Remote write in.
///
/// - Source: Prometheus remote write specifications 1.0 and 2.0.
struct WriteRoutes: Sendable {
  let door: any WriteDoor

  static let path = "/api/v1/write"

  var routes: [Route] {
    [Route(.post, Self.path, .metricsWrite) { call async throws(WebFailure) in await write(call) }]
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
}
