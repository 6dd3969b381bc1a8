internal import Foundation
internal import Glibc
internal import Inventory
internal import Probes
internal import Records
internal import Telemetry

/// Looks around and compares what is there with what is watched.
struct Survey: Sendable {
  let environment: ProbeEnvironment
  /// By name; of the operator and packaged.
  let known: [ProbeDefinition]
  /// Those that the CMDB's files declare.
  var knownItems: Set<String> = []
  /// Where templates are.
  var templates = ConfigurationFiles(files: PackagedFiles.all)

  var hostName: String { environment.hostName }

  /// How long one check may take. The default is 3 s on this host, 1 s elsewhere.
  static let hostPatience = Duration.seconds(3)

  /// What this host serves.
  func host(_ services: HostServices) async -> DiscoveryDiff {
    var diff = DiscoveryDiff(knowing: knownItems)
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
    diff.dropAnsweredHints()
    let ports = Set(services.streams.map(\.port))
    for definition in known {
      guard let place = WatchedPlace(definition, hostName: hostName),
        !["icmp", "ntp", "dns", "snmp"].contains(definition.kind), place.isGone(ports)
      else { continue }
      diff.add(
        gone: .init(
          name: definition.name, kind: definition.kind,
          target: place.path.map { "unix:" + $0 } ?? definition.settings.network?.address ?? ""))
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

  /// What no TCP port shows.
  private struct Unseen {
    let service: String
    let name: String
    let target: String
    let place: String
    var className = "service"
    let checks: [ServiceCandidate]
    var unit: String?
  }

  private static let dockerSocket = "/run/docker.sock"
  private static let postfixQueue = "/var/spool/postfix/public/showq"

  private func unseen(_ services: HostServices) -> [Unseen] {
    var found: [Unseen] = []
    if services.processes.contains("dockerd") {
      let target = "unix:\(Self.dockerSocket)"
      let checks = [
        ServiceCandidate("http", template: "docker").noting(.docker),
        ServiceCandidate("tcp", ("target", ServiceCandidate.quoted(target))).noting(.docker),
      ]
      found.append(
        Unseen(service: "docker", name: "docker", target: target, place: "unix:" + Self.dockerSocket, checks: checks))
    }
    if services.processes.contains("master"), access(Self.postfixQueue, F_OK) == 0 {
      let check = ServiceCandidate("postfix", template: "postfix").noting(.postfix)
      found.append(
        Unseen(
          service: "postfix", name: "postfix-queue", target: "unix:\(Self.postfixQueue)",
          place: "unix:" + Self.postfixQueue, checks: [check]))
    }
    if let clock = services.datagrams.first(where: { $0.port == 123 && $0.isReachable }) {
      let (service, target) = (clock.processName ?? "ntp", "\(clock.address):123")
      let check = ServiceCandidate("ntp", template: "ntp", ("target", ServiceCandidate.quoted(target)))
      found.append(
        Unseen(service: service, name: service, target: target, place: "localhost:123", checks: [check]))
    }
    return found + databases(services)
  }

  /// Databases that listen in the file system and on no port, each once.
  private func databases(_ services: HostServices) -> [Unseen] {
    var served = Set(services.streams.compactMap(\.processID))
    let owners = Dictionary(services.streams.map { ("localhost:\($0.port)", $0.processID) }) { $1 ?? $0 }
    var places = Set(owners.keys)
    return services.sockets.compactMap { socket in
      guard let found = ServiceCandidates(socket: socket.path, process: socket.processName) else { return nil }
      let place = WatchedPlace(socket: socket.path)
      guard socket.processID.map({ served.insert($0).inserted }) ?? true else { return nil }
      // The usual port is its own, unless another process is known to have it: a container's, for example.
      let owner = owners[place.text] ?? nil
      let isOthers = owner != nil && socket.processID != nil && owner != socket.processID
      guard places.insert(place.text).inserted || isOthers else { return nil }
      return Unseen(
        service: found.service, name: found.service, target: "unix:" + socket.path,
        place: isOthers ? "unix:" + socket.path : place.text,
        className: found.className, checks: found.checks, unit: socket.unit)
    }
  }

  private func proposeUnseen(
    _ services: HostServices, _ places: [String: String], into diff: inout DiscoveryDiff
  ) async {
    for found in unseen(services) {
      if let by = places[found.place] {
        diff.add(.init(service: found.service, target: found.target, by: by))
        continue
      }
      guard let check = await firstAnswered(found.checks, within: Self.hostPatience) else {
        diff.add(silent: "\(found.service) \(found.target)")
        continue
      }
      diff.add(
        Proposal(
          freeName(found.name, beside: diff), check, target: found.target,
          item: "\(found.className)/\(hostName)-\(found.service)", className: found.className,
          itemName: found.service, on: HostInventory.itemID(hostName: hostName).text, unit: found.unit))
    }
  }

  /// A name that no probe has.
  func freeName(_ name: String, beside diff: DiscoveryDiff) -> String {
    let taken = Set(known.map(\.name) + diff.new.map(\.name))
    if !taken.contains(name) { return name }
    return (2...).lazy.map { "\(name)-\($0)" }.first { !taken.contains($0) } ?? name
  }

  /// The first check that finds its target in order; one that is refused a login, when otherwise only somebody listens.
  func firstAnswered(_ checks: [ServiceCandidate], within patience: Duration) async -> ServiceCandidate? {
    var refused: ServiceCandidate?
    for check in checks {
      switch await verdict(of: check, within: patience) {
      case .up?: return check.isFallback ? refused ?? check : check
      case .down(let reason)? where reason.id == Self.loginRefused:
        if refused == nil, let note = check.loginNote { refused = check.noting(note) }
      default: break
      }
    }
    return refused
  }

  private static let loginRefused = "reason.stream.login"

  /// Runs the probe once, as the runner would; `nil` when it is no probe.
  func verdict(of check: ServiceCandidate, within patience: Duration) async -> ProbeVerdict? {
    guard let definition = check.definition(among: templates) else { return nil }
    let listing = SeriesListing()
    let probe = definition.makeProbe(
      in: environment, for: listing, within: SeriesAllowance(limit: definition.seriesMax))
    let report = await probe.run(within: patience)
    _ = probe.endSeries()
    if let prefix = check.provedBy, report.verdict == .up {
      let names = (listing.samples(in: report.batch) + report.samples).compactMap(\.series.metric)
      guard names.contains(where: { $0.hasPrefix(prefix) }) else { return nil }
    }
    return report.verdict
  }
}
