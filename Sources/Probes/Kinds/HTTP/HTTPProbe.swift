internal import Records
internal import Synchronization
internal import Telemetry
internal import Transfers

/// One request, fresh from name to body, so that every phase is measured.
final class HTTPProbe: Probe {
  private let settings: HTTPProbeSettings
  private let requester: HTTPRequester
  private let clock: any WallClock
  private let series: Mutex<HTTPSeries>

  init(_ settings: HTTPProbeSettings, in environment: ProbeEnvironment) {
    self.settings = settings
    requester = HTTPRequester(settings.client, in: environment)
    clock = environment.clock
    series = Mutex(HTTPSeries(of: settings.demands, settings.samples))
  }

  func run(within limit: Duration) async -> ProbeReport {
    var request = TransferRequest(url: settings.url)
    request.redirectsMax = settings.followsRedirects ? HTTPProbeSettings.redirectsMax : 0
    if settings.followsRedirects { request.cookies = [] }
    request.connection = .fresh
    request.unixSocketPath = settings.socketPath
    request.body = settings.bodyPolicy
    let transfer: TransferReport
    do throws(SecretFault) {
      try await settings.request.apply(to: &request, requester.secrets)
      transfer = try await requester.perform(request, within: limit)
    } catch {
      return .unknown(error.fault)
    }
    var report = report(on: transfer)
    report.cost = ProbeCost(of: transfer)
    return report
  }

  private func report(on transfer: TransferReport) -> ProbeReport {
    if let failure = transfer.failure, failure.isSelfFault { return .unknown("reason.probe.local", failure.text) }
    if let failure = transfer.failure {
      let samples = series.withLock { $0.samples(of: transfer, failedBy: nil, conditions: []) }
      return .down(failure.reasonID, failure.text, samples)
    }
    let demands = settings.demands
    let answer = HTTPAnswer(transfer, at: clock.now)
    let shortfall = demands.shortfall(of: transfer, answer)
    let missed = demands.conditions.map { $0.shortfall(of: answer) }
    let isRead = shortfall == nil && !settings.samples.isEmpty
    let (samples, harvest) = series.withLock { series in
      let harvest = isRead ? series.put(transfer.body, answer.body) : .init()
      return (
        series.samples(of: transfer, failedBy: shortfall?.finder, conditions: missed.map { $0 == nil }), harvest
      )
    }
    let lacking = harvest.lacking.joined(separator: ", ")
    if let shortfall { return .down(shortfall.reasonID, shortfall.text, samples) }
    let broken = zip(demands.conditions, missed).compactMap { condition, why in why.map { "\(condition.text): \($0)" } }
    if !broken.isEmpty { return .down("reason.probe.condition", broken.joined(separator: "; "), samples) }
    // A page without any of them is another page.
    if !lacking.isEmpty, !harvest.hasNumbers { return .down("reason.probe.no_samples", lacking, samples) }
    let remark = lacking.isEmpty ? "" : "the answer has no number for \(lacking)"
    return ProbeReport(.up, samples, explanation: remark)
  }
}

extension ProbeReport {
  /// We could not ask, because of what a setting names.
  static func unknown(_ fault: SettingsFault) -> ProbeReport {
    ProbeReport(.unknown(Reason(fault.id, fault.arguments)), explanation: fault.logText)
  }
}

extension SettingsFault {
  /// One line for the log: the message's id and what it is about. Pages word it for their reader.
  fileprivate var logText: String {
    ([id] + arguments.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
  }
}
