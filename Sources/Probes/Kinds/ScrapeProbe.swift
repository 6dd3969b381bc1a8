internal import Interchange
internal import Records
internal import Synchronization
internal import Telemetry
internal import Transfers

/// Asks one target for its metrics and binds its series itself: a sample is never a label set on its way to the store.
final class ScrapeProbe: Probe {
  private struct State {
    var table: ScrapeTable
    /// The time of the last scrape, on the lattice if it was near.
    var lastTime: Timestamp?
  }

  private let settings: ScrapeSettings
  private let environment: ProbeEnvironment
  private let state: Mutex<State>

  init(_ settings: ScrapeSettings, in environment: ProbeEnvironment) {
    self.settings = settings
    self.environment = environment
    let labelling = SeriesLabelling(
      target: environment.target, precedence: settings.precedence, rules: settings.seriesRules)
    let table = ScrapeTable(
      labelling: labelling, limits: settings.limits, times: settings.times, within: environment.allowance)
    state = Mutex(State(table: table))
  }

  func run(within limit: Duration) async -> ProbeReport {
    let time = state.withLock { state in
      let time = Self.steady(environment.clock.now, after: state.lastTime, each: environment.interval)
      state.lastTime = time
      return time
    }
    let start = environment.clock.uptime
    var report: ProbeReport
    var round: ScrapeRound?
    var request = request(within: limit)
    do throws(SecretFault) {
      for header in settings.headers.reversed() {
        let value = try await environment.secrets.reveal(header.value, named: header.name)
        request.headers.insert(TransferHeader(header.name, value), at: 0)
      }
      if let problem = try await settings.login?.apply(to: &request, environment.secrets) {
        report = failed(.unknown("reason.probe.local", problem), at: time)
      } else {
        let transfer = await environment.transfers.perform(request)
        (report, round) = judge(transfer, at: time)
        report.cost = ProbeCost(of: transfer)
      }
    } catch {
      report = failed(.unknown(error.fault), at: time)
    }
    report.measuredAt = time
    report.ownVerdictSamples = Self.verdictSamples(of: report, round, took: environment.clock.uptime - start)
    return report
  }

  func endSeries() -> [SeriesReference] { state.withLock { $0.table.end() } }

  func renewSeries(_ gone: Set<SeriesReference>) -> [SeriesReference: SeriesReference] {
    state.withLock { state in
      state.table.renew(gone) { labels throws(AppendError) in try environment.store.reference(for: labels) }
    }
  }

  /// A scrape that starts within a thousandth of the interval of its due time gets that time: equal distances take one
  /// bit in the store where a jitter of milliseconds takes ten.
  static func steady(_ now: Timestamp, after last: Timestamp?, each interval: Duration) -> Timestamp {
    guard let expected = last?.advanced(by: interval) else { return now }
    let away = now.milliseconds.subtractingReportingOverflow(expected.milliseconds).partialValue.magnitude
    return away <= UInt64(max(1, interval.wholeMilliseconds / 1000)) ? expected : now
  }

  private func request(within limit: Duration) -> TransferRequest {
    var request = TransferRequest(url: settings.url)
    request.headers = [
      TransferHeader("Accept", ExpositionFormat.accepted),
      TransferHeader("X-Prometheus-Scrape-Timeout-Seconds", "\(limit.inSeconds)"),
    ]
    request.timeout = limit
    request.redirectsMax = HTTPProbeSettings.redirectsMax
    request.body = .refuseBeyond(settings.bodyLimitBytes)
    request.encoding = settings.isCompressed ? .gzip : .plain
    if !settings.verifiesCertificate {
      request.verification = .none
    } else if let file = settings.authorityFile {
      request.verification = .authorities(file: file)
    }
    return request
  }

  private func judge(_ transfer: TransferReport, at time: Timestamp) -> (ProbeReport, ScrapeRound?) {
    if let failure = transfer.failure {
      let report: ProbeReport =
        failure.isSelfFault
        ? .unknown("reason.probe.local", failure.text) : .down(failure.reasonID, failure.text)
      return (failed(report, at: time), nil)
    }
    let status = transfer.status ?? 0
    guard status == 200 else {
      return (failed(.down("reason.probe.status", "the server answered with status \(status)"), at: time), nil)
    }
    do throws(ExpositionError) {
      let format = ExpositionFormat(contentType: transfer.header("content-type"))
      let round = try state.withLock { state throws(ExpositionError) in
        try state.table.read(transfer.body, format, at: time) { labels throws(AppendError) in
          try environment.store.reference(for: labels)
        }
      }
      if !round.metadata.isEmpty { environment.tellMetadata(round.metadata) }
      var report = ProbeReport(.up)
      report.batch = round.batch
      report.refuse(round)
      return (report, round)
    } catch {
      return (failed(.down("reason.scrape.body", error.description), at: time), nil)
    }
  }

  /// Nothing is known of the series any more.
  private func failed(_ report: ProbeReport, at time: Timestamp) -> ProbeReport {
    var report = report
    for reference in endSeries() { report.batch.append(reference, at: time, .staleMarker) }
    return report
  }

  /// - Source: Prometheus, "Automatically generated labels and time series". When we could not ask at all, `up` says
  ///   nothing.
  private static func verdictSamples(
    of report: ProbeReport, _ round: ScrapeRound?, took: Duration
  ) -> [ProbeSample] {
    var samples = [
      ProbeSample("scrape_duration_seconds", took.inSeconds),
      ProbeSample("scrape_samples_scraped", Double(round?.scraped ?? 0)),
      ProbeSample("scrape_samples_post_metric_relabeling", Double(round?.kept ?? 0)),
      ProbeSample("scrape_series_added", Double(round?.added ?? 0)),
    ]
    switch report.verdict {
    case .up: samples.append(ProbeSample("up", 1))
    case .down: samples.append(ProbeSample("up", 0))
    case .unknown, .unreachable: break
    }
    return samples
  }
}
