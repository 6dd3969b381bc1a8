internal import Synchronization
internal import Telemetry

/// Settings of the kind `linux-host`.
public struct LinuxHostSettings: ProbeSettings {
  /// Where /proc is mounted; the default is `/proc`. A container that watches its host sets all three.
  public let proc: String
  /// The default is `/sys`.
  public let sys: String
  /// Put before mount points and /etc; the default is empty.
  public let root: String

  private enum CodingKeys: String, CodingKey, CaseIterable { case proc, sys, root }

  public init(proc: String = "/proc", sys: String = "/sys", root: String = "") {
    self.proc = proc
    self.sys = sys
    self.root = root
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    proc = try fields.decodeIfPresent(String.self, forKey: .proc) ?? "/proc"
    sys = try fields.decodeIfPresent(String.self, forKey: .sys) ?? "/sys"
    root = try fields.decodeIfPresent(String.self, forKey: .root) ?? ""
  }

  public var instance: String? { nil }

  public var network: NetworkTarget? { nil }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe { LinuxHostProbe(self) }

  public static let kind = ProbeKind(
    name: "linux-host", summary: "Processors, memory, disks, file systems and network of this host, as node_exporter.",
    example: """
      name: this-host
      kind: linux-host
      interval: 15s
      """,
    job: "node", interval: .seconds(15), timeout: .seconds(10), settings: LinuxHostSettings.self)
}

/// Samples on a thread made for the run: reading /proc can stall, and nothing else may stall with it.
final class LinuxHostProbe: Probe {
  /// The sampler belongs to whoever took it out; a run that finds none meets a run that still hangs.
  private let idle: Mutex<SamplerBox?>

  /// Unchecked, because the compiler cannot see that taking the box out of `idle` hands the sampler over whole: never do
  /// two threads hold it.
  private struct SamplerBox: @unchecked Sendable { let sampler: HostSampler }

  init(_ settings: LinuxHostSettings) {
    idle = Mutex(
      SamplerBox(sampler: HostSampler(proc: settings.proc, sys: settings.sys, root: settings.root)))
  }

  func run(within limit: Duration) async -> ProbeReport {
    let taken = idle.withLock { idle in
      defer { idle = nil }
      return idle
    }
    guard let box = taken else {
      return .unknown("reason.probe.hangs", "the last sampling of this host has not come back yet")
    }
    return await withCheckedContinuation { continuation in
      let isStarted = DetachedThread.start {
        let samples = box.sampler.sample()
        let report = Self.report(samples, of: box.sampler)
        self.idle.withLock { $0 = box }
        continuation.resume(returning: report)
      }
      if !isStarted {
        idle.withLock { $0 = box }
        continuation.resume(returning: .unknown("reason.probe.local", "this host has no thread left for sampling"))
      }
    }
  }

  private static func report(_ samples: [ProbeSample], of sampler: HostSampler) -> ProbeReport {
    let explanation = sampler.problems.joined(separator: "; ")
    if sampler.problems.count == sampler.collectorCount {
      return .unknown("reason.probe.local", explanation, samples)
    }
    return ProbeReport(.up, samples, explanation: explanation)
  }
}
