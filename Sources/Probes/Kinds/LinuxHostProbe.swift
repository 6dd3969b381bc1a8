internal import Telemetry

/// Settings of the kind `linux-host`.
public struct LinuxHostSettings: ProbeSettings {
  /// Where /proc is mounted; the default is `/proc`. A container that watches its host sets all three.
  public let proc: String
  /// The default is `/sys`.
  public let sys: String
  /// Put before mount points and /etc; the default is empty.
  public let root: String
  /// What is collected, and of which devices.
  let collectors: HostCollectorSettings

  private enum CodingKeys: String, CodingKey, CaseIterable { case proc, sys, root, collectors }

  public init(proc: String = "/proc", sys: String = "/sys", root: String = "") {
    self.proc = proc
    self.sys = sys
    self.root = root
    collectors = HostCollectorSettings()
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    proc = try fields.decodeIfPresent(String.self, forKey: .proc) ?? "/proc"
    sys = try fields.decodeIfPresent(String.self, forKey: .sys) ?? "/sys"
    root = try fields.decodeIfPresent(String.self, forKey: .root) ?? ""
    collectors = try fields.decodeIfPresent(HostCollectorSettings.self, forKey: .collectors) ?? HostCollectorSettings()
  }

  public var instance: String? { nil }

  public var network: NetworkTarget? { nil }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe { LinuxHostProbe(self, in: environment) }

  public static let kind = ProbeKind(
    name: "linux-host", summary: "Processors, memory, disks, file systems and network of this host, as node_exporter.",
    example: """
      name: this-host
      kind: linux-host
      interval: 15s
      """,
    job: "node", interval: .seconds(15), timeout: .seconds(10), settings: LinuxHostSettings.self)
}

final class LinuxHostProbe: Probe {
  private let runs: ThreadedRuns<HostSampler>

  private let isTrial: Bool

  init(_ settings: LinuxHostSettings, in environment: ProbeEnvironment) {
    isTrial = environment.isTrial
    runs = ThreadedRuns(
      "sampling of this host",
      HostSampler(proc: settings.proc, sys: settings.sys, root: settings.root, settings.collectors))
  }

  func run(within limit: Duration) async -> ProbeReport {
    await runs.report { [isTrial] sampler in
      // Two looks are taken on threads of their own: half of the time is for them.
      if isTrial { sampler.waitForBackgroundWork(atMost: limit / 4) }
      return Self.report(sampler.sample(), of: sampler)
    }
  }

  private static func report(_ samples: [ProbeSample], of sampler: HostSampler) -> ProbeReport {
    let explanation = sampler.problems.joined(separator: "; ")
    if sampler.isBlind {
      return .unknown("reason.probe.local", explanation, samples)
    }
    var report = ProbeReport(.up, samples, explanation: explanation)
    report.notes = sampler.notes
    return report
  }
}
