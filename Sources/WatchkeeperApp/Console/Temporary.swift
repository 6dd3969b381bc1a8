internal import PromQL
internal import Records
internal import Telemetry
internal import WebInterface
extension LiveConsole: ConsolePages {
  func shell() async -> ShellState { ShellState(health: .ok, probesDelivering: 1, probesExpected: 1) }
  func overview() async throws(ConsoleError) -> OverviewPage { throw .notFound }
  func hosts() async throws(ConsoleError) -> HostsPage { throw .notFound }
  func host(_ name: String, range: PageRange) async throws(ConsoleError) -> HostPage { throw .notFound }
  func incidents(_ filter: IncidentFilter) async throws(ConsoleError) -> IncidentsPage { throw .notFound }
  func incident(_ number: RecordNumber, range: PageRange) async throws(ConsoleError) -> IncidentPage { throw .notFound }
  func items(_ filter: ItemFilter) async throws(ConsoleError) -> ItemsPage { throw .notFound }
  func item(_ id: String, range: PageRange) async throws(ConsoleError) -> ItemPage { throw .notFound }
  func maintenance(weekOf instant: Timestamp?) async throws(ConsoleError) -> MaintenancePage { throw .notFound }
  func maintenance(of task: RecordNumber) async throws(ConsoleError) -> MaintenancePage { throw .notFound }
  func rules() async throws(ConsoleError) -> RulesPage { throw .notFound }
  func samples(of: String, at: Timestamp) async -> HostSamples? { nil }
}
extension LiveConsole: PrometheusSource {
  func query(_ text: String, at time: Timestamp) async throws(PrometheusFailure) -> PrometheusAnswer {
    do {
      switch try await sources.queries.evaluate(text, over: .instant(time)).value {
      case .vector(let e):
        return .vector(e.map { PrometheusSample($0.labels, PrometheusPoint(at: $0.timestamp, $0.value)) })
      default: throw PrometheusFailure(.execution, "x")
      }
    } catch { throw PrometheusFailure(.badData, "\(error)") }
  }
  func queryRange(_ text: String, from start: Timestamp, through end: Timestamp, step: Duration)
    async throws(PrometheusFailure) -> PrometheusAnswer
  { throw PrometheusFailure(.execution, "") }
  func labelSets(matching selectors: [String], from start: Timestamp, through end: Timestamp)
    async throws(PrometheusFailure) -> [LabelSet]
  { [] }
  func alertingRules() async throws(PrometheusFailure) -> [PrometheusRuleGroup] { [] }
}
