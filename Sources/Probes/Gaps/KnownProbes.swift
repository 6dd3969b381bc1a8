public import Telemetry

/// A probe that has left the configuration.
public struct RetiredProbe: Hashable, Sendable {
  public let name: String
  /// The labels that all its series had; `nil` when it left before they were kept.
  public let target: LabelSet?
  public let removedAt: Timestamp

  public init(name: String, target: LabelSet?, removedAt: Timestamp) {
    self.name = name
    self.target = target
    self.removedAt = removedAt
  }
}

/// The probes whose gaps can be asked about: those that run, with the targets of lists, and those that did.
public struct KnownProbes: Sendable {
  /// By name.
  public let defined: [ProbeDefinition]
  /// By name; at most the 1,000 that left last.
  public let retired: [RetiredProbe]

  public init(defined: [ProbeDefinition], retired: [RetiredProbe] = []) {
    self.defined = defined
    self.retired = retired
  }
}
