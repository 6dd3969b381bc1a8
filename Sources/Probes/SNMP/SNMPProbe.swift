internal import Records
internal import SNMP
internal import Telemetry

/// One device, which the poller asks.
final class SNMPProbe: Probe {
  private let settings: SNMPProbeSettings
  private let environment: ProbeEnvironment
  private let device: DeviceHandle

  init(_ settings: SNMPProbeSettings, in environment: ProbeEnvironment) {
    self.settings = settings
    self.environment = environment
    device = DeviceHandle()
    beginsInline = !settings.login.readsFiles && SocketAddress(settings.host, port: settings.port) != nil
  }

  /// A secret's file may lie on a disk that hangs, and a name is looked up on a thread of its own.
  let beginsInline: Bool

  func run(within limit: Duration) async -> ProbeReport {
    let time = environment.clock.now
    let credentials: Credentials
    do throws(SecretFault) {
      credentials = try await settings.login.revealed(by: environment.secrets)
    } catch {
      return .unknown(error.fault)
    }
    let preference = settings.address.preference
    switch await environment.network.resolver.address(of: settings.host, port: settings.port, preference) {
    case .none(let why): return .down("reason.probe.name_unresolved", why)
    case .busy(let why): return .unknown("reason.probe.local", why)
    case .address(let address):
      return await environment.network.snmp.poll(
        device, settings, environment, as: credentials, at: address, time: time, within: limit)
    }
  }

  func endSeries() -> [SeriesReference] { device.withAgent { $0?.endSeries() ?? [] } }

  func renewSeries(_ gone: Set<SeriesReference>) -> [SeriesReference: SeriesReference] {
    device.withAgent { $0?.renewSeries(gone) ?? [:] }
  }
}
