/// What all probes of the network share: one thread, one resolver.
///
/// Each engine that owns sockets is an actor on the loop, made here once; it opens nothing before it is first asked.
public final class NetworkServices: Sendable {
  let loop: NetworkLoop
  let resolver: NameResolver
  let pinger: Pinger
  let snmp: SNMPPoller
  let programs: ProgramRunner
  public let secrets: SecretVault
  let streams: StreamClient
  let dns: DNSClient
  let datagrams: DatagramClient

  public init() {
    loop = NetworkLoop()
    resolver = NameResolver()
    pinger = Pinger(on: loop)
    snmp = SNMPPoller(on: loop)
    programs = ProgramRunner(on: loop)
    secrets = SecretVault(programs: programs)
    streams = StreamClient(on: loop, asking: resolver)
    datagrams = DatagramClient(on: loop)
    dns = DNSClient(datagrams: datagrams, streams: streams)
  }

  /// Ends the thread; checks that wait are left to their limits.
  public func stop() { loop.stop() }
}
