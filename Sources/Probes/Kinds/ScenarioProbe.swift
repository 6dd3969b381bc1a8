internal import Interchange
internal import Records
internal import Synchronization
internal import Telemetry
internal import Transfers

/// Settings of the kind `scenario`: requests one after another, with cookies and captured values kept between them.
public struct ScenarioSettings: ProbeSettings {
  /// Where a value for later steps is taken from.
  enum Source: Hashable {
    case body([ConditionStep])
    case header(String)
    /// The first group, else the whole match.
    case pattern(Pattern)
  }

  struct Capture: Decodable, Hashable {
    let source: Source
    /// Whether the value, a number, becomes a series.
    let isMeasured: Bool

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case json, header, regexp
      case isMeasured = "metric"
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      isMeasured = try fields.decodeIfPresent(Bool.self, forKey: .isMeasured) ?? false
      let path = try fields.decodeIfPresent(String.self, forKey: .json)
      let header = try fields.decodeIfPresent(String.self, forKey: .header)
      let text = try fields.decodeIfPresent(String.self, forKey: .regexp)
      switch (path, header, text) {
      case (let path?, nil, nil):
        do throws(ConditionFault) {
          source = .body(try ConditionParser.path(path))
        } catch {
          throw DecodingError.refused(error.fault, at: fields.codingPath + [CodingKeys.json], character: error.column)
        }
      case (nil, let header?, nil): source = .header(header)
      case (nil, nil, let text?):
        do throws(PatternError) {
          source = .pattern(try Pattern(text))
        } catch {
          throw fields.problem(.regexp, error.fault)
        }
      default: throw fields.problem(.json, "fault.scenario.capture", beside: .header, .regexp)
      }
    }
  }

  struct Step: Decodable, Hashable {
    let name: String
    /// May hold `${name}` of earlier captures and of the variables.
    let url: String
    let request: HTTPRequestOptions
    let demands: HTTPDemands
    let followsRedirects: Bool
    let captures: [String: Capture]

    private enum CodingKeys: String, CodingKey {
      case name, url
      case captures = "capture"
      case followsRedirects = "follow_redirects"
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      name = try fields.decode(String.self, forKey: .name)
      guard !name.isEmpty, name.utf8.count <= 100 else {
        throw fields.problem(.name, "fault.probe.name", ["name": name])
      }
      url = try fields.decode(String.self, forKey: .url)
      guard HTTPRequestOptions.isWebAddress(url) || url.hasPrefix("${") else {
        throw fields.problem(.url, "fault.probe.url")
      }
      request = try HTTPRequestOptions(from: decoder)
      demands = try HTTPDemands(from: decoder)
      followsRedirects = try fields.decodeIfPresent(Bool.self, forKey: .followsRedirects) ?? true
      captures = try fields.decodeIfPresent([String: Capture].self, forKey: .captures) ?? [:]
      if let bad = captures.keys.sorted().first(where: { !Placeholders.isName($0) }) {
        throw fields.problem(.captures, "fault.scenario.name", ["name": bad])
      }
    }

    /// The names that this step needs.
    var needs: [String] {
      let texts = [url] + request.clearTexts
      return texts.flatMap { Placeholders.names(in: $0) }
    }
  }

  let steps: [Step]
  /// Values by name, which may be secrets.
  let variables: [String: SecretSource]
  let client: HTTPClientOptions

  /// Steps of one scenario: 50.
  static let stepsMax = 50

  private enum CodingKeys: String, CodingKey { case steps, variables }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    variables = try fields.decodeIfPresent([String: SecretSource].self, forKey: .variables) ?? [:]
    if let bad = variables.keys.sorted().first(where: { !Placeholders.isName($0) }) {
      throw fields.problem(.variables, "fault.scenario.name", ["name": bad])
    }
    client = try HTTPClientOptions(from: decoder)
    steps = try fields.decode([Step].self, forKey: .steps)
    guard (1...Self.stepsMax).contains(steps.count) else {
      throw fields.problem(.steps, "fault.scenario.steps", ["most": String(Self.stepsMax)])
    }
    if Set(steps.map(\.name)).count != steps.count { throw fields.problem(.steps, "fault.scenario.twice") }
    var known = Set(variables.keys)
    for step in steps {
      if let missing = step.needs.first(where: { !known.contains($0) }) {
        throw fields.problem(
          .steps, "fault.scenario.unknown",
          ["step": step.name, "word": missing, "known": Spelling.argument(for: missing, among: known.sorted())],
          beside: .variables)
      }
      known.formUnion(step.captures.keys)
    }
  }

  public var instance: String? { network?.address }

  public var logsIn: Bool { true }

  public var network: NetworkTarget? {
    steps.first { !$0.url.contains("${") }.map { NetworkTarget(url: $0.url) }
  }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe { ScenarioProbe(self, in: environment) }

  static let kind = ProbeKind(
    name: "scenario", summary: "Requests one after another, with cookies and captured values kept between them.",
    example: """
      name: shop-login
      kind: scenario
      interval: 5m
      timeout: 30s
      settings:
        variables: {password: {file: /etc/watchkeeper/secrets/shop}}
        steps:
          - name: login
            url: https://shop.example.org/api/login
            method: POST
            headers: {Content-Type: application/json}
            body: '{"user": "probe", "password": "${password}"}'
            conditions: ["status == 200", "has(body.token)"]
            capture: {token: {json: body.token}}
          - name: orders
            url: https://shop.example.org/api/orders
            headers: {Authorization: "Bearer ${token}"}
            conditions: ["len(body.orders) >= 0", "time < 2s"]
            capture: {open_orders: {json: body.open, metric: true}}
      """,
    job: "blackbox", interval: .seconds(300), timeout: .seconds(30), settings: ScenarioSettings.self)
}

