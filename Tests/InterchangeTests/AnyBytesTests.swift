import Telemetry
import Testing

@testable import Interchange

/// Damaged and made-up input: an error or an answer, never a trap, and the same in each run.
@Suite("Any bytes")
struct AnyBytesTests {
  /// What our own writer makes of names and values that need every escape.
  static let bodies: [(body: [UInt8], format: ExpositionFormat)] = [ExpositionFormat.text, .openMetrics].map { format in
    let values = [0, -1.5, 1e300, .nan, .infinity, 12_345_678]
    let families = values.indices.map { index in
      ExpositionFamily(
        MetricMetadata(
          family: index % 2 == 0 ? "plain_\(index)_total" : "quoted \"\(index)", type: .counter, help: "a\\b\n\"c\""),
        [(LabelSet(["a": "x\\y\"z\n", "dotted.name": "\u{1f600}", "n": "\(index)"]), values[index]), (.empty, 1)])
    }
    return (Array(format.text(families).utf8), format)
  }

  @Test("our own text is read back as it was written", arguments: [ExpositionFormat.text, .openMetrics])
  func roundTrip(_ format: ExpositionFormat) throws {
    let labels = LabelSet(["__name__": "a.b", "v": "x\\y\"z\n\\n", "o dd": "é"])
    let family = ExpositionFamily(
      MetricMetadata(family: "a.b", type: .gauge, help: "h\\\n\"", unit: ""), [(labels.removingMetricName(), 0.1)])
    var bench = ScrapeBench()
    let round = try bench.read(format.text([family]), format)
    #expect(bench.store.labels == [labels] && round.batch.values == [0.1])
    #expect(round.metadata == [family.metadata])
  }

  private func damaged(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
    var bytes = bytes
    for _ in 0...random.next(below: 4) where !bytes.isEmpty {
      let place = random.next(below: bytes.count)
      switch random.next(below: 5) {
      case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(Array("\\\"{}=,# \n".utf8)[random.next(below: 9)], at: place)
      case 3: bytes.removeSubrange(place...)
      default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + random.next(below: 30))], at: place)
      }
    }
    return bytes
  }

  @Test("expositions")
  func expositions() {
    var random = SplitMix(seed: 11)
    var refused = 0
    for round in 0..<2000 {
      let seed = Self.bodies[round % 2]
      var table = ScrapeTable(labelling: SeriesLabelling(target: LabelSet(["n": "t"])))
      var store = Numbering()
      for body in [seed.body, damaged(seed.body, &random), seed.body] {
        do throws(ExpositionError) {
          _ = try table.read(body, seed.format, at: .epoch) { labels throws(AppendError) in try store.reference(labels)
          }
        } catch {
          refused += 1
          #expect(body != seed.body && error.line > 0)
        }
      }
    }
    #expect(refused > 300)
  }

  @Test("remote write")
  func remoteWrite() throws {
    var message = ProtobufText()
    for symbol in ["", "__name__", "h"] { message.text(4, symbol) }
    for number in 0..<3 {
      message.message(5) { series in
        series.message(1, [1, 2])
        series.message(2) { $0.double(1, Double(number)) }
        series.message(3, RemoteWriteTests.histogram)
      }
      message.message(1, RemoteWriteTests.series(["__name__": "a", "b": "\(number)"], [(1, 2)]))
    }
    var random = SplitMix(seed: 12)
    var refused = 0
    for round in 0..<2000 {
      let version = round % 2 == 0 ? RemoteWriteVersion.one : .two
      var plain = ProtobufText()
      plain.append(damaged(message.bytes, &random))
      let body = round % 3 == 0 ? damaged(message.packed, &random) : plain.packed
      var table = RemoteWriteTable()
      var store = Numbering()
      do throws(RemoteWriteError) {
        _ = try table.read(body, version) { labels throws(AppendError) in try store.reference(labels) }
      } catch {
        refused += 1
      }
    }
    #expect((150..<2000).contains(refused))
  }

  @Test("relabelling rules over odd labels")
  func relabelling() {
    var random = SplitMix(seed: 13)
    let pieces = ["$", "$1", "${", "${1}", "$x", "$$", "}", "é", "a", ";", "(", ")", ".*", "\\", "[", "|"]
    func text() -> String { (0..<random.next(below: 6)).map { _ in pieces[random.next(below: pieces.count)] }.joined() }
    for _ in 0..<2000 {
      let action = RelabelRule.Action.allCases[random.next(below: RelabelRule.Action.allCases.count)]
      guard let pattern = try? Pattern(text()) else { continue }
      let rule = RelabelRule(
        action: action, sourceLabels: ["a", text()], separator: text(), pattern: pattern, modulus: 7,
        targetLabel: text() + "t", replacement: text())
      let labels = LabelSet(["a": text(), "b": text(), "__name__": "m"])
      if let result = RelabelRule.apply([rule], to: labels) {
        #expect(zip(result.labels, result.labels.dropFirst()).allSatisfy { $0.name < $1.name })
        #expect(result.allSatisfy { !$0.value.isEmpty })
      }
    }
  }
}
