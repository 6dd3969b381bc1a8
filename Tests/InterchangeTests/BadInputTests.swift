import Telemetry
import Testing

@testable import Interchange

/// Bodies that are small and mean much: refused by name before they take memory.
@Suite("Bad input")
struct BadInputTests {
  private func read(
    _ message: ProtobufText, _ version: RemoteWriteVersion, _ limits: RemoteWriteLimits
  ) throws(RemoteWriteError) -> RemoteWriteRound {
    var (table, store) = (RemoteWriteTable(limits: limits), Numbering())
    return try table.read(message.packed, version) { labels throws(AppendError) in try store.reference(labels) }
  }

  @Test("a sample or a histogram of two bytes counts as what it takes", arguments: [(UInt64(2), 900), (4, 200)])
  func emptySamples(_ field: UInt64, _ count: Int) throws {
    var message = ProtobufText()
    message.message(1) { series in
      RemoteWriteTests.series(["__name__": "a"], [])(&series)
      for _ in 0..<count { series.append([UInt8(field << 3 | 2), 0]) }
    }
    var limits = RemoteWriteLimits()
    #expect(try read(message, .one, limits).refused == 0)
    limits.expandedBytesMax = 20_000
    #expect(
      throws: RemoteWriteError(
        description: "one request of more than 20000 bytes once it is read, the limit – send fewer samples in each")
    ) { try read(message, .one, limits) }
  }

  @Test("a long symbol named again and again costs its series, and many such series the request")
  func longSymbols() throws {
    var message = ProtobufText()
    for text in ["", "__name__", String(repeating: "a", count: 40_000), "b"] { message.text(4, text) }
    message.message(5) { series in
      series.message(1, [1, 2, 3, 2])
      series.message(2) { $0.double(1, 1) }
    }
    for name in 2...3 as ClosedRange<UInt8> {
      message.message(5) { series in
        series.message(1, [1, name])
        series.message(2) { $0.double(1, 1) }
      }
    }
    var limits = RemoteWriteLimits()
    let round = try read(message, .two, limits)
    #expect(round.batch.count == 2 && round.refused == 1)
    #expect(round.refusal == "the labels of a series have more than 65536 bytes, the limit")
    limits.expandedBytesMax = 79_000
    #expect(throws: RemoteWriteError.self) { try read(message, .two, limits) }
  }

  @Test("series, symbols and buckets are counted while they are read")
  func counts() throws {
    var limits = RemoteWriteLimits()
    (limits.seriesMax, limits.symbolsMax, limits.bucketsMax) = (3, 3, 3)
    for (field, version, what) in [
      (1, .one, "more than 3 series in one request, the limit"),
      (5, .two, "more than 3 series in one request, the limit"),
      (4, .two, "more than 3 symbols in one request, the limit"),
    ] as [(Int, RemoteWriteVersion, String)] {
      var message = ProtobufText()
      for _ in 0..<4 { message.message(field, []) }
      // Damaged behind it: what stands there is not read any more.
      message.append([7])
      #expect(throws: RemoteWriteError(description: what)) { try read(message, version, limits) }
    }
    for field in [9, 10, 12, 13, 16] {
      var message = ProtobufText()
      message.message(1) { series in series.message(4) { $0.message(field, [UInt8](repeating: 0, count: 80)) } }
      #expect(throws: RemoteWriteError(description: "a histogram has more than 3 buckets, the limit")) {
        try read(message, .one, limits)
      }
    }
  }
}