/// `${name}` in texts of a scenario.
enum Placeholders {
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return text.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
  }

  static func names(in text: String) -> [String] {
    var names: [String] = []
    _ = replaced(in: text) { name in
      names.append(name)
      return ""
    }
    return names
  }

  /// In one pass: what a value holds is not replaced again.
  static func replaced(in text: String, by value: (String) -> String) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "${") {
      result += rest[..<start.lowerBound]
      guard let end = rest[start.upperBound...].firstIndex(of: "}") else { return result + rest[start.lowerBound...] }
      result += value(String(rest[start.upperBound..<end]))
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }
}

/// One run through the steps; the first that fails ends it.
final class ScenarioProbe: Probe {
  private let settings: ScenarioSettings
  private let requester: HTTPRequester
  private let clock: any WallClock
  private let series: Mutex<ScenarioSeries>

  /// Of a captured value: 64 KiB.
  private static let valueBytesMax = 64 << 10
  /// Of each step's body: 4 MiB.
  private static let bodyBytesMax = 4 << 20

  init(_ settings: ScenarioSettings, in environment: ProbeEnvironment) {
    self.settings = settings
    requester = HTTPRequester(settings.client, in: environment)
    clock = environment.clock
    series = Mutex(ScenarioSeries(settings))
  }

  /// What one run knows.
  private struct Progress {
    var cost = ProbeCost()
    var values: [String: String] = [:]
    var cookies: [Secret] = []
    var steps: [ScenarioSeries.StepOutcome] = []
    var measured: [String: Double] = [:]
  }

  func run(within limit: Duration) async -> ProbeReport {
    let start = clock.uptime
    var progress = Progress()
    var verdict = ProbeVerdict.up
    var explanation = ""
    do throws(SecretFault) {
      for (name, source) in settings.variables {
        progress.values[name] = try await requester.secrets.reveal(source, named: name).reveal()
      }
      for step in settings.steps {
        let left = limit - (clock.uptime - start)
        guard let problem = try await perform(step, within: max(.milliseconds(1), left), &progress) else { continue }
        explanation = "step '\(step.name)': \(problem.text)"
        let reason = Reason(problem.reasonID, ["text": explanation])
        verdict = problem.isOurs ? .unknown(reason) : .down(reason)
        break
      }
    } catch {
      return .unknown(error.fault)
    }
    let samples = series.withLock { $0.samples(of: progress.steps, progress.measured) }
    return ProbeReport(verdict, samples, explanation: explanation, cost: progress.cost)
  }

  private struct Problem {
    let reasonID: String
    let text: String
    var isOurs = false
  }

