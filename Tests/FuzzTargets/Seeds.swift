import Foundation
import PromQL
import Telemetry
import Yams

@testable import Interchange
@testable import TimeSeriesStore

/// What the fuzzer starts from: the expressions of our rules and tests, and a scrape of this machine with what becomes
/// of it, so that nothing made up by a person limits it.
struct Seeds {
  private let folder: URL
  private let expressions: [String]
  private let scrape: String

  /// - Parameters:
  ///   - path: holds `scrape`, what an exporter answered; a folder for each target is made beside it.
  ///   - statements: a folder of published statements (`eval instant at …`), where there is one.
  init(into path: String, statements: String?) throws {
    folder = URL(filePath: path)
    scrape = try String(contentsOf: folder.appending(path: "scrape"), encoding: .utf8)
    expressions = try Self.rules() + Self.literals(in: "Tests/PromQLTests") + (statements.map(Self.published) ?? [])
  }

  func write() throws {
    try words.write(to: folder.appending(path: "words"), atomically: true, encoding: .utf8)
    let patterns = ["~node_.*", "~(?i)([a-z]+)-\\d{1,3}|x", "~(?P<name>[^/]*)/(.*)", "~\\pL*$"]
    try write(expressions + patterns, for: "promql")
    try write(expressions, for: "evaluation")
    let pieces = self.pieces
    try write(pieces.map { "\u{0}" + $0 } + pieces.map { "\u{1}" + $0 + "# EOF\n" }, for: "exposition")
    let series = try pieces.map(read)
    try write(series.flatMap { [[0] + one($0), [1] + two($0)] }, for: "remote-write")
    try write(series.flatMap(stored), for: "chunk")
    try write(DialogueSeeds.all, for: "dialogue")
    try write(DatagramSeeds.dns, for: "dns")
    try write(DatagramSeeds.syslog, for: "syslog")
    try write([Self.module], for: "mib")
    try write(MessageSeeds.all, for: "snmp")
    try write(Self.literals(in: "Tests/ProbesTests").filter { $0.contains("|") }, for: "plugins")
    try write(Self.literals(in: "Tests/ProbesTests"), for: "conditions")
  }

  /// One of each kind of definition.
  private static let module = """
    A-MIB DEFINITIONS ::= BEGIN
    IMPORTS enterprises, OBJECT-TYPE FROM SNMPv2-SMI DisplayString FROM SNMPv2-TC;
    a MODULE-IDENTITY LAST-UPDATED "2026" ORGANIZATION "o" ::= { enterprises 9 }
    T ::= TEXTUAL-CONVENTION DISPLAY-HINT "255a" STATUS current DESCRIPTION "d" SYNTAX OCTET STRING (SIZE (0..9 | 12))
    E ::= [APPLICATION 2] IMPLICIT INTEGER { up(1), down(-2) }
    t OBJECT-TYPE SYNTAX SEQUENCE OF R MAX-ACCESS not-accessible STATUS current DESCRIPTION "d" ::= { a 1 }
    r OBJECT-TYPE SYNTAX R MAX-ACCESS not-accessible STATUS current INDEX { k, IMPLIED n } ::= { t 1 }
    R ::= SEQUENCE { k Integer32, n T, e E }
    k OBJECT-TYPE SYNTAX Integer32 (1..9) MAX-ACCESS not-accessible STATUS current ::= { r 1 }
    n OBJECT-TYPE SYNTAX T ACCESS read-only STATUS mandatory ::= { r 2 }
    e OBJECT-TYPE SYNTAX E UNITS "u" MAX-ACCESS read-only STATUS current DEFVAL { up } ::= { r 3 }
    v NOTIFICATION-TYPE OBJECTS { e } STATUS current ::= { a 0 1 } -- comment
    w TRAP-TYPE ENTERPRISE a VARIABLES { e } ::= 5
    M MACRO ::= BEGIN TYPE NOTATION ::= "x" END
    END
    """

