internal import Probes
internal import Records
internal import Telemetry

/// How a subnet is asked: gently, and only for what was named.
struct SubnetSurvey: Sendable {
  let survey: Survey
  let ports: [Int]
  /// Tried in this order; empty: no device is asked.
  var logins: [DeviceLogin] = []

  /// The most addresses of one look; the default is 256, and a person may allow more.
  static let addressesMaxDefault = 256
  /// Addresses that are asked at a time; the default is 16.
  static let concurrencyMax = 16
  /// From one address to the next; the default is 20 ms.
  static let gap = Duration.milliseconds(20)
  /// How long one check may take. The default is 1 s; a device may take 3 s to tell what it is.
  static let patience = Duration.seconds(1)
  static let devicePatience = Duration.seconds(3)
  /// Not 3306: MySQL blocks an address that often connects without a login.
  static let portsDefault = [22, 25, 53, 80, 110, 143, 443, 5432, 6379, 8080, 9100]

  /// Different faults of ours that are told. The default is 5.
  private static let problemsMax = 5

  /// What one address answered.
  private struct Answer: Sendable {
    let address: String
    var ping: ServiceCandidate?
    /// Why it could not be pinged, or asked over SNMP: a fault of ours.
    var problems: [Reason] = []
    var device: ServiceCandidate?
    var services: [(port: Int, service: String, check: ServiceCandidate?)] = []
  }

  /// - Parameter progress: called with the number of addresses that were asked.
  func look(
    at addresses: [String], _ progress: (Int) -> Void
  ) async -> (diff: DiscoveryDiff, problems: [Reason]) {
    var answers: [Answer] = []
    await withTaskGroup(of: Answer.self) { group in
      for (index, address) in addresses.enumerated() {
        if index >= Self.concurrencyMax, let answer = await group.next() {
          answers.append(answer)
          progress(answers.count)
        }
        group.addTask { await ask(address) }
        try? await survey.environment.clock.sleep(for: Self.gap)
      }
      for await answer in group {
        answers.append(answer)
        progress(answers.count)
      }
    }
    let order = Dictionary(addresses.enumerated().map { ($1, $0) }) { first, _ in first }
    var diff = DiscoveryDiff(knowing: survey.knownItems)
    for answer in answers.sorted(by: { order[$0.address] ?? 0 < order[$1.address] ?? 0 }) { propose(answer, &diff) }
    var told: Set<Reason> = []
    return (diff, answers.flatMap(\.problems).filter { told.insert($0).inserted }.prefix(Self.problemsMax).map(\.self))
  }

  private func ask(_ address: String) async -> Answer {
    var answer = Answer(address: address)
    let ping = ServiceCandidate("icmp", ("target", ServiceCandidate.quoted(address)), ("count", "2"))
    switch await survey.verdict(of: ping, within: Self.patience) {
    case .up?: answer.ping = ServiceCandidate("icmp", ("target", ServiceCandidate.quoted(address)))
    case .unknown(let reason)?: answer.problems.append(reason)
    case .down?, .unreachable?, nil: break
    }
    await withTaskGroup(of: (Int, String, ServiceCandidate?)?.self) { group in
      for port in ports { group.addTask { await service(at: address, port) } }
      for await case let found? in group { answer.services.append(found) }
    }
    answer.services.sort { $0.port < $1.port }
    for login in logins where answer.device == nil {
      let check = login.check(at: address)
      switch await survey.verdict(of: check, within: Self.devicePatience) {
      case .up?: answer.device = check
      // For example a file of secrets that everybody may read.
      case .unknown(let reason)?: answer.problems.append(reason)
      case .down?, .unreachable?, nil: break
      }
    }
    return answer
  }

  /// As it stands before a port.
  private static func host(_ address: String) -> String { address.contains(":") ? "[\(address)]" : address }

  /// - Returns: `nil` when the port is not open.
  private func service(at address: String, _ port: Int) async -> (Int, String, ServiceCandidate?)? {
    let host = Self.host(address)
    let open = ServiceCandidate("tcp", ("target", ServiceCandidate.quoted("\(host):\(port)")))
    guard await survey.firstAnswered([open], within: Self.patience) != nil,
      let found = ServiceCandidates(process: nil, host: host, port: port, isReachable: true, place: .elsewhere)
    else { return nil }
    return (port, found.service, await survey.firstAnswered(found.checks, within: Survey.hostPatience))
  }

  private func propose(_ answer: Answer, _ diff: inout DiscoveryDiff) {
    let className = answer.device == nil ? "host" : "network-device"
    let places = survey.watchedPlaces
    func add(_ service: String, _ check: ServiceCandidate?, at target: String) {
      guard let check, let definition = check.definition(among: survey.templates) else {
        return diff.add(silent: "\(service) \(target)")
      }
      if let place = WatchedPlace(definition, hostName: survey.hostName), let by = places[place.text] {
        return diff.add(.init(service: service, target: target, by: by))
      }
      diff.add(
        Proposal(
          survey.freeName("\(service)-\(Self.name(of: target))", beside: diff), check, target: target,
          item: "\(className)/\(answer.address)", className: className, itemName: answer.address, on: nil))
    }
    if let ping = answer.ping { add("ping", ping, at: answer.address) }
    if let device = answer.device { add("snmp", device, at: answer.address) }
    for found in answer.services {
      add(found.service, found.check, at: "\(Self.host(answer.address)):\(found.port)")
    }
  }

  private static func name(of target: String) -> String {
    target.filter { $0 != "[" && $0 != "]" }.replacing(":", with: "-")
  }
}
