internal import Interchange
public import Records
public import Telemetry
internal import Transfers

/// One measured value and the series it belongs to.
public struct ProbeSample: Sendable {
  /// The metric's name and the labels that the probe gives; the target's own labels are added by the runner.
  public let series: LabelSet
  public let value: Double
  /// The number of this series in the probe that made it: the same number means the same labels as long as that
  /// probe lives, so that the runner need not look at the labels again. `nil`: looked up by labels.
  public let slot: Int?

  public init(_ series: LabelSet, _ value: Double, slot: Int? = nil) {
    self.series = series
    self.value = value
    self.slot = slot
  }

  public init(_ metric: String, _ labels: [Label] = [], _ value: Double) {
    self.init(LabelSet(labels + [Label(LabelSet.metricName, metric)]), value)
  }
}

/// What a probe says about its target.
public enum ProbeVerdict: Hashable, Sendable {
  case up
  /// The target failed the check.
  case down(Reason)
  /// We could not check: a fault of ours says nothing about the target.
  case unknown(Reason)
  /// It failed behind a parent that is down: neither up nor down. Said by the runner, never by a probe.
  case unreachable(Reason)

  public var reason: Reason? {
    switch self {
    case .up: nil
    case .down(let reason), .unknown(let reason), .unreachable(let reason): reason
    }
  }
}

/// What one run took, as far as it is known.
public struct ProbeCost: Hashable, Sendable {
  /// Of the processor: of a run with a thread of its own the thread's clock, of others what their engine counted.
  public var cpu: Duration?
  /// Sent and received.
  public var packets: Int?
  /// Sent and received, without what IP, TCP and TLS add.
  public var bytes: Int?

  public init(cpu: Duration? = nil, packets: Int? = nil, bytes: Int? = nil) {
    (self.cpu, self.packets, self.bytes) = (cpu, packets, bytes)
  }

  init(of transfer: TransferReport) { self.init(bytes: transfer.bytesSent + transfer.bytesReceived) }

  init(of answer: DatagramAnswer, to message: [UInt8]) {
    self.init(packets: 2, bytes: message.count + answer.bytes.count)
  }

  static func + (one: ProbeCost, other: ProbeCost) -> ProbeCost {
    func sum<Number: AdditiveArithmetic>(_ one: Number?, _ other: Number?) -> Number? {
      one == nil && other == nil ? nil : (one ?? .zero) + (other ?? .zero)
    }
    return ProbeCost(
      cpu: sum(one.cpu, other.cpu), packets: sum(one.packets, other.packets), bytes: sum(one.bytes, other.bytes))
  }
}

/// The result of one run. A failed check is a report, not an error.
public struct ProbeReport: Sendable {
  public var verdict: ProbeVerdict
  public var samples: [ProbeSample]
  /// One line for the operator; empty when all is well.
  public var explanation: String
  /// What cannot be read here at all, and what would help: told once, no fault of the run.
  public var notes: [String] = []
  /// Samples whose series the probe resolved itself, beside `samples`.
  public var batch = SampleBatch()
  /// Series that the probe asked for itself and was refused, and why.
  public private(set) var refused = 0
  public private(set) var refusal: AppendError?
  /// When the target was looked at; `nil`: when the run began.
  public var measuredAt: Timestamp?
  /// What the run took of this machine and of the network, as far as the probe knows.
  public var cost = ProbeCost()
  /// Instead of the samples that every run has, for a kind with names of its own.
  public var ownVerdictSamples: [ProbeSample]?

  public init(
    _ verdict: ProbeVerdict, _ samples: [ProbeSample] = [], explanation: String = "", cost: ProbeCost = ProbeCost()
  ) {
    self.cost = cost
    self.verdict = verdict
    self.samples = samples
    self.explanation = explanation
  }

  mutating func refuse(_ round: ScrapeRound) { refuse(round.refused, round.refusal) }

  mutating func refuse(_ count: Int, _ why: AppendError?) {
    refused += count
    refusal = why ?? refusal
  }

  public static func down(_ id: String, _ explanation: String, _ samples: [ProbeSample] = []) -> ProbeReport {
    ProbeReport(.down(Reason(id, ["text": explanation])), samples, explanation: explanation)
  }

  public static func unknown(_ id: String, _ explanation: String, _ samples: [ProbeSample] = []) -> ProbeReport {
    ProbeReport(.unknown(Reason(id, ["text": explanation])), samples, explanation: explanation)
  }

  /// The samples that every run has, beside the probe's own: `up`, `probe_success` and `probe_duration_seconds`.
  ///
  /// `up` says that the probe worked, `probe_success` that the target did; when the probe did not work the target's
  /// state is unknown and `probe_success` is absent.
  /// - Source: the names of Prometheus and of its blackbox exporter.
  public func verdictSamples(took duration: Duration) -> [ProbeSample] {
    if let ownVerdictSamples { return ownVerdictSamples }
    let isKnown = if case .unknown = verdict { false } else { true }
    var samples = [ProbeSample("up", isKnown ? 1 : 0), ProbeSample("probe_duration_seconds", duration.inSeconds)]
    if isKnown { samples.append(ProbeSample("probe_success", verdict == .up ? 1 : 0)) }
    return samples
  }
}

extension ProbeSample {
  init(_ metric: String, _ value: Double) { self.init(metric, [], value) }
}
