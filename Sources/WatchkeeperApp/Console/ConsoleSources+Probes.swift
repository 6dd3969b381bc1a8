internal import Inventory
internal import Probes
internal import Records
internal import Telemetry
internal import WebInterface
internal import Wording

extension ConsoleSources {
  /// Targets that cannot be probed, named for each definition; the default is 5.
  private static let targetFaultsMax = 5

  func probesPage(_ filter: ProbesFilter = ProbesFilter()) async -> ProbesPage {
    var page = ProbesPage(rows: await probeRows { _ in true }, filter: filter)
    let faults = configuration().targetFaults
    page.sources = await targetSources().map { source in
      let bad = (faults[source.name] ?? []).prefix(Self.targetFaultsMax).map {
        TargetSourceRow.Remark($0.address, .message(Reason($0.fault.id, $0.fault.arguments)))
      }
      return TargetSourceRow(
        name: source.name, mechanism: source.mechanism, place: source.place, targets: source.targets,
        lastRead: source.lastRead,
        remarks: (source.faults + [source.unkept].compactMap { $0 }).map {
          TargetSourceRow.Remark(
            [$0.place, $0.key].filter { !$0.isEmpty }.joined(separator: ": "),
            .message(Reason($0.fault.id, $0.fault.arguments)))
        } + bad)
    }
    return page
  }

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
        lateSeconds: probe.late.inSeconds, cpuSeconds: probe.cost.cpu?.inSeconds, packets: probe.cost.packets,
        bytes: probe.cost.bytes, samples: probe.samples, remark: probe.remark(at: now), pace: probe.paceWords)
    }
  }
}

extension TargetListFault {
  /// `file:line:column: key: what is wrong – what to do`
  func line(in language: Language) -> String {
    [place, key, fault.text(in: language)].filter { !$0.isEmpty }.joined(separator: ": ")
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
    let limit = Duration.milliseconds(max(interval, step).wholeMilliseconds * Self.intervalsMax) + duration
    return now.elapsed(since: lastRun) > max(limit, .seconds(10))
  }

  /// Whether it delivers, but not everything.
  var isPartial: Bool { verdict == .up && !explanation.isEmpty }

  /// Why it does not keep its interval just now.
  var paceWords: Phrase? {
    let every = ["every": String(step.inSeconds)]
    switch pace {
    case .steady: return nil
    case .confirming: return Phrase("probe.pace.confirming", ["failures": String(failures)])
    case .backedOff: return Phrase("probe.pace.backed-off", every)
    case .zoomed: return Phrase("probe.pace.zoomed", every)
    case .unreachable: return Phrase("probe.pace.unreachable", every)
    }
  }

  func state(at now: Timestamp) -> PageState {
    if isSilent(at: now) { return .unknown }
    switch verdict {
    case .up: return isPartial ? .warning : .ok
    case .down: return .critical
    case .unreachable: return .unreachable
    case .unknown, nil: return .unknown
    }
  }

  fileprivate func remark(at now: Timestamp) -> Phrase? {
    guard let lastRun else { return Phrase("console.probe.waiting") }
    if isSilent(at: now) { return Phrase("console.probe.silent", ["at": lastRun.argument]) }
    if let reason = verdict?.reason { return .message(reason) }
    guard isPartial else {
      return notes.isEmpty ? nil : Phrase("console.probe.partly", ["text": notes.joined(separator: "; ")])
    }
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
