import PromQL
import Testing

@Suite("Presence of data")
struct PresenceTests {
  @Test(
    "conditions are taken out, labels stay",
    arguments: [
      ("up == 0", "up == bool 0"), ("time() - x > 60", "time() - x > bool 60"), ("5 < x", "5 < bool x"),
      ("a > on (i) group_left b", "a > bool on (i) group_left () b"),
      ("(a > 1) * 2", "(a > bool 1) * 2"), ("a > 1 and b < 2", "a > bool 1 and b < bool 2"),
      ("a > 1 unless on (i) b > 2", "a > bool 1"),
      ("count by (j) (up == 0) > 2", "count by (j) (up == bool 0) > bool 2"),
      ("-(a > 1)", "-(a > bool 1)"),
      // Nothing tells a false condition from missing data.
      ("up", nil), ("up == bool 0", nil), ("absent(up) > 0", nil), ("a > 1 or absent_over_time(b[5m]) == 1", nil),
      ("max_over_time((a > 1)[5m:1m])", nil),
    ] as [(String, String?)])
  func presence(_ text: String, _ expected: String?) throws {
    let presence = try Query(parsing: text).presence
    #expect(presence?.text == expected)
    if let presence { #expect(try Query(parsing: presence.text).expression == presence.expression) }
  }
}
