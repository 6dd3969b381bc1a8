import Glibc
import Interchange
import Records
import Telemetry
import Testing
import TimeSeriesStore
import Transfers

@testable import WatchkeeperApp

@Suite("Settings, answers and places of remote write")
struct RemoteWriteSettingsTests {
  private func read(_ text: String) throws -> [RemoteWriteEndpoint] {
    let files = ConfigurationFiles(files: [
      .init(kind: .settings, path: "watchkeeper.yaml", text: "remote_write:\n" + text)
    ])
    return try ConfigurationReader.read(files, hostName: "web01", notifiers: CommandWorld.offlineNotifiers).settings
      .remoteWrite
  }

  @Test("Prometheus' keys are read as it reads them")
  func keys() throws {
    let folder = try TemporaryFolder()
    let secret = try folder.write("s3cret\n", to: "token")
    try #require(chmod(secret, 0o600) == 0)
    let endpoints = try read(
      """
      - url: https://metrics.example.org:8443/api/v1/write
        authorization: {credentials_file: \(secret)}
        tls_config: {ca_file: /etc/ca.pem}
        headers: {X-Scope-OrgID: ops}
        remote_timeout: 10s
        protobuf_message: io.prometheus.write.v2.Request
        send_native_histograms: false
        write_relabel_configs: [{source_labels: [__name__], regex: go_.*, action: drop}]
        queue_config: {max_samples_per_send: 10, batch_send_deadline: 1s, min_backoff: 10s, sample_age_limit: 1d}
      - {url: "http://h/", name: b, basic_auth: {username: u, password: p}}
      """)
    let first = endpoints[0]
    #expect(first.name == "metrics.example.org:8443" && first.version == .two && !first.sendsHistograms)
    #expect(first.request.timeout == .seconds(10) && first.request.verification == .authorities(file: "/etc/ca.pem"))
    #expect(first.request.headers.map { $0.value.reveal() } == ["ops", "Bearer s3cret"] && first.rules.count == 1)
    #expect(first.queue.samplesMax == 10 && first.queue.pause == .seconds(1) && first.queue.ageMax == .seconds(86_400))
    #expect(first.queue.backoffMax == .seconds(10), "never below min_backoff")
    let second = endpoints[1]
    #expect(second.name == "b" && second.version == .one && second.sendsHistograms && second.queue.samplesMax == 5000)
    #expect(second.request.userName == "u" && second.request.password?.reveal() == "p")
  }

  @Test(
    "each fault names its place and the remedy",
    arguments: [
      ("- {name: a}", "2:3: remote_write[0]: the key 'url' is missing"),
      ("- {url: 'ftp://h/'}", "2:9: remote_write[0].url: is not a web address – write http://… or https://…"),
      (
        "- {url: 'http://h/', queue_conf: {}}", "remote_write[0].queue_conf: unknown key – did you mean 'queue_config'?"
      ),
      ("- {url: 'http://h/', sigv4: {}}", "remote_write[0].sigv4: unknown key – write one of: "),
      ("- {url: 'http://h/', queue_config: {max_shards: 5}}", "queue_config.max_shards: unknown key – "),
      (
        "- {url: 'http://h/', protobuf_message: prometheus.WriteReqest}",
        "protobuf_message: 'prometheus.WriteReqest' is no message of remote write – did you mean 'prometheus.WriteRequest'?"
      ),
      (
        "- {url: 'http://h/', queue_config: {max_samples_per_send: 0}}",
        "max_samples_per_send: 0 is not between 1 and 100000 – write e.g. 5000"
      ),
      ("- {url: 'http://h/', queue_config: {sample_age_limit: 2d}}", "sample_age_limit: is not between 1m and 1d"),
      ("- {url: 'http://h/', queue_config: {batch_send_deadline: 0}}", "batch_send_deadline: is too short"),
      ("- {url: 'http://h/', remote_timeout: 0}", "remote_timeout: is too short – write e.g. 5s"),
      (
        "- {url: 'http://h/', queue_config: {min_backoff: 2s, max_backoff: 1s}}",
        "max_backoff: is shorter than min_backoff – write at least 2s"
      ),
      (
        "- {url: 'http://h/', queue_config: {retry_on_http_429: false}}", "retry_on_http_429: an endpoint that asks for"
      ),
      ("- {url: 'http://h/', headers: {content-type: a}}", "headers: content-type is written by Watchkeeper itself"),
      ("- {url: 'http://h/', name: ''}", "name: is empty – leave it out or write a name"),
      ("- {url: 'http://h:1/a'}\n- {url: 'http://h:1/b'}", "two endpoints are named 'h:1' – give one another name"),
      (
        "- {url: 'http://h/', basic_auth: {username: u}, authorization: {credentials: c}}",
        "basic_auth: authorization is set as well – keep one of the two"
      ),
    ])
  func faults(_ example: (text: String, message: String)) throws {
    let error = #expect(throws: SettingsErrors.self) { try read(example.text + "\n") }
    #expect(error?.description.contains(example.message) == true, "\(error?.description ?? "no error")")
  }

