import ServiceTime
import Telemetry
import Testing

@Suite("Interval lists")
struct IntervalTests {
  private func at(_ second: Int) -> Timestamp { Timestamp(milliseconds: Int64(second) * 1000) }

  private func list(_ pairs: [(Int, Int)]) -> IntervalList {
    IntervalList(pairs.compactMap { Interval(from: at($0.0), to: at($0.1)) })
  }

  @Test("an empty interval does not exist")
  func neverEmpty() {
    #expect(Interval(from: at(1), to: at(1)) == nil)
    #expect(Interval(from: at(2), to: at(1)) == nil)
    #expect(Interval(from: at(2), lasting: .zero) == nil)
  }

  @Test("half-open: neighbours do not overlap, but become one in a list")
  func halfOpen() throws {
    let left = try #require(Interval(from: at(0), to: at(5)))
    let right = try #require(Interval(from: at(5), to: at(9)))
    #expect(!left.overlaps(right))
    #expect(!left.contains(at(5)))
    #expect(IntervalList([right, left]) == list([(0, 9)]))
  }

  @Test("the earliest fit")
  func fits() {
    let free = list([(0, 5), (10, 12), (20, 30)])
    #expect(free.nextFit(.seconds(5), from: at(0)) == at(0))
    #expect(free.nextFit(.seconds(5), from: at(1)) == at(20))
    #expect(free.nextFit(.seconds(2), from: at(5)) == at(10))
    #expect(free.nextFit(.seconds(2), from: at(11)) == at(20))
    #expect(free.nextFit(.seconds(11), from: at(0)) == nil)
    #expect(free.nextFit(.seconds(1), from: at(30)) == nil)
    #expect(IntervalList.empty.nextFit(.seconds(1), from: at(0)) == nil)
  }

  @Test("set operations agree with sets of seconds", arguments: 1...200)
  func algebra(_ seed: Int) {
    var generator = SplitMix(seed: UInt64(seed))
    let pairs = {
      (0..<Int(generator.next() % 7)).map { _ -> (Int, Int) in
        let from = Int(generator.next() % 60)
        return (from, from + Int(generator.next() % 12))
      }
    }
    let left = pairs()
    let right = pairs()
    let seconds = { (pairs: [(Int, Int)]) in Set(pairs.flatMap { Array($0.0..<$0.1) }) }
    let members = { (list: IntervalList) in Set((0..<80).filter { list.contains(at($0)) }) }
    #expect(members(list(left)) == seconds(left))
    #expect(members(list(left).union(list(right))) == seconds(left).union(seconds(right)))
    #expect(members(list(left).intersection(list(right))) == seconds(left).intersection(seconds(right)))
    let difference = list(left).subtracting(list(right))
    #expect(members(difference) == seconds(left).subtracting(seconds(right)))
    #expect(zip(difference.intervals, difference.intervals.dropFirst()).allSatisfy { $0.to < $1.from })
  }
}

/// A seeded generator, so that a failure repeats.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
