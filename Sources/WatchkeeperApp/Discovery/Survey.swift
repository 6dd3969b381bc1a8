internal import Foundation
internal import Inventory
internal import Probes
internal import Telemetry

/// Looks around and compares what is there with what is watched.
struct Survey: Sendable {
  let environment: ProbeEnvironment
  /// By name; of the operator and packaged.
  let known: [ProbeDefinition]

  var hostName: String { environment.hostName }

  /// How long one check may take. The default is 3 s on this host, 1 s elsewhere.
  static let hostPatience = Duration.seconds(3)

  /// What this host serves.
  func host(_ services: HostServices) async -> DiscoveryDiff {
    var diff = DiscoveryDiff()
    let places = watchedPlaces
    let own = ProcessInfo.processInfo.processName
    for listener in services.streams where listener.processName != own {
      guard
        let found = ServiceCandidates(
          process: listener.processName, host: listener.address, port: listener.port, isReachable: listener.isReachable)
      else { continue }
      let place = "localhost:\(listener.port)"
      if let by = places[place] {
        diff.add(.init(service: found.service, target: "\(listener.address):\(listener.port)", by: by))
      } else {
        await propose(found, listener, into: &diff)
      }
    }
    await proposeUnseen(services, places, into: &diff)
    let ports = Set(services.streams.map(\.port))
    for definition in known {
      guard let place = WatchedPlace(definition, hostName: hostName), place.isOnHost, let port = place.port,
        !["icmp", "ntp", "dns", "snmp"].contains(definition.kind), !ports.contains(port)
      else { continue }
      diff.add(
        gone: .init(name: definition.name, kind: definition.kind, target: definition.settings.network?.address ?? ""))
    }
    return diff
  }

  var watchedPlaces: [String: String] {
    Dictionary(
      known.compactMap { definition in
        WatchedPlace(definition, hostName: hostName).map { ($0.text, definition.name) }
      }
    ) { first, _ in first }
  }

  private func propose(
    _ found: ServiceCandidates, _ listener: HostFindings.Listener, into diff: inout DiscoveryDiff
  ) async {
    let target = "\(listener.address):\(listener.port)"
    guard let check = await firstAnswered(found.checks, within: Self.hostPatience) else {
      return diff.add(silent: "\(found.service) \(target)")
    }
    diff.add(
      Proposal(
        freeName("\(found.service)-\(listener.port)", beside: diff), check, target: target,
        item: "\(found.className)/\(hostName)-\(found.service)", className: found.className, itemName: found.service,
        on: HostInventory.itemID(hostName: hostName).text, port: listener.port, unit: listener.unit))
  }

  /// Docker's socket and a clock's server, which no TCP port shows.
  private func proposeUnseen(
    _ services: HostServices, _ places: [String: String], into diff: inout DiscoveryDiff
  ) async {
    let socket = "unix:/run/docker.sock"
    var checks: [(service: String, target: String, isWatched: Bool, check: ServiceCandidate)] = []
    if services.processes.contains("dockerd") {
      let isWatched = known.contains { $0.settings.instance == socket }
      checks.append(
        ("docker", socket, isWatched, ServiceCandidate("tcp", ("target", ServiceCandidate.quoted(socket)))))
    }
    if let clock = services.datagrams.first(where: { $0.port == 123 && $0.isReachable }) {
      let target = "\(clock.address):123"
      checks.append(
        (
          clock.processName ?? "ntp", target, places["localhost:123"] != nil,
          ServiceCandidate("ntp", ("target", ServiceCandidate.quoted(target)))
        ))
    }
    for found in checks where !found.isWatched {
      guard await firstAnswered([found.check], within: Self.hostPatience) != nil else {
        diff.add(silent: "\(found.service) \(found.target)")
        continue
      }
      diff.add(
        Proposal(
          freeName(found.service, beside: diff), found.check, target: found.target,
          item: "service/\(hostName)-\(found.service)", className: "service", itemName: found.service,
          on: HostInventory.itemID(hostName: hostName).text))
    }
  }

  /// A name that no probe has.
  func freeName(_ name: String, beside diff: DiscoveryDiff) -> String {
    let taken = Set(known.map(\.name) + diff.new.map(\.name))
    if !taken.contains(name) { return name }
    return (2...).lazy.map { "\(name)-\($0)" }.first { !taken.contains($0) } ?? name
  }

  /// The first check that finds its target in order.
  func firstAnswered(_ checks: [ServiceCandidate], within patience: Duration) async -> ServiceCandidate? {
    for check in checks {
      if case .up? = await verdict(of: check, within: patience) { return check }
    }
    return nil
  }

  /// Runs the probe once, as the runner would; `nil` when it is no probe.
  func verdict(of check: ServiceCandidate, within patience: Duration) async -> ProbeVerdict? {
    guard let definition = Proposal.definition(check) else { return nil }
    let probe = definition.makeProbe(
      in: environment, for: SeriesListing(), within: SeriesAllowance(limit: definition.seriesMax))
    let report = await probe.run(within: patience)
    _ = probe.endSeries()
    return report.verdict
  }
}
