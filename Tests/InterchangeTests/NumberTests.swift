import Testing

@testable import Interchange

@Suite("Numbers in exposition formats")
struct NumberTests {
  private func read(_ text: String) -> Double? {
    let bytes = Array((text + "\n").utf8)
    return bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return nil }
      var position = 0
      guard let value = NumberScan.number(base, &position), position == bytes.count - 1 else { return nil }
      return value
    }
  }

  @Test(
    "reads what Swift reads, to the last bit",
    arguments: [
      "0", "-0", "1", "+1", "007", "123456789012345678", "9007199254740993", "18446744073709551616", "0.1", "-0.5",
      "1.", ".5", "3.14159265358979", "0.30000000000000004", "1e22", "1e23", "1.7976931348623157e308", "5e-324",
      "2.2250738585072011e-308", "1E+3", "1.5e-7", "8.3835e-05", "123456.789e3", "9999999999999999999",
      "0.000000000000000000000000000001", "1e-400",
    ])
  func likeSwift(_ text: String) {
    #expect(read(text)?.bitPattern == Double(text)?.bitPattern)
  }

  @Test("reads any double as Swift writes it")
  func roundTrips() {
    var generator = SplitMix(seed: 7)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      #expect(read("\(value)")?.bitPattern == value.bitPattern)
    }
    for _ in 0..<20_000 {
      let value = Double(Int64(truncatingIfNeeded: generator.next()) % 100_000_000) / 1000
      #expect(read("\(value)")?.bitPattern == value.bitPattern)
    }
  }

  @Test("knows the words", arguments: ["NaN", "nan", "Inf", "+Inf", "-Inf", "inf", "Infinity", "-infinity"])
  func words(_ text: String) throws {
    let value = try #require(read(text))
    #expect(value.isNaN == text.lowercased().contains("nan"))
    #expect(value.isNaN || value.isInfinite && (value < 0) == text.hasPrefix("-"))
  }

  @Test(
    "refuses what Prometheus refuses",
    arguments: [
      "", "-", ".", "e5", "1e", "1e+", "0x10", "0x1p3", "1_000", "1e400", "--1", "1.2.3", "-nan", "infi", "1e5x",
    ])
  func refuses(_ text: String) { #expect(read(text) == nil) }
}

/// A sequence of numbers that is the same in each run.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func next(below bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
