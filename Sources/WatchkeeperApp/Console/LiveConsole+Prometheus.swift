internal import Foundation
internal import Interchange
internal import Probes
internal import PromQL
internal import Synchronization
internal import Telemetry
internal import TimeSeriesStore
internal import WebInterface

extension LiveConsole: PrometheusSource {
  func query(
    _ text: String, at time: Timestamp, _ options: PrometheusQueryOptions
  ) async throws(PrometheusFailure) -> PrometheusResult {
    try await sources.answer(text, over: .instant(time), options)
  }

  func queryRange(
    _ text: String, from start: Timestamp, through end: Timestamp, step: Duration, _ options: PrometheusQueryOptions
  ) async throws(PrometheusFailure) -> PrometheusResult {
    try await sources.answer(text, over: EvaluationRange(from: start, through: end, step: step), options)
  }

  func formatted(_ text: String) throws(PrometheusFailure) -> String {
    do { return try Query(parsing: text, features: .all).description } catch { throw PrometheusFailure(.query(error)) }
  }

  func labelSets(
    matching selectors: [String], from start: Timestamp, through end: Timestamp
  ) async throws(PrometheusFailure) -> [LabelSet] {
    try await sources.labelSets(matching: selectors, from: start, through: end)
  }

  func labelNames(matching selectors: [String]) async throws(PrometheusFailure) -> [String] {
    try await sources.labelNames(matching: selectors)
  }

  func labelValues(of name: String, matching selectors: [String]) async throws(PrometheusFailure) -> [String] {
    try await sources.labelValues(of: name, matching: selectors)
  }

  func metadata(of name: String?) async -> MetadataTable { await sources.metadata(of: name) }

  func latest(
    matching selectors: [String]
  ) async throws(PrometheusFailure) -> [(labels: LabelSet, sample: Sample)] {
    try await sources.latest(matching: selectors)
  }

  func alertingRules() async throws(PrometheusFailure) -> [PrometheusRuleGroup] {
    PrometheusRules.groups(of: sources.rules())
  }

  func runtime() async -> PrometheusRuntime {
    let settings = sources.configuration().settings
    let (startedAt, isCurrent) = installation.status.withLock { ($0.startedAt, $0.refusedConfiguration == nil) }
    return PrometheusRuntime(
      startedAt: startedAt, workingFolder: FileManager.default.currentDirectoryPath,
      isConfigurationCurrent: isCurrent, retention: settings.storage.retention.duration,
      lookback: sources.queries.lookback, queryTimeout: sources.queries.limits.timeMax,
      activeSeries: installation.store.statistics.activeSeries)
  }

  func targets() async -> [PrometheusTarget] {
    await sources.probes().map { probe in
      PrometheusTarget(
        pool: probe.labels["job"] ?? probe.kind, labels: probe.labels, health: .init(probe.verdict),
        lastError: probe.explanation, lastScrape: probe.lastRun ?? .epoch, lastScrapeSeconds: probe.duration.inSeconds,
        interval: probe.interval)
    }
  }
}

extension PrometheusTarget.Health {
  init(_ verdict: ProbeVerdict?) {
    switch verdict {
    case .up: self = .up
    case .down: self = .down
    case .unknown, .unreachable, nil: self = .unknown
    }
  }
}

extension LiveConsole: WriteDoor {
  func write(_ body: [UInt8], _ version: RemoteWriteVersion, from source: String) async -> WriteAnswer {
    // The store that is being closed would call every sample out of order, and the sender would drop it.
    if let why = installation.status.withLock({ $0.notReady }) { return WriteAnswer(.later(why)) }
    return installation.remoteWrite.write(body, version, from: source)
  }
}