  // MARK: Expressions

  private struct RuleFile: Decodable {
    struct Group: Decodable { let rules: [Rule] }
    struct Rule: Decodable { let expr: String }
    let groups: [Group]
  }

  private static func rules() throws -> [String] {
    try files(in: "rules", ending: ".yaml").filter { !$0.path.hasSuffix(".test.yaml") }.flatMap { file in
      try YAMLDecoder().decode(RuleFile.self, from: Data(contentsOf: file)).groups.flatMap(\.rules).map(\.expr)
    }
  }

  /// Queries among them, and what no query should look like.
  private static func literals(in path: String) throws -> [String] {
    try files(in: path, ending: ".swift").flatMap { file in
      let text = try String(contentsOf: file, encoding: .utf8)
      return text.matches(of: /"((?:[^"\\\n]|\\.)+)"/).map { String($0.1).replacing("\\\"", with: "\"") }
    }.filter { $0.count > 1 && $0.utf8.count < 1000 }
  }

  private static func published(in path: String) throws -> [String] {
    try files(in: path, ending: ".test").flatMap { file in
      try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
        line.firstMatch(of: /^\s*eval\w*\s+(?:instant\s+at\s+\S+|range\s+from.*?step\s+\S+)\s+(.+)$/).map {
          String($0.1)
        }
      }
    }
  }

  private static func files(in path: String, ending: String) throws -> [URL] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try FileManager.default.contentsOfDirectory(at: URL(filePath: path), includingPropertiesForKeys: nil)
      .filter { $0.path.hasSuffix(ending) }.sorted { $0.path < $1.path }
  }

  /// A dictionary for libFuzzer.
  private var words: String {
    let language = [
      "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset", "and", "or", "unless", "atan2",
      "anchored", "smoothed", "fill", "fill_left", "fill_right", "start()", "end()", "step()", "range()", "min_of(",
      "max_of(", "sum", "avg", "min", "max", "count", "stddev", "stdvar", "topk", "bottomk", "quantile", "count_values",
      "group", "limitk", "limit_ratio", "[5m]", "[1h:1m]", "@ 0", "{le=", "=~", "!~", "!=", "1e300", "Inf", "NaN",
      "0x1f",
      "292y", "1ms", "</", ">/",
    ]
    let functions = FunctionReference.entries.map { $0.name + "(" }
    return (language + functions).map { "\"\($0)\"" }.joined(separator: "\n") + "\n"
  }

  // MARK: A scrape and what becomes of it

  private typealias Series = (labels: LabelSet, value: Double)

  /// Whole families, a few lines each.
  private var pieces: [String] {
    let lines = scrape.split(separator: "\n").map { $0 + "\n" }
    return stride(from: 0, to: lines.count, by: 12).map { lines[$0..<min(lines.count, $0 + 12)].joined() }
  }

  private func read(_ piece: String) throws -> [Series] {
    var table = ScrapeTable(labelling: SeriesLabelling(target: .empty))
    var labels: [LabelSet] = []
    let round = try table.read(Array(piece.utf8), .text, at: .epoch) { series throws(AppendError) in
      labels.append(series)
      return SeriesReference(slot: UInt32(labels.count - 1), generation: 1)
    }
    return zip(round.batch.references, round.batch.values).map { (labels[Int($0.slot)], $1) }
  }

  private func one(_ series: [Series]) -> [UInt8] {
    var request = Message()
    for (labels, value) in series {
      request.part(1) { message in
        for label in labels {
          message.part(1) {
            $0.text(1, label.name)
            $0.text(2, label.value)
          }
        }
        message.part(2) { $0.sample(value, at: 1_800_000_000_000) }
      }
    }
    return request.bytes.bytes
  }

  private func two(_ series: [Series]) -> [UInt8] {
    var request = Message()
    var symbols = [""]
    func symbol(_ text: String) -> UInt64 {
      if !symbols.contains(text) { symbols.append(text) }
      return UInt64(symbols.firstIndex(of: text) ?? 0)
    }
    for (labels, value) in series {
      request.part(5) { message in
        message.part(1) {
          for label in labels { for text in [label.name, label.value] { $0.bytes.appendVarint(symbol(text)) } }
        }
        message.part(2) { $0.sample(value, at: 1_800_000_000_000) }
        message.part(3) { $0.histogram(value) }
      }
    }
    for text in symbols { request.text(4, text) }
    return request.bytes.bytes
  }

  /// As each kind that the store's reader knows.
  private func stored(_ series: [Series]) -> [[UInt8]] {
    var columns = SampleColumns()
    var record = BatchRecord()
    for (index, (_, value)) in series.enumerated() {
      columns.append(Int64(index) * 15_000, value.bitPattern)
      let entry = BatchRecord.Entry(series: UInt32(index + 1), time: Int64(index), bits: value.bitPattern)
      record.inOrder.append(entry)
      if index % 3 == 0 { record.late.append(entry) }
      let histogram = NativeHistogram(
        schema: 1, count: 3, sum: value,
        positive: .init(spans: [.init(offset: 0, length: 2)], counts: [Double(index), 2]))
      columns.histograms.append(Int64(index) * 15_000, histogram)
      record.histograms.append(.init(series: 9, isLate: index % 2 == 0, time: Int64(index), histogram: histogram))
    }
    guard let first = series.first, let packed = record.encoded() else { return [] }
    let limits = ChunkLimits(samples: 4096, spanMilliseconds: .max)
    let unpacked = packed.dropFirst(4).withUnsafeBytes { Snappy.uncompress($0, limit: 1 << 20) } ?? []
    let images = ChunkImage.images(of: columns, limits: limits)
    let bodies =
      images.sorted { one, _ in one.kind == .numbers }.map(\.bytes)
      + [
        unpacked, packed, SeriesRow.encode(first.labels, number: Int64(series.count)), SealedIndex.encode([1, 5, 900]),
      ]
    return bodies.enumerated().map { kind, body in [UInt8(kind), 0, UInt8(series.count)] + body }
  }

  // MARK: Files

  private func write(_ texts: [String], for target: String) throws {
    try write(texts.map { Array($0.utf8) }, for: target)
  }

  private func write(_ seeds: [[UInt8]], for target: String) throws {
    let place = folder.appending(path: target)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    for (number, seed) in Set(seeds).sorted(by: { $0.lexicographicallyPrecedes($1) }).enumerated() {
      try Data(seed).write(to: place.appending(path: "seed-\(number)"))
    }
  }
}

/// Writes protobuf.
private struct Message {
  var bytes = ByteWriter()

  mutating func text(_ field: UInt64, _ text: String) { raw(field, Array(text.utf8)) }

  mutating func part(_ field: UInt64, _ fill: (inout Message) -> Void) {
    var inner = Message()
    fill(&inner)
    raw(field, inner.bytes.bytes)
  }

  mutating func number(_ field: UInt64, _ value: UInt64) {
    bytes.appendVarint(field << 3)
    bytes.appendVarint(value)
  }

  mutating func double(_ field: UInt64, _ value: Double) {
    bytes.appendVarint(field << 3 | 1)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func sample(_ value: Double, at time: UInt64) {
    double(1, value)
    number(2, time)
  }

  mutating func histogram(_ sum: Double) {
    number(1, 3)
    double(3, sum)
    part(11) { $0.number(2, 2) }
    part(12) { for delta in [2, 1] { $0.bytes.appendSigned(Int64(delta)) } }
    number(15, 1_800_000_000_000)
  }

  private mutating func raw(_ field: UInt64, _ content: [UInt8]) {
    bytes.appendVarint(field << 3 | 2)
    bytes.appendVarint(UInt64(content.count))
    bytes.append(contentsOf: content)
  }
}
