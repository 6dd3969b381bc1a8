internal import Inventory
internal import Probes
internal import Records
internal import Telemetry
internal import WebInterface

extension ConsoleSources {
  func probesPage() async -> ProbesPage { ProbesPage(rows: await probeRows { _ in true }) }

  /// The probes that look at some of the items.
  func probeRows(at isWanted: (ItemID) -> Bool) async -> [ProbeRow] {
    let (inventory, now) = (inventory().book, clock.now)
    let subjects = Dictionary(
      configuration().probes.map { ($0.name, $0.subject(hostName: hostName, in: inventory)) },
      uniquingKeysWith: { $1 })
    return await probes().compactMap { probe in
      guard let item = subjects[probe.name], isWanted(item) else { return nil }
      return ProbeRow(
        name: probe.name, kind: probe.kind, state: probe.state(at: now),
        item: inventory[item].map { PageLink(.verbatim($0.name), to: .item($0.id.text)) },
        intervalSeconds: probe.interval.inSeconds, lastRun: probe.lastRun, tookSeconds: probe.duration.inSeconds,
        samples: probe.samples, remark: probe.remark(at: now))
    }
  }
}

extension ProbeStatus {
  /// A probe that has not come back for so many intervals does not deliver.
  static let intervalsMax: Int64 = 3

  /// A target that is down is delivered well; a probe that could not look, or did not come back, is not.
  func isDelivering(at now: Timestamp) -> Bool {
    if case .unknown = verdict { return false }
    return lastRun != nil && !isSilent(at: now)
  }

  private func isSilent(at now: Timestamp) -> Bool {
    guard let lastRun else { return false }
    let limit = Duration.milliseconds(interval.wholeMilliseconds * Self.intervalsMax) + duration
    return now.elapsed(since: lastRun) > max(limit, .seconds(10))
  }

  /// Whether it delivers, but not everything.
  var isPartial: Bool { verdict == .up && !explanation.isEmpty }

  fileprivate func state(at now: Timestamp) -> PageState {
    if isSilent(at: now) { return .unknown }
    switch verdict {
    case .up: return isPartial ? .warning : .ok
    case .down: return .critical
    case .unknown, nil: return .unknown
    }
  }

  fileprivate func remark(at now: Timestamp) -> Phrase? {
    guard let lastRun else { return Phrase("console.probe.waiting") }
    if isSilent(at: now) { return Phrase("console.probe.silent", ["at": lastRun.argument]) }
    if let reason = verdict?.reason { return .message(reason) }
    guard isPartial else { return nil }
    guard explanation == refusalText else { return Phrase("console.probe.partly", ["text": explanation]) }
    switch refusal {
    case .tooManySeriesOfProbe(let limit):
      return Phrase("console.probe.refused-own", ["count": String(refused), "limit": String(limit)])
    case .tooManySeries(let limit):
      return Phrase("console.probe.refused-store", ["count": String(refused), "limit": String(limit)])
    default:
      return Phrase("console.probe.refused", ["count": String(refused), "problem": refusal?.description ?? ""])
    }
  }
}
