import Probes
import Telemetry
import Testing
import TimeSeriesStore
import WebInterface
import Wording

@testable import WatchkeeperApp

@Suite("Console: faults of Watchkeeper itself")
struct ShellNoticesTests {
  private static let now = Timestamp(milliseconds: 1_795_155_480_000)

  private func notices(
    refused: SettingsErrors? = nil, store: StoreHealth = StoreHealth(), waiting seconds: Int64? = nil
  ) -> [StatedPhrase] {
    let oldest = seconds.map { Self.now.advanced(by: .seconds(-$0)) }
    return ShellNotices(
      refused: refused, store: store, waiting: oldest.map { ["on-call/webhook": (count: 3, oldest: $0)] } ?? [:],
      now: Self.now
    ).all
  }

  private func text(_ phrase: Phrase?) -> String {
    phrase?.text(for: Reader(language: .english, now: Self.now.milliseconds)) ?? ""
  }

  @Test("a healthy installation has none; a notification that has just been made is no fault") func healthy() {
    #expect(notices().isEmpty)
    #expect(notices(waiting: 119).isEmpty)
  }

  @Test("probes that are left out are told, and from which priority on")
  func overload() {
    let notices = ShellNotices(
      refused: nil, store: StoreHealth(), waiting: [:], pressure: RunnerPressure(running: 3, shed: 9, shedFrom: 4),
      now: Self.now
    ).all
    #expect(notices.map(\.state) == [.warning])
    let told = text(notices.first?.phrase)
    #expect(told.contains("priority 4"))
  }

  @Test("a refused configuration names the first fault with its place, how many there are, and what to do")
  func refused() throws {
    let place = SourcePlace(file: "probes/site.yaml", line: 3, column: 5)
    let errors = SettingsErrors(errors: [
      SettingsError(at: place, key: "intervall", "fault.setting.unknown", ["known": "?interval"]),
      SettingsError(at: place, key: "x", "fault.setting.unknown", ["known": ""]),
    ])
    let notice = try #require(notices(refused: errors).first)
    #expect(notice.state == .warning)
    #expect(text(notice.phrase) == "The configuration on disk is refused, 2 faults; the last good one runs.")
    #expect(
      text(notice.detail)
        == "First at `probes/site.yaml:3:5: intervall` · `watchkeeper check` says what is wrong; mend it, then reload."
    )
  }

  @Test("pages that do not go out are told with the receiver, the age and the number") func undelivered() throws {
    let notice = try #require(notices(waiting: 300).first)
    #expect(notice.state == .critical)
    #expect(
      text(notice.phrase) == "on-call/webhook has not taken a notification for 5\u{202f}min; 3 wait.")
  }

  @Test("samples that an endpoint does not take are told after two minutes with the endpoint's words") func unsent()
    throws
  {
    func all(_ seconds: Int64, _ outage: String?) -> [StatedPhrase] {
      ShellNotices(
        refused: nil, store: StoreHealth(), waiting: [:],
        unsent: [("central", Self.now.advanced(by: .seconds(-seconds)), outage)], now: Self.now
      ).all
    }
    #expect(all(119, "HTTP 503").isEmpty)
    let notice = try #require(all(600, "HTTP 503").first)
    #expect(notice.state == .warning && text(notice.phrase) == "Samples for central have waited for 10\u{202f}min.")
    #expect(text(notice.detail).hasPrefix("Remote write: HTTP 503."))
    let slow = text(all(600, nil).first?.detail)
    #expect(slow.contains("`max_samples_per_send`"))
  }

  @Test("damage names its newest place; a note of the store is none") func damaged() throws {
    var store = StoreHealth()
    store.findings = [StoreFinding(.note, file: "a", place: "", problem: "set aside")]
    #expect(notices(store: store).isEmpty)
    store.findings.append(StoreFinding(.damage, file: "2026-11-20.sqlite", place: "chunk 17", problem: "bad checksum"))
    let notice = try #require(notices(store: store).first)
    #expect(text(notice.phrase).contains("in 1 place;"))
    #expect(text(notice.detail).contains("`2026-11-20.sqlite: chunk 17: bad checksum`"))
  }

  @Test("damage is told for a day") func damageOfYesterday() {
    var store = StoreHealth()
    for (hours, expected) in [(23, 1), (25, 0)] as [(Int64, Int)] {
      let found = Self.now.advanced(by: .seconds(-3600 * hours))
      store.findings = [StoreFinding(.damage, file: "a", place: "", problem: "b", foundAt: found)]
      #expect(notices(store: store).count == expected)
    }
  }

  @Test("the count is that of the channel that is named") func severalChannels() throws {
    let waiting = [
      "on-call/webhook": (count: 3, oldest: Self.now.advanced(by: .seconds(-300))),
      "on-call/email": (count: 4, oldest: Self.now.advanced(by: .seconds(-200))),
    ]
    let all = ShellNotices(refused: nil, store: StoreHealth(), waiting: waiting, now: Self.now).all
    #expect(
      text(try #require(all.first).phrase).hasPrefix("on-call/webhook ")
        && text(all.first?.phrase).hasSuffix("; 3 wait."))
  }

  @Test("a disk that refuses is told with its words, before damage and configuration") func unsaved() throws {
    var store = StoreHealth()
    store.lag = .seconds(45)
    store.lastError = "no space left on device"
    store.findings = [StoreFinding(.damage, file: "a", place: "", problem: "b")]
    let all = notices(refused: SettingsErrors(errors: []), store: store)
    #expect(all.count == 2)
    let first = try #require(all.first)
    #expect(text(first.phrase) == "Samples have not reached the disk for 45\u{202f}s.")
    #expect(text(first.detail).contains("no space left on device"))
  }
}
