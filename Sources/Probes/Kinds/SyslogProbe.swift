internal import Synchronization
internal import Telemetry

/// Settings of the kind `syslog`.
public struct SyslogProbeSettings: ProbeSettings {
  /// Where messages are taken, numeric; the default is `udp://127.0.0.1:514` and `tcp://127.0.0.1:514`.
  let listen: [ListenAddress]
  /// How `tls://` is served; there is no default.
  let tls: TLSServerSettings?
  let patterns: [SyslogPattern]
  /// Messages a second that one sender may send; the default is 1,000, and two seconds' worth may come at once.
  let messagesPerSecondMax: Int

  static let addressesMax = 16
  static let patternsMax = 100

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case listen, patterns
    case tls = "tls_server_config"
    case messagesPerSecondMax = "sender_messages_per_second_max"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let texts = try fields.decodeIfPresent([String].self, forKey: .listen)
    listen = try (texts ?? ["udp://127.0.0.1:514", "tcp://127.0.0.1:514"]).map { text in
      guard let address = ListenAddress(text) else {
        throw fields.problem(.listen, "fault.listen.address", ["text": text])
      }
      return address
    }
    guard (1...Self.addressesMax).contains(listen.count) else {
      throw fields.problem(
        .listen, "fault.network.range",
        ["number": String(listen.count), "least": "1", "most": String(Self.addressesMax)])
    }
    tls = try fields.decodeIfPresent(TLSServerSettings.self, forKey: .tls)
    let encrypted = listen.first { $0.transport == .tls }
    if let encrypted, tls == nil {
      throw fields.problem(.listen, "fault.listen.no-certificate", ["text": "\(encrypted)"])
    }
    if encrypted == nil, tls != nil { throw fields.problem(.tls, "fault.listen.no-door") }
    patterns = try fields.decodeIfPresent([SyslogPattern].self, forKey: .patterns) ?? []
    guard patterns.count <= Self.patternsMax else {
      throw fields.problem(
        .patterns, "fault.network.range",
        ["number": String(patterns.count), "least": "0", "most": String(Self.patternsMax)])
    }
    messagesPerSecondMax = try fields.decodeIfPresent(Int.self, forKey: .messagesPerSecondMax) ?? 1000
    guard (1...1_000_000).contains(messagesPerSecondMax) else {
      throw fields.problem(
        .messagesPerSecondMax, "fault.network.range",
        ["number": String(messagesPerSecondMax), "least": "1", "most": "1000000"])
    }
  }

  public var instance: String? { nil }

  public var network: NetworkTarget? { nil }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    SyslogProbe(self, on: environment.network)
  }

  static let kind = ProbeKind(
    name: "syslog",
    summary: "Listens for syslog (RFC 5424 and 3164, UDP, TCP and TLS) and counts messages and the patterns in them.",
    example: """
      name: network-devices-log
      kind: syslog
      interval: 15s
      settings:
        listen: ["udp://127.0.0.1:5514", "tcp://127.0.0.1:5514"]
        patterns:
          - name: link-down
            match: 'Interface (?P<interface>\\S+), changed state to down'
            severity: warning
      """,
    job: "syslog", interval: .seconds(15), timeout: .seconds(5), settings: SyslogProbeSettings.self)
}

/// Counts from its first run on; each run tells the counts so far. See docs/decisions/0020.
final class SyslogProbe: Probe {
  private let settings: SyslogProbeSettings
  private let tally: SyslogTally
  private let receiver: Receiver
  /// With what TLS is served; `nil` before that.
  private let presented = Mutex<TLSServerFiles?>(nil)

  init(_ settings: SyslogProbeSettings, on network: NetworkServices) {
    self.settings = settings
    let tally = SyslogTally(settings.patterns)
    self.tally = tally
    receiver = Receiver(
      on: network.loop, messagesPerSecondMax: settings.messagesPerSecondMax,
      Receiver.Handler(
        take: {
          tally.take($0, from: $1)
          return nil
        },
        makeSplitter: { SyslogSplitter() },
        drop: { reason, _ in tally.drop(reason) },
        refuse: { tally.refuse($0, from: $1) }
      ))
  }

  deinit { Task { [receiver] in await receiver.closeAll() } }

  func run(within limit: Duration) async -> ProbeReport {
    let fault = await present()
    // Those that send in the clear are heard whatever is wrong with the certificate.
    let isServing = presented.withLock { $0 != nil }
    do throws(Receiver.ListenProblem) {
      try await receiver.listen(at: settings.listen.filter { $0.transport != .tls || isServing })
    } catch {
      return .unknown("reason.probe.local", error.text)
    }
    guard let fault else { return ProbeReport(.up, tally.tell()) }
    var report = ProbeReport.unknown(fault)
    report.samples = tally.tell()
    return report
  }

  /// Reads the files at every run, so that a renewed certificate is served without a restart. What cannot be used leaves
  /// the last good one in service.
  private func present() async -> SettingsFault? {
    guard let tls = settings.tls else { return nil }
    do throws(TLSServerFault) {
      let files = try TLSServerFiles(tls)
      guard files != presented.withLock({ $0 }) else { return nil }
      await receiver.present(try files.context(tls))
      presented.withLock { $0 = files }
      return nil
    } catch {
      return error.fault
    }
  }
}