  @Test(
    "what an answer means",
    arguments: [
      (200, .one, [:], "", .taken), (204, .one, [:], "", .taken),
      (204, .two, ["X-Prometheus-Remote-Write-Samples-Written": "3"], "", .taken),
      (503, .one, ["Retry-After": "120"], "", .later(after: .seconds(120), why: "HTTP 503")),
      (429, .one, [:], "", .later(after: nil, why: "HTTP 429")),
      (400, .one, [:], "out of order\nsample", .refused(why: "HTTP 400: out of order sample")),
      (404, .two, [:], " ", .refused(why: "HTTP 404")),
      (
        400, .two,
        ["X-Prometheus-Remote-Write-Samples-Written": "7", "X-Prometheus-Remote-Write-Histograms-Written": "2"], "late",
        .refused(written: .init(samples: 7, histograms: 2), why: "HTTP 400: late")
      ), (400, .one, ["X-Prometheus-Remote-Write-Samples-Written": "-7"], "", .refused(why: "HTTP 400")),
      (413, .one, [:], "too big", .tooLarge(why: "HTTP 413: too big")),
      (308, .one, [:], "", .unusable(why: "HTTP 308: it has moved – write the new address")),
      (
        204, .two, [:], "",
        .unusable(why: "it does not know remote write 2.0 – set protobuf_message: prometheus.WriteRequest")
      ),
      (
        415, .two, [:], "x",
        .unusable(why: "it does not know remote write 2.0 – set protobuf_message: prometheus.WriteRequest")
      ),
      (
        415, .one, [:], "",
        .unusable(
          why: "HTTP 415: it does not know remote write 1.0 – set protobuf_message: io.prometheus.write.v2.Request")
      ),
    ] as [(Int, RemoteWriteVersion, [String: String], String, RemoteWriteVerdict)])
  private func verdicts(
    _ status: Int, _ version: RemoteWriteVersion, _ headers: [String: String], _ body: String,
    _ expected: RemoteWriteVerdict
  ) {
    var report = TransferReport(outcome: .completed(status: status, version: .http11))
    report.headers = headers.map { ResponseHeader($0.key, $0.value) }
    report.body = Array(body.utf8)
    #expect(RemoteWriteVerdict(report, version, at: .epoch) == expected)
  }

  @Test("no answer at all is one for later")
  func noAnswer() {
    let report = TransferReport(outcome: .failed(TransferFailure(.refused, "refused")))
    #expect(RemoteWriteVerdict(report, .two, at: .epoch) == .later(after: nil, why: "refused"))
  }

  @Test("a place that the log does not reach any more is one before all that comes; files that are gone are forgotten")
  func bounded() {
    let cursor = RemoteWriteCursor(
      position: ["a": LogPlace(row: 900, offset: 3), "b": LogPlace(row: 5), "gone": LogPlace(row: 1)],
      flight: .init(file: "a", end: LogPlace(row: 901)), newest: 7)
    let bounded = cursor.within(["a": LogPlace(row: 0), "b": LogPlace(row: 9), "new": LogPlace(row: 4)])
    #expect(bounded.position == ["a": LogPlace(row: 0), "b": LogPlace(row: 5)])
    #expect(bounded.flight == nil && bounded.newest == 7)
    #expect(cursor.within(["a": LogPlace(row: 2000)]).flight == cursor.flight)
  }

  @Test("places survive, and those of endpoints that are gone do not")
  func cursors() async throws {
    let folder = try TemporaryFolder()
    let cursor = RemoteWriteCursor(
      position: ["a": LogPlace(row: 900, offset: 3)], flight: .init(file: "a", end: LogPlace(row: 901)), newest: 7)
    let path = folder.path + "/remote-write.json"
    let written = RemoteWriteCursors(path: path)
    for name in ["x", "y"] { #expect(await written.save(cursor, of: name) == nil) }
    await written.keep(["x"])
    let read = RemoteWriteCursors(path: path)
    #expect(read["x"] == cursor && read["y"] == nil)
    try folder.write("{", to: "remote-write.json")
    #expect(RemoteWriteCursors(path: path)["x"] == nil)
    #expect(await RemoteWriteCursors(path: "/proc/none/x").save(cursor, of: "x") == "No such file or directory")
  }
}
