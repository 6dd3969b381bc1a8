internal import Records
internal import Synchronization
internal import Telemetry

/// Settings of the kind `exec`: a plugin of Nagios and its kin.
public struct ExecProbeSettings: ProbeSettings {
  /// The program's path and its arguments; no shell reads them.
  let command: [String]
  /// What the program sees beside `PATH` and `LC_ALL=C`; the values may be secrets.
  let environment: [String: SecretSource]
  /// Variables of this process that are handed on.
  let inherited: [String]
  let folder: String?
  /// Whether WARNING is a failure; the default is false.
  let failsOnWarning: Bool
  /// The default is 64 KiB.
  let outputBytesMax: Int
  /// Addresses that the program may have; the default is 4 GiB.
  let memoryBytesMax: Int

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case command, environment
    case inherited = "pass_environment"
    case folder = "working_directory"
    case failsOnWarning = "fail_on_warning"
    case outputBytesMax = "output_limit"
    case memoryBytesMax = "memory_limit"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    command = try fields.decode([String].self, forKey: .command)
    guard command.first?.hasPrefix("/") == true else { throw fields.problem(.command, "fault.exec.command") }
    if let bad = command.first(where: { $0.utf8.contains(0) }) {
      throw fields.problem(.command, "fault.exec.text", ["text": bad.replacing("\0", with: "\\0")])
    }
    environment = try fields.decodeIfPresent([String: SecretSource].self, forKey: .environment) ?? [:]
    inherited = try fields.decodeIfPresent([String].self, forKey: .inherited) ?? []
    if let bad = (environment.keys.sorted() + inherited).first(where: { $0.isEmpty || $0.contains("=") }) {
      throw fields.problem(.environment, "fault.exec.variable", ["name": bad])
    }
    folder = try fields.decodeIfPresent(String.self, forKey: .folder)
    failsOnWarning = try fields.decodeIfPresent(Bool.self, forKey: .failsOnWarning) ?? false
    outputBytesMax = try fields.decodeIfPresent(ByteSize.self, forKey: .outputBytesMax)?.bytes ?? 64 << 10
    memoryBytesMax = try fields.decodeIfPresent(ByteSize.self, forKey: .memoryBytesMax)?.bytes ?? 4 << 30
    guard (1...(16 << 20)).contains(outputBytesMax) else {
      throw fields.problem(.outputBytesMax, "fault.exec.output", ["number": String(outputBytesMax)])
    }
  }

  /// The program's name and what follows; two checks of one program need labels.
  public var instance: String? { nil }

  public var network: NetworkTarget? { nil }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe { ExecProbe(self, in: environment) }

  static let kind = ProbeKind(
    name: "exec", summary: "Runs a plugin of Nagios and takes its verdict and its measurements.",
    example: """
      name: load
      kind: exec
      interval: 60s
      timeout: 10s
      labels: {check: load}
      settings:
        command: [/usr/lib/nagios/plugins/check_load, -w, "8,6,4", -c, "16,12,8"]
      """,
    job: "exec", interval: .seconds(60), timeout: .seconds(10), settings: ExecProbeSettings.self)
}

/// One run of a plugin.
final class ExecProbe: Probe {
  private let settings: ExecProbeSettings
  private let programs: ProgramRunner
  private let secrets: ProbeSecrets
  private let series = Mutex(PluginSeries())

  init(_ settings: ExecProbeSettings, in environment: ProbeEnvironment) {
    self.settings = settings
    programs = environment.network.programs
    secrets = environment.secrets
  }

