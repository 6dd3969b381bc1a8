import Foundation
import Records
import Telemetry
import Testing
import Transfers

@testable import WatchkeeperApp

@Suite("Heartbeat")
struct HeartbeatTests {
  private func heartbeat(_ more: String = "") throws -> Heartbeat {
    let text = "heartbeat: {url: \"https://watch.example.org/ping?key=s3cret\"\(more)}"
    let files = ConfigurationFiles(files: [.init(kind: .settings, path: "watchkeeper.yaml", text: text)])
    let configuration = try ConfigurationReader.read(
      files, hostName: "h", notifiers: CommandWorld.offlineNotifiers)
    return Heartbeat(settings: try #require(configuration.settings.heartbeat))
  }

  private static let well = Heartbeat.Ages(
    evaluation: .seconds(12), undelivered: .zero, delivered: .seconds(7200), roundInterval: .seconds(15))

  @Test("a beat carries the age of the last evaluation and of what waits, and of the last success") func carries()
    throws
  {
    var ages = Self.well
    ages.undelivered = .seconds(31)
    let url = try heartbeat().request(ages).url.reveal()
    #expect(
      url == "https://watch.example.org/ping?key=s3cret&evaluation_age_seconds=12&delivery_age_seconds=31"
        + "&last_delivery_age_seconds=7200")
    let fresh = try heartbeat().request(Heartbeat.Ages(evaluation: .seconds(1))).url.reveal()
    #expect(fresh.hasSuffix("&delivery_age_seconds=0&last_delivery_age_seconds=-1"))
  }

  @Test("an old success is no fault while nothing waits") func quietIsWell() throws {
    #expect(try heartbeat().verdict(Self.well, running: .seconds(9000)) == .send)
  }

  @Test("it stops when either is old, and goes on afterwards") func stops() throws {
    let heartbeat = try heartbeat()
    var ages = Self.well
    ages.evaluation = .seconds(180)
    #expect(heartbeat.verdict(ages, running: .seconds(9000)) == .send)
    ages.evaluation = .seconds(181)
    #expect(
      heartbeat.verdict(ages, running: .seconds(9000)) == .holdBack(why: "the last evaluation was 3m1s ago"))
    ages = Self.well
    ages.undelivered = .seconds(601)
    #expect(heartbeat.verdict(ages, running: .seconds(9000)) == .holdBack(why: "a notification has waited for 10m1s"))
    #expect(heartbeat.verdict(Self.well, running: .seconds(9000)) == .send)
  }

  @Test("limits are settings, and rules with long intervals are not late for it") func limits() throws {
    var ages = Self.well
    ages.evaluation = .seconds(50)
    let strict = try heartbeat(", evaluation_age_max: 40s")
    #expect(strict.verdict(ages, running: .seconds(9000)) == .holdBack(why: "the last evaluation was 50s ago"))
    ages.roundInterval = .seconds(25)
    #expect(strict.verdict(ages, running: .seconds(9000)) == .send)
  }

  @Test("before the first round there is neither a beat nor a fault, for a while") func begins() throws {
    let none = Heartbeat.Ages()
    #expect(try heartbeat().verdict(none, running: .seconds(100)) == .wait)
    #expect(try heartbeat().verdict(none, running: .seconds(181)) == .holdBack(why: "no rule was evaluated yet"))
  }
}
