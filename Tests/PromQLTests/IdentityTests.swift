import PromQL
import Telemetry
import Testing

/// What must hold between queries whatever the data are, told in the test language.
@Suite("Identities between queries")
struct IdentityTests {
  private static let load = """
    load 20s
      x{a="1"} 0+7x40 3+1x40
      x{a="2"} 5 _ _ 2 NaN 4 stale 9x30
      h{a="1"} {{schema:1 sum:1 count:3 buckets:[1 2]}}+{{schema:1 sum:2 count:5 buckets:[2 3]}}x80
      h{a="2"} 1 2 3 {{schema:0 sum:4 count:4 buckets:[1 2 1]}}x20 4 5

    """

  private static func answers(_ texts: [String], at instant: String) throws -> [TestOutcome] {
    let script = load + "\n" + texts.map { "eval instant at \(instant) \($0)\n  expect no_warn\n\n" }.joined()
    return try TestScript(parsing: script).run()
  }

  @Test(
    "both queries answer the same",
    arguments: [
      ("x @ 300", "x offset 4m"), ("h @ 300", "h offset 4m"),
      ("rate(h{a=\"1\"}[3m] @ 300)", "rate(h{a=\"1\"}[3m] offset 4m)"),
      ("x @ start()", "x"), ("x @ end() offset 1m", "x offset 1m"),
      ("sum_over_time(x[5m:1m] @ 300)", "sum_over_time(x[5m:1m] offset 4m)"),
      ("last_over_time(x[1m:20s])", "last_over_time(x[1m:20s] @ 540)"),
      ("max_over_time((x + 1)[3m:20s])", "max_over_time(x[3m:20s]) + 1"),
      ("count_over_time(h[4m:20s])", "count_over_time(h[4m:20s] offset 0s)"),
      ("x + fill(0) x", "x + x"), ("x - fill_right(0) (x unless x)", "x + 0"),
      ("(x unless x) - fill_left(0) x", "0 - x"),
      ("histogram_count(h + h)", "histogram_count(h) + histogram_count(h)"),
      ("histogram_sum(sum(h{a=\"1\"}))", "sum(histogram_sum(h{a=\"1\"}))"),
      ("histogram_count(-h)", "-histogram_count(h)"), ("h * 2 / 2", "h + 0 * h"),
      ("histogram_fraction(-Inf, 2, h{a=\"1\"}) * histogram_count(h{a=\"1\"})", "histogram_count(h{a=\"1\"} </ 2)"),
    ])
  func same(_ left: String, _ right: String) throws {
    // Whatever differs from nothing, or stands on one side only, is an element of the answer.
    for (one, other) in [(left, right), (right, left)] {
      let both =
        "(\(one)) unless on (a) (((\(one)) == on (a) (\(other))) or (((\(one)) != (\(one))) and on (a) (\(other))))"
      for outcome in try Self.answers([both, "absent(\(one))"], at: "9m") {
        #expect(outcome.passed, "\(outcome.query): \(outcome.difference ?? "")")
      }
    }
  }

  @Test("limit_ratio chooses the complement for the ratio minus one, and limitk as many as asked for")
  func limits() throws {
    for outcome in try Self.answers(
      [
        "limit_ratio(0.3, {__name__=~\"x|h\"}) and on (__name__, a) limit_ratio(-0.7, {__name__=~\"x|h\"})",
        "count(limit_ratio(0.3, {__name__=~\"x|h\"}) or on (__name__, a) limit_ratio(-0.7, {__name__=~\"x|h\"})) != 4",
        "count(limitk(3, {__name__=~\"x|h\"})) != 3", "limitk(0, x)", "limit_ratio(0, x)",
      ], at: "9m")
    { #expect(outcome.passed, "\(outcome.query): \(outcome.difference ?? "")") }
  }

  @Test("what is no identity is noticed")
  func notices() throws {
    let outcomes = try Self.answers(["x unless on (a) (x == on (a) (x offset 1m))", "absent(nothing)"], at: "9m")
    #expect(outcomes.map(\.passed) == [false, false])
  }
}