  private func perform(
    _ step: ScenarioSettings.Step, within limit: Duration, _ progress: inout Progress
  ) async throws(SecretFault) -> Problem? {
    let values = progress.values
    func filled(_ text: String) -> String { Placeholders.replaced(in: text) { values[$0] ?? "" } }
    // In a URL a value is a part of a path or a query, unless it is the whole of the URL.
    let notation = TextNotation.percent
    let url =
      step.url.hasPrefix("${")
      ? filled(step.url) : Placeholders.replaced(in: step.url) { notation.escaped(values[$0] ?? "") }
    var request = TransferRequest(url: Secret(url))
    try await step.request.apply(to: &request, requester.secrets)
    request.headers = request.headers.map { TransferHeader($0.name, Secret(filled($0.value.reveal()))) }
    if let upload = request.upload { request.upload = Array(filled(String(decoding: upload, as: UTF8.self)).utf8) }
    request.cookies = progress.cookies
    request.connection = .fresh
    request.redirectsMax = step.followsRedirects ? HTTPProbeSettings.redirectsMax : 0
    request.body = .truncateBeyond(Self.bodyBytesMax)
    let transfer = try await requester.perform(request, within: limit)
    progress.cost = progress.cost + ProbeCost(of: transfer)
    if !transfer.cookies.isEmpty { progress.cookies = transfer.cookies }
    let problem = judge(transfer, step, &progress)
    progress.steps.append(
      ScenarioSeries.StepOutcome(
        duration: transfer.phases.total.inSeconds, status: Double(transfer.status ?? 0), isGood: problem == nil))
    return problem
  }

  private func judge(
    _ transfer: TransferReport, _ step: ScenarioSettings.Step, _ progress: inout Progress
  ) -> Problem? {
    if let failure = transfer.failure {
      return Problem(reasonID: failure.reasonID, text: failure.text, isOurs: failure.isSelfFault)
    }
    let answer = HTTPAnswer(transfer, at: clock.now)
    if let shortfall = step.demands.shortfall(of: transfer, answer) {
      return Problem(reasonID: shortfall.reasonID, text: shortfall.text)
    }
    for condition in step.demands.conditions {
      if let why = condition.shortfall(of: answer) {
        return Problem(reasonID: "reason.probe.condition", text: "\(condition.text): \(why)")
      }
    }
    for (name, capture) in step.captures.sorted(by: { $0.key < $1.key }) {
      guard let value = Self.value(of: capture.source, transfer, answer), value.utf8.count <= Self.valueBytesMax else {
        return Problem(reasonID: "reason.scenario.capture", text: "the answer has no '\(name)'")
      }
      progress.values[name] = value
      if Secret.isNamed(by: name) { requester.secrets.remember(Secret(value)) }
      guard capture.isMeasured else { continue }
      guard let number = Double(value) else {
        return Problem(reasonID: "reason.scenario.capture", text: "'\(name)' is no number")
      }
      progress.measured[name] = number
    }
    return nil
  }

  private static func value(
    of source: ScenarioSettings.Source, _ transfer: TransferReport, _ answer: HTTPAnswer
  ) -> String? {
    switch source {
    case .header(let name): return transfer.header(name)
    case .pattern(let pattern):
      guard let match = pattern.firstMatch(in: transfer.body) else { return nil }
      let range = match.groups.dropFirst().lazy.compactMap { $0 }.first ?? match.whole
      return String(decoding: transfer.body[range], as: UTF8.self)
    case .body(let path):
      switch ConditionExpression.follow(path, in: answer.body()) {
      case .text(let text): return text
      case .number(let number): return ConditionValue.number(number).shown
      case .truth(let truth): return truth ? "1" : "0"
      default: return nil
      }
    }
  }
}

/// The series of a scenario, labelled once.
struct ScenarioSeries {
  struct StepOutcome {
    let duration: Double
    let status: Double
    let isGood: Bool
  }

  private var sink = HostSink()
  private var steps: [(duration: Int, status: Int, success: Int)] = []
  private var measured: [String: Int] = [:]
  private let failed: Int

  init(_ settings: ScenarioSettings) {
    failed = sink.bind("probe_scenario_failed_step")
    for step in settings.steps {
      let label = [Label("step", step.name)]
      steps.append(
        (
          sink.bind("probe_step_duration_seconds", label), sink.bind("probe_step_status_code", label),
          sink.bind("probe_step_success", label)
        ))
      for (name, capture) in step.captures.sorted(by: { $0.key < $1.key }) where capture.isMeasured {
        measured[name] = sink.bind("probe_captured_value", [Label("name", name)])
      }
    }
  }

  /// - Parameter outcomes: of the steps that were taken, in order.
  mutating func samples(of outcomes: [StepOutcome], _ values: [String: Double]) -> [ProbeSample] {
    sink.put(failed, Double((outcomes.firstIndex { !$0.isGood } ?? -1) + 1))
    for (step, outcome) in zip(steps, outcomes) {
      sink.put(step.duration, outcome.duration)
      sink.put(step.status, outcome.status)
      sink.put(step.success, outcome.isGood ? 1 : 0)
    }
    for (name, value) in values.sorted(by: { $0.key < $1.key }) { sink.put(measured[name] ?? -1, value) }
    return sink.take()
  }
}
