internal import Probes
internal import Telemetry

/// One run of one probe, outside the schedule.
struct ProbeTrial: Sendable {
  let definition: ProbeDefinition
  let target: LabelSet
  let verdict: ProbeVerdict
  let explanation: String
  let took: Duration
  /// With the target's labels, and the samples that every run has.
  let samples: [ProbeSample]

  /// How long a run may exceed its timeout before it is given up: 1 second.
  static let grace = Duration.seconds(1)

  /// Runs the probe, at most for its timeout and the grace; a run that hangs is left behind.
  static func run(_ definition: ProbeDefinition, in environment: ProbeEnvironment) async -> ProbeTrial {
    let listing = SeriesListing()
    let probe = definition.makeProbe(
      in: environment, for: listing, within: SeriesAllowance(limit: definition.seriesMax))
    return await run(definition, with: probe, in: environment, listing)
  }

  static func run(
    _ definition: ProbeDefinition, with probe: any Probe, in environment: ProbeEnvironment,
    _ listing: SeriesListing = SeriesListing()
  ) async -> ProbeTrial {
    let start = environment.clock.uptime
    let report = await report(of: probe, definition, environment.clock)
    let took = environment.clock.uptime - start
    let target = definition.targetLabels(hostName: environment.hostName)
    return ProbeTrial(
      definition: definition, target: target, verdict: report.verdict,
      explanation: ([report.explanation].filter { !$0.isEmpty } + report.notes).joined(separator: "; "), took: took,
      samples: listing.samples(in: report.batch)
        + (report.samples + report.verdictSamples(took: took)).map { labelled($0, target) })
  }

  private static func report(
    of probe: any Probe, _ definition: ProbeDefinition, _ clock: any WallClock
  ) async -> ProbeReport {
    let (reports, deliver) = AsyncStream.makeStream(of: ProbeReport.self)
    let limit = definition.timeout
    // Not a task group: it would wait for a probe that does not come back.
    let run = Task { deliver.yield(await probe.run(within: limit)) }
    let watchdog = Task {
      guard (try? await clock.sleep(for: limit + grace)) != nil else { return }
      let text = "the check did not come back within \(limit.notation) and was abandoned"
      deliver.yield(.unknown("reason.probe.hangs", text))
    }
    defer {
      run.cancel()
      watchdog.cancel()
    }
    return await reports.first { _ in true } ?? .unknown("reason.probe.hangs", "the check was cancelled")
  }

  /// A probe's label of the same name as one of the target's is kept as `exported_…`, as Prometheus does.
  private static func labelled(_ sample: ProbeSample, _ target: LabelSet) -> ProbeSample {
    let own = sample.series.labels.map { label in
      target[label.name] == nil ? label : Label("exported_" + label.name, label.value)
    }
    return ProbeSample(LabelSet(own + target.labels), sample.value)
  }

  var verdictText: String {
    switch verdict {
    case .up: "up"
    case .down: "down"
    case .unknown, .unreachable: "unknown"
    }
  }

  var status: ExitStatus {
    switch verdict {
    case .up: .success
    case .down: .failure
    case .unknown, .unreachable: .usage
    }
  }

  /// Why the target is not up. What a probe says beside a good verdict is in its own English.
  var why: String? {
    switch verdict {
    case .up: explanation.isEmpty ? nil : explanation
    case .down(let reason), .unknown(let reason), .unreachable(let reason): Terminal.words(reason)
    }
  }

  var tookText: String {
    Terminal.words("trial.milliseconds", ["count": String(Int64((took.inSeconds * 1000).rounded()))])
  }

  var text: String {
    func words(_ name: String) -> String { Terminal.words("trial.\(name)") }
    var table = TextTable(words("probe"), definition.description)
    table.add(words("target"), target.labels.map { "\($0.name)=\($0.value)" }.joined(separator: " "))
    table.add(words("verdict"), words("verdict-\(verdictText)"))
    if let why { table.add(words("why"), why) }
    table.add(words("took"), tookText)
    table.add(words("samples"), String(samples.count))
    return table.text + "\n"
  }
}

extension ProbeTrial: Encodable {
  private struct Sample: Encodable {
    let labels: [String: String]
    let value: Double
  }

  private enum CodingKeys: String, CodingKey { case name, kind, verdict, explanation, durationSeconds, samples }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(definition.name, forKey: .name)
    try fields.encode(definition.kind, forKey: .kind)
    try fields.encode(verdictText, forKey: .verdict)
    try fields.encode(explanation, forKey: .explanation)
    try fields.encode(took.inSeconds, forKey: .durationSeconds)
    let plain = samples.map { sample in
      Sample(
        labels: Dictionary(sample.series.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }),
        value: sample.value)
    }
    try fields.encode(plain, forKey: .samples)
  }
}
