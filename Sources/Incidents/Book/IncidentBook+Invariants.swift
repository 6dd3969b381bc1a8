internal import HashTreeCollections
internal import Records
internal import Telemetry

extension IncidentBook {
  /// What must hold after every fact. Empty when all does; each entry says what does not.
  public func checkInvariants() -> [String] {
    var problems: [String] = []
    checkIncidents(&problems)
    checkIndexes(&problems)
    checkIntents(&problems)
    return problems
  }

  private func checkIncidents(_ problems: inout [String]) {
    for (number, incident) in incidents {
      if incident.number.number != number { problems.append("\(incident.number): filed under \(number)") }
      if number > lastNumber { problems.append("\(incident.number): beyond the last number \(lastNumber)") }
      if closed[number] != nil { problems.append("\(incident.number): both open and closed") }
      if self[incident.fingerprint]?.number != incident.number {
        problems.append("\(incident.number): not the one incident of its fingerprint")
      }
      if incident.status == .resolved {
        if case .firing = incident.breach { problems.append("\(incident.number): resolved and firing") }
        if incident.resolvedAt == nil { problems.append("\(incident.number): resolved at no time") }
      }
      if incident.status == .closed { problems.append("\(incident.number): closed and in memory") }
      if (incident.status == .resolvedUnverified || incident.status == .resolved) != (incident.resolution != nil) {
        problems.append("\(incident.number): \(incident.status.rawValue) contradicts its resolution")
      }
      if incident.progress.count < 1 { problems.append("\(incident.number): never seen") }
    }
    for (fingerprint, alert) in withheld {
      if alert.report.fingerprint != fingerprint { problems.append("withheld \(fingerprint): misfiled") }
      if self[fingerprint]?.status.isActive == true { problems.append("withheld \(fingerprint): has an incident") }
    }
  }

  /// The derived indexes equal what a rebuild from the records makes of them.
  private func checkIndexes(_ problems: inout [String]) {
    var rebuilt = IncidentBook(settings: settings)
    for (number, incident) in incidents { rebuilt.put(incident, at: number) }
    for (fingerprint, alert) in withheld { rebuilt.put(alert, at: fingerprint) }
    for record in closed.values.sorted(by: { $0.number < $1.number }) { rebuilt.remember(record) }
    if rebuilt.byFingerprint != byFingerprint { problems.append("index by fingerprint is stale") }
    if rebuilt.firing != firing { problems.append("index of firing breaches is stale") }
    if rebuilt.verifying != verifying { problems.append("index of verifications is stale") }
    if rebuilt.due != due { problems.append("order of due times is stale") }
    if rebuilt.withheldByWindow != withheldByWindow { problems.append("index of withheld alerts is stale") }
    if rebuilt.coveredByWindow != coveredByWindow { problems.append("index of covered incidents is stale") }
    if rebuilt.byItem != byItem { problems.append("index by item is stale") }
    if rebuilt.failing != failing { problems.append("index of failing items is stale") }
    if rebuilt.closedByFingerprint != closedByFingerprint { problems.append("index of closed incidents is stale") }
    if rebuilt.closedOrder != closedOrder { problems.append("order of closed incidents is stale") }
  }

  private func checkIntents(_ problems: inout [String]) {
    for (key, intent) in pendingIntents {
      if intent.key != key { problems.append("intent \(key): misfiled") }
      guard let incident = incidents[intent.incident.number.number] else { continue }
      if !incident.paging.outstanding.contains(key) { problems.append("intent \(key): unknown to its incident") }
    }
    for incident in incidents.values {
      for key in incident.paging.outstanding where pendingIntents[key] == nil {
        problems.append("\(incident.number): waits for \(key), which is not pending")
      }
    }
  }
}
