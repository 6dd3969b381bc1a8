import PromQL
import Testing

/// Statements whose answers were worked out by hand from the language's description, by class.
@Suite("Statements worked out by hand")
struct StatementTests {
  struct Script: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    var testDescription: String { name }
  }

  @Test("each holds", arguments: [anchors, collisions, fills, limits, names, ranges, staleness, subqueries, angles])
  func holds(_ script: Script) throws {
    let outcomes = try TestScript(parsing: script.text).run()
    #expect(!outcomes.isEmpty)
    for outcome in outcomes {
      #expect(outcome.passed, "\(script.name):\(outcome.line): \(outcome.query): \(outcome.difference ?? "")")
    }
  }

  /// m{job="a"} has at every tenth second that second's number.
  static let anchors = Script(
    name: "@, offset, start() and end()",
    text: """
      load 10s
        m{job="a"} 0+10x100
        m{job="b"} 0+20x100

      eval instant at 10s m{job="a"} @ 100
        m{job="a"} 100

      eval instant at 25s m{job="a"} @ 39.999
        m{job="a"} 30

      eval instant at 25s m{job="a"} @ 40.000
        m{job="a"} 40

      eval instant at 0 sum(m @ 50 offset 20s)
        {} 90

      eval instant at 0 sum(m offset 20s @ 50)
        {} 90

      eval instant at 0 m{job="a"} @ 50 offset -30s
        m{job="a"} 80

      eval instant at 20s m{job="a"} offset -30s
        m{job="a"} 50

      eval instant at 40s m{job="a"} @ start() + m{job="a"} @ end()
        {job="a"} 80

      eval range from 10s to 30s step 10s m{job="a"} @ start()
        m{job="a"} 10 10 10

      eval range from 10s to 30s step 10s m{job="a"} @ end() offset 10s
        m{job="a"} 20 20 20

      eval range from 0 to 20s step 10s sum_over_time((m{job="a"} @ end())[20s:10s])
        {job="a"} 40 40 40

      eval range from 0 to 20s step 10s sum_over_time(m{job="a"}[20s:10s] @ end())
        {job="a"} 30 30 30

      eval instant at 0 rate(m{job="a"}[20s] @ 100)
        {job="a"} 1

      eval instant at 0 sum_over_time(m{job="a"}[30s:10s] @ 100)
        {job="a"} 270

      eval instant at 0 sum_over_time(m{job="a"}[30s:10s] @ 100 offset 20s)
        {job="a"} 210

      eval instant at 0 sum_over_time(m{job="a"}[30s:10s] offset -20s @ 100)
        {job="a"} 330

      eval instant at 0 sum_over_time((m{job="a"} @ 50)[30s:10s] @ 100)
        {job="a"} 150

      eval instant at 0 sum_over_time((m{job="a"} @ 50 offset 20s)[30s:10s] @ 100)
        {job="a"} 90

      eval instant at 0 sum_over_time((m{job="a"} offset 20s)[30s:10s] @ 100)
        {job="a"} 210

      eval instant at 0 sum_over_time(sum_over_time(m{job="a"}[20s:10s] @ 50)[30s:10s] @ 100)
        {job="a"} 270

      eval instant at 0 timestamp(m{job="a"} @ 33)
        {job="a"} 30

      eval instant at 0 m{job="a"} @ 5000

      """)

  static let collisions = Script(
    name: "two elements with the same labels",
    text: """
      load 5m
        n_a{x="1"} 1 2
        n_b{x="1"} 3 4
        n_c{x="1",y="1"} 5
        n_c{x="1",y="2"} 6

      eval instant at 0 ceil({__name__=~"n_a|n_b"})
        expect fail msg: vector cannot contain metrics with the same labelset

      eval instant at 5m rate({__name__=~"n_a|n_b"}[10m])
        expect fail msg: vector cannot contain metrics with the same labelset

      eval range from 0 to 5m step 5m -{__name__=~"n_a|n_b"}
        expect fail msg: vector cannot contain metrics with the same labelset

      eval instant at 0 label_replace(n_c, "y", "", "", "")
        expect fail msg: vector cannot contain metrics with the same labelset

      # An aggregation takes the names away before they can clash.
      eval instant at 0 sum(ceil({__name__=~"n_a|n_b"}))
        {} 4

      eval instant at 0 n_c * on (x) n_a
        expect fail regex: many-to-one matching must be explicit

      eval instant at 0 n_a * on (x) n_c
        expect fail regex: found duplicate series for the match group \\{x="1"\\} on the right hand-side

      eval instant at 0 n_c * on (x) group_left n_a
        {x="1",y="1"} 5
        {x="1",y="2"} 6

      eval instant at 0 n_a * on (x) group_right n_c
        {x="1",y="1"} 5
        {x="1",y="2"} 6

      """)

  static let fills = Script(
    name: "fill, fill_left, fill_right",
    text: """
      load 1m
        l{k="a"} 1
        l{k="b"} 2
        r{k="b"} 10
        r{k="c"} 20
        many{k="a",i="1"} 1
        many{k="a",i="2"} 2
        many{k="z",i="3"} 3
        one{k="a",v="x"} 10
        one{k="q",v="y"} 20

      eval instant at 0 l + fill(0) r
        {k="a"} 1
        {k="b"} 12
        {k="c"} 20

      eval instant at 0 l - fill_left(5) r
        {k="b"} -8
        {k="c"} -15

      eval instant at 0 l - fill_right(5) r
        {k="a"} -4
        {k="b"} -8

      eval instant at 0 l - fill_left(1) fill_right(2) r
        {k="a"} -1
        {k="b"} -8
        {k="c"} -19

      eval instant at 0 l < bool fill(0) r
        {k="a"} 0
        {k="b"} 1
        {k="c"} 1

      eval instant at 0 many + on (k) group_left fill_right(100) one
        {k="a",i="1"} 11
        {k="a",i="2"} 12
        {k="z",i="3"} 103

      eval instant at 0 many + on (k) group_left fill_left(0) one
        {k="a",i="1"} 11
        {k="a",i="2"} 12
        {k="q"} 20

      eval instant at 0 many + on (k) group_left (v) fill(0) one
        {k="a",i="1",v="x"} 11
        {k="a",i="2",v="x"} 12
        {k="z",i="3"} 3
        {k="q",v="y"} 20

      eval instant at 0 one - on (k) group_right fill_left(100) many
        {k="a",i="1"} 9
        {k="a",i="2"} 8
        {k="z",i="3"} 97

      eval instant at 0 nothing + fill(1) nothing_else

      """)

  static let limits = Script(
    name: "limitk and limit_ratio",
    text: """
      load 1m
        s{g="1",i="1"} 1
        s{g="1",i="2"} 2
        s{g="1",i="3"} 3
        s{g="2",i="4"} 4
        s{g="2",i="5"} 5
        s{g="2",i="6"} 6

      eval instant at 0 count by (g) (limitk by (g) (2, s))
        {g="1"} 2
        {g="2"} 2

      eval instant at 0 limitk(2, s) unless s

      eval instant at 0 count(limitk(100, s))
        {} 6

      eval instant at 0 limitk(0, s)

      eval instant at 0 limitk(-1, s)

      eval instant at 0 s unless limit_ratio(1, s)

      eval instant at 0 s unless limit_ratio(-1, s)

      eval instant at 0 limit_ratio(0, s)

      eval instant at 0 limit_ratio(0.6, s) and limit_ratio(-0.4, s)

      eval instant at 0 s unless (limit_ratio(0.6, s) or limit_ratio(-0.4, s))

      eval instant at 0 limit_ratio(0.2, s) unless limit_ratio(0.6, s)

      eval range from 0 to 2m step 1m count(limit_ratio(0.6, s) or limit_ratio(-0.4, s))
        {} 6 6 6

      eval instant at 0 s unless limit_ratio(1.1, s)
        expect warn

      eval instant at 0 limit_ratio(NaN, s)
        expect fail

      """)

  static let names = Script(
    name: "where the metric's name goes, and when",
    text: """
      load 5m
        m{env="1"} 0+60x3

      eval instant at 5m +m
        m{env="1"} 60

      eval instant at 5m -m
        {env="1"} -60

      eval instant at 5m m * 1
        {env="1"} 60

      eval instant at 5m m > 0
        m{env="1"} 60

      eval instant at 5m m > bool 0
        {env="1"} 1

      eval instant at 5m m == m
        m{env="1"} 60

      eval instant at 5m m and m or m unless vector(1)
        m{env="1"} 60

      eval instant at 5m topk(1, m)
        m{env="1"} 60

      eval instant at 5m sort(m offset 5m)
        m{env="1"} 0

      eval instant at 5m last_over_time(m[10m])
        m{env="1"} 60

      eval instant at 5m max_over_time(m[10m])
        {env="1"} 60

      eval instant at 5m rate(m[10m])
        {env="1"} 0.1

      eval instant at 5m timestamp(m)
        {env="1"} 300

      eval instant at 5m clamp_min(m, 100)
        {env="1"} 100

      # The name goes at the end of the query: until then it can be read, and another put in its place.
      eval instant at 5m label_replace(abs(m), "was", "$1", "__name__", "(.*)")
        {env="1",was="m"} 60

      eval instant at 5m label_replace(abs(m), "__name__", "n", "", "")
        n{env="1"} 60

      eval range from 0 to 5m step 5m label_replace(rate(m[10m]), "__name__", "rate_of_$1", "__name__", "(.*)")
        rate_of_m{env="1"} _ 0.1

      """)

  static let ranges = Script(
    name: "range queries",
    text: """
      load 1m
        g 0 1 _ _ 4
        z 1 _x5 2
        c 0+1x5

      eval range from 0 to 4m step 1m g
        g 0 1 1 1 4

      eval range from 0 to 90s step 30s g
        g 0 0 1 1

      eval range from 0 to 100s step 30s g
        g 0 0 1 1

      # A sample that is exactly five minutes old is not seen.
      eval range from 0 to 7m step 1m z
        z 1 1 1 1 1 _ 2 2

      eval instant at 3m c[2m]
        expect range vector from 2m to 3m step 1m
        c 2 3

      eval range from 0 to 2m step 1m c > 1
        c _ _ 2

      eval range from 0 to 2m step 1m c and on () (c >= 1)
        c _ 1 2

      eval range from 0 to 2m step 1m 3
        {} 3 3 3

      eval range from 0 to 2m step 1m time()
        {} 0 60 120

      eval range from 1m to 1m step 1m c
        c 1

      eval range from 0 to 2m step 1m c + on () absent(nothing)
        {} 1 2 3

      eval range from 0 to 3m step 1m sum_over_time(c[90s])
        {} 0 1 3 5

      """)

  static let staleness = Script(
    name: "staleness",
    text: """
      load 10s
        s 0 1 stale 2

      eval instant at 10s s
        s 1

      eval instant at 19s s
        s 1

      eval instant at 20s s

      eval instant at 29s s

      eval instant at 30s s
        s 2

      eval instant at 5m29s s
        s 2

      eval instant at 5m30s s

      eval instant at 30s s offset 10s

      eval instant at 30s s offset 11s
        s 1

      eval instant at 30s count_over_time(s[1m])
        {} 3

      eval instant at 30s count_over_time(s[30s])
        {} 2

      eval instant at 20s last_over_time(s[10s])

      eval instant at 20s last_over_time(s[11s])
        s 1

      eval instant at 30s count_over_time(s[40s:10s])
        {} 3

      eval instant at 20s absent(s)
        {} 1

      eval range from 0 to 40s step 10s s
        s 0 1 _ 2 2

      eval instant at 30s changes(s[1m])
        {} 2

      """)

  static let subqueries = Script(
    name: "subqueries",
    text: """
      load 10s
        q 0+1x30

      eval instant at 100s sum_over_time(q[30s:10s])
        {} 27

      eval instant at 105s sum_over_time(q[30s:10s])
        {} 27

      eval instant at 99s sum_over_time(q[30s:10s])
        {} 24

      eval instant at 20s sum_over_time(q[20s:7s])
        {} 1

      eval instant at 20s count_over_time(q[20s:7s])
        {} 2

      eval instant at 200s sum_over_time(q[2m:])
        {} 30

      eval instant at 100s sum_over_time(q[30s:10s] offset 20s)
        {} 21

      eval instant at 50s sum_over_time(q[30s:10s] offset -20s)
        {} 18

      # Before 1970 too the instants are multiples of the step.
      eval instant at 5s sum_over_time(vector(time())[30s:10s])
        {} -30

      eval instant at 0 sum_over_time(vector(time())[30s:10s])
        {} -30

      eval instant at 0 min_over_time(vector(time())[31s:10s])
        {} -30

      eval instant at 0 sum_over_time(vector(time())[30s:10s] @ -45)
        {} -180

      eval instant at 100s max_over_time(sum_over_time(q[20s:10s])[30s:10s])
        {} 19

      eval range from 100s to 110s step 5s sum_over_time(q[30s:10s])
        {} 27 27 30

      eval instant at 100s rate(q[40s:10s])
        {} 0.1

      """)

  static let angles = Script(
    name: "trigonometry",
    text: """
      load 5m
        t{v="a"} 1
        t{v="b"} -1
        t{v="c"} 0
        t{v="d"} NaN

      \(angle("sin", "0.8414709848078965 -0.8414709848078965 0 NaN"))
      \(angle("cos", "0.5403023058681398 0.5403023058681398 1 NaN"))
      \(angle("tan", "1.5574077246549023 -1.5574077246549023 0 NaN"))
      \(angle("asin", "1.5707963267948966 -1.5707963267948966 0 NaN"))
      \(angle("acos", "0 3.141592653589793 1.5707963267948966 NaN"))
      \(angle("atan", "0.7853981633974483 -0.7853981633974483 0 NaN"))
      \(angle("sinh", "1.1752011936438014 -1.1752011936438014 0 NaN"))
      \(angle("cosh", "1.543080634815244 1.543080634815244 1 NaN"))
      \(angle("tanh", "0.7615941559557649 -0.7615941559557649 0 NaN"))
      \(angle("asinh", "0.881373587019543 -0.881373587019543 0 NaN"))
      \(angle("acosh", "0 NaN NaN NaN"))
      \(angle("atanh", "Inf -Inf 0 NaN"))
      \(angle("deg", "57.29577951308232 -57.29577951308232 0 NaN"))
      \(angle("rad", "0.017453292519943295 -0.017453292519943295 0 NaN"))
      eval instant at 0 pi()
        3.141592653589793

      eval instant at 0 t{v="a"} atan2 on () t{v="c"}
        {} 1.5707963267948966

      """)

  /// A statement about the four elements of `t`.
  private static func angle(_ function: String, _ values: String) -> String {
    let lines = zip(["a", "b", "c", "d"], values.split(separator: " ")).map { "  {v=\"\($0)\"} \($1)" }
    return "eval instant at 0 \(function)(t)\n\(lines.joined(separator: "\n"))\n"
  }
}
