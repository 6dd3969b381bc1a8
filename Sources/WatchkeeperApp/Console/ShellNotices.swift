internal import Probes
internal import Telemetry
internal import TimeSeriesStore
internal import WebInterface

/// Faults of Watchkeeper itself that a reader of any page must know: what, where, what to do. Pure.
struct ShellNotices {
  /// Of the configuration on disk, while the last good one runs.
  let refused: SettingsErrors?
  let store: StoreHealth
  /// By channel: how many notifications wait, and since when the oldest.
  let waiting: [String: (count: Int, oldest: Timestamp)]
  /// Endpoints of remote write with samples that wait: since when, and why the endpoint takes none.
  var unsent: [(endpoint: String, since: Timestamp, outage: String?)] = []
  var pressure = RunnerPressure(running: 0, shed: 0, shedFrom: nil)
  let now: Timestamp

  /// A notification that waits for longer is told; the packaged rule WatchkeeperDeliveryFails speaks at the same age.
  static let waitMax = Duration.seconds(120)
  /// How long found damage is told: a day. `watchkeeper verify` names it for as long as it is there.
  static let damageShown = Duration.seconds(86_400)
  /// Samples that wait for the disk for longer are told, as by the rule WatchkeeperStoreUnwell.
  static let lagMax = Duration.seconds(30)

  /// Worst first.
  var all: [StatedPhrase] {
    [undelivered, unsaved, damaged, overload, unsentSamples, refusedConfiguration].compactMap { $0 }
  }

  private var undelivered: StatedPhrase? {
    let late = waiting.filter { now.elapsed(since: $0.value.oldest) > Self.waitMax }
    guard let worst = late.min(by: { ($0.value.oldest, $0.key) < ($1.value.oldest, $1.key) }) else { return nil }
    return StatedPhrase(
      .critical,
      Phrase(
        "console.notice.undelivered",
        [
          "receiver": worst.key, "age": now.elapsed(since: worst.value.oldest).argument,
          "count": String(worst.value.count),
        ]),
      detail: Phrase("console.notice.undelivered-remedy"))
  }

  private var unsaved: StatedPhrase? {
    guard store.lag > Self.lagMax || store.state == .dropping else { return nil }
    return StatedPhrase(
      .critical, Phrase("console.notice.unsaved", ["age": store.lag.argument]),
      detail: store.lastError.map { Phrase("console.notice.unsaved-problem", ["problem": $0]) }
        ?? Phrase("console.notice.unsaved-remedy"))
  }

  /// What was found within a day: damage stays, a banner that nobody can end would be overlooked.
  private var damaged: StatedPhrase? {
    let found = store.findings.filter { finding in
      finding.severity == .damage && finding.foundAt.map { now.elapsed(since: $0) < Self.damageShown } ?? true
    }
    guard let newest = found.last else { return nil }
    return StatedPhrase(
      .critical, Phrase("console.notice.damaged", ["count": String(found.count)]),
      detail: Phrase("console.notice.damaged-remedy", ["place": newest.description]))
  }

  private var overload: StatedPhrase? {
    pressure.shedFrom.map { priority in
      StatedPhrase(
        .warning, Phrase("console.notice.overload", ["priority": String(priority)]),
        detail: Phrase("console.notice.overload-remedy"))
    }
  }

  /// Told before samples are older than an endpoint's age limit and left out.
  private var unsentSamples: StatedPhrase? {
    let late = unsent.filter { now.elapsed(since: $0.since) > Self.waitMax }
    guard let worst = late.min(by: { ($0.since, $0.endpoint) < ($1.since, $1.endpoint) }) else { return nil }
    return StatedPhrase(
      .warning,
      Phrase(
        "console.notice.unsent", ["endpoint": worst.endpoint, "age": now.elapsed(since: worst.since).argument]),
      detail: worst.outage.map { Phrase("console.notice.unsent-problem", ["problem": $0]) }
        ?? Phrase("console.notice.unsent-slow"))
  }

  /// Without the fault's words: not everybody who reads pages may read the configuration.
  private var refusedConfiguration: StatedPhrase? {
    guard let first = refused?.errors.first, let count = refused?.errors.count else { return nil }
    return StatedPhrase(
      .warning, Phrase("console.notice.refused", ["count": String(count)]),
      detail: Phrase(
        "console.notice.refused-remedy",
        ["place": [first.place.description, first.key].filter { !$0.isEmpty }.joined(separator: ": ")]))
  }
}