  func run(within limit: Duration) async -> ProbeReport {
    let program = settings.command[0]
    var request = ProgramRequest(words: settings.command)
    request.folder = settings.folder
    request.outputBytesMax = settings.outputBytesMax
    request.memoryBytesMax = settings.memoryBytesMax
    request.environment = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"]
    for name in settings.inherited {
      let value = SecretVault.variable(name)
      request.environment[name] = value
      if let value, Secret.isNamed(by: name) { secrets.remember(Secret(value)) }
    }
    do throws(SecretFault) {
      for (name, source) in settings.environment {
        request.environment[name] = try await secrets.reveal(source, named: name).reveal()
      }
    } catch {
      return .unknown(error.fault)
    }
    switch await programs.run(request, within: limit) {
    case .success(let outcome):
      var report = report(outcome)
      report.cost.cpu = outcome.processor
      return report
    case .failure(.notStarted(let why)): return .unknown("reason.exec.not_started", "\(program): \(why)")
    case .failure(.unwaited(let why)):
      return .unknown("reason.probe.local", "\(program) has ended, and how cannot be known: \(why)")
    case .failure(.timedOut):
      return .unknown("reason.exec.timed_out", "\(program) did not end in time and was killed with all that it started")
    case .failure(.tooMuchOutput):
      return .unknown(
        "reason.exec.output", "\(program) printed more than \(settings.outputBytesMax) bytes and was killed")
    case .failure(.overloaded):
      return .unknown("reason.probe.local", "\(ProgramRunner.programsMax) programs run already and none ended in time")
    }
  }

  private func report(_ outcome: ProgramOutcome) -> ProbeReport {
    let output = PluginOutput(outcome.output)
    guard case .code(let code) = outcome.end else {
      return .unknown("reason.exec.unknown", "\(settings.command[0]) was ended by a signal: \(outcome.end)")
    }
    let samples = series.withLock { $0.samples(of: output, status: code) }
    let said = output.summary.isEmpty ? Self.firstLine(outcome.errors) : output.summary
    switch code {
    case 0: return ProbeReport(.up, samples)
    case 1 where !settings.failsOnWarning: return ProbeReport(.up, samples, explanation: said)
    case 1, 2: return .down("reason.exec.failed", said, samples)
    case 3: return .unknown("reason.exec.unknown", said, samples)
    default:
      return .unknown("reason.exec.unknown", "the plugin ended with \(code), which means nothing: \(said)", samples)
    }
  }

  private static func firstLine(_ bytes: [UInt8]) -> String {
    let text = String(decoding: bytes, as: UTF8.self).prefix { !$0.isNewline }
    return text.isEmpty ? "the plugin said nothing" : PluginOutput.cut(text)
  }
}

/// The series of a plugin's measurements, each labelled when it is first seen.
struct PluginSeries {
  private var sink = HostSink()
  private let status: Int
  private let unread: Int
  private struct Key: Hashable {
    let label: String
    let unit: String
  }
  private var known: [Key: [Int]] = [:]

  /// Measurements that one plugin may name in the probe's life: 10,000.
  private static let knownMax = 10_000
  private static let metrics = ["value", "warning", "critical", "minimum", "maximum"].map { "probe_perfdata_\($0)" }

  init() {
    status = sink.bind("probe_exec_status")
    unread = sink.bind("probe_perfdata_unread")
  }

  mutating func samples(of output: PluginOutput, status code: Int32) -> [ProbeSample] {
    sink.put(status, Double(code))
    sink.put(unread, Double(output.unread))
    for value in output.values {
      let numbers = numbers(of: Key(label: value.label, unit: value.unit))
      let bounds = [
        value.value, value.warning.flatMap(Self.bound), value.critical.flatMap(Self.bound), value.minimum,
        value.maximum,
      ]
      for (number, bound) in zip(numbers, bounds) { if let bound { sink.put(number, bound) } }
    }
    return sink.take()
  }

  /// The one number that most thresholds are: the upper end, else the lower.
  private static func bound(_ span: PerformanceValue.Span) -> Double? { span.end ?? span.start }

  private mutating func numbers(of key: Key) -> [Int] {
    if let numbers = known[key] { return numbers }
    guard known.count < Self.knownMax else { return [] }
    let first = sink.bind(Self.metrics, [Label("label", key.label), Label("unit", key.unit)])
    let numbers = first < 0 ? [] : Array(first..<(first + Self.metrics.count))
    known[key] = numbers
    return numbers
  }
}
