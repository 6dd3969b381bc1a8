/// Reads the binary form in which the IANA time zone database is installed.
/// - Source: RFC 9636, "The Time Zone Information Format (TZif)", sections 3.1 to 3.3.
struct TZifReader {
  /// No zone comes near; today's largest file has 4 KiB.
  static let fileBytesMax = 256 * 1024

  private let zone: String
  private let bytes: [UInt8]
  private var cursor = 0

  private struct Header {
    let version: UInt8
    let utIndicators: Int
    let standardIndicators: Int
    let leapSeconds: Int
    let transitions: Int
    let types: Int
    let characters: Int

    func blockBytes(timeBytes: Int) -> Int {
      transitions * (timeBytes + 1) + types * 6 + characters + leapSeconds * (timeBytes + 4) + standardIndicators
        + utIndicators
    }
  }

  static func read(_ bytes: [UInt8], zone: String) throws(TimeZoneError) -> TimeZoneRules {
    guard bytes.count <= fileBytesMax else {
      throw .damaged(zone: zone, problem: "\(bytes.count) bytes, at most \(fileBytesMax) are read")
    }
    var reader = TZifReader(zone: zone, bytes: bytes)
    return try reader.rules()
  }

  private init(zone: String, bytes: [UInt8]) {
    self.zone = zone
    self.bytes = bytes
  }

  private mutating func rules() throws(TimeZoneError) -> TimeZoneRules {
    let first = try header()
    guard first.version >= UInt8(ascii: "2") else { return try block(first, timeBytes: 4, hasFooter: false) }
    _ = try take(first.blockBytes(timeBytes: 4))
    return try block(try header(), timeBytes: 8, hasFooter: true)
  }

  private mutating func header() throws(TimeZoneError) -> Header {
    guard bytes.count - cursor >= 44, bytes[cursor..<cursor + 4].elementsEqual("TZif".utf8) else {
      throw .notTZif(zone: zone)
    }
    cursor += 4
    let version = bytes[cursor]
    cursor += 16
    let header = Header(
      version: version, utIndicators: try count(), standardIndicators: try count(), leapSeconds: try count(),
      transitions: try count(), types: try count(), characters: try count())
    guard header.leapSeconds == 0 else { throw .leapSeconds(zone: zone) }
    guard (1...256).contains(header.types) else { throw damaged("\(header.types) local time types") }
    return header
  }

  private mutating func block(
    _ header: Header, timeBytes: Int, hasFooter: Bool
  ) throws(TimeZoneError) -> TimeZoneRules {
    let start = cursor
    guard header.blockBytes(timeBytes: timeBytes) <= bytes.count - start else { throw damaged("it is cut short") }
    var times: [Int] = []
    for _ in 0..<header.transitions { times.append(try integer(timeBytes)) }
    guard zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }) else { throw damaged("transitions out of order") }
    let indices = try take(header.transitions).map(Int.init)
    guard indices.allSatisfy({ $0 < header.types }) else { throw damaged("a transition names an unknown type") }
    let types = try localOffsets(header)
    cursor = start + header.blockBytes(timeBytes: timeBytes)
    return TimeZoneRules(
      name: zone, initial: types[0],
      transitions: zip(times, indices).map { TimeZoneRules.Transition(second: $0, offset: types[$1]) },
      footer: hasFooter ? try footer() : nil)
  }

  private mutating func localOffsets(_ header: Header) throws(TimeZoneError) -> [LocalOffset] {
    var raw: [(seconds: Int, season: LocalOffset.Season, name: Int)] = []
    for _ in 0..<header.types {
      let seconds = try integer(4)
      guard (-89_999...93_599).contains(seconds) else { throw damaged("an offset of \(seconds) seconds") }
      let tail = Array(try take(2))
      raw.append((seconds, tail[0] == 0 ? .standard : .daylight, Int(tail[1])))
    }
    let characters = Array(try take(header.characters))
    var offsets: [LocalOffset] = []
    for type in raw {
      guard type.name < characters.count else { throw damaged("an abbreviation lies outside its table") }
      let name = characters[type.name...].prefix { $0 != 0 }
      offsets.append(
        LocalOffset(
          seconds: type.seconds, abbreviation: String(decoding: name, as: UTF8.self), season: type.season))
    }
    return offsets
  }

  private mutating func footer() throws(TimeZoneError) -> YearlyZoneRule? {
    guard try take(1).first == UInt8(ascii: "\n") else { throw damaged("its footer is missing") }
    guard let end = bytes[cursor...].firstIndex(of: UInt8(ascii: "\n")) else { throw damaged("its footer is cut") }
    let text = String(decoding: bytes[cursor..<end], as: UTF8.self)
    return text.isEmpty ? nil : try YearlyZoneRule(text, zone: zone)
  }

  private func damaged(_ problem: String) -> TimeZoneError { .damaged(zone: zone, problem: problem) }

  private mutating func take(_ count: Int) throws(TimeZoneError) -> ArraySlice<UInt8> {
    guard count <= bytes.count - cursor else { throw damaged("it is cut short") }
    defer { cursor += count }
    return bytes[cursor..<cursor + count]
  }

  /// A count from the header. Each counted thing takes a byte at least, so no count exceeds the file.
  private mutating func count() throws(TimeZoneError) -> Int {
    let value = try integer(4)
    guard (0...Self.fileBytesMax).contains(value) else { throw damaged("a count of \(value)") }
    return value
  }

  private mutating func integer(_ width: Int) throws(TimeZoneError) -> Int {
    var pattern: UInt64 = 0
    for byte in try take(width) { pattern = pattern << 8 | UInt64(byte) }
    return width == 4 ? Int(Int32(truncatingIfNeeded: pattern)) : Int(Int64(bitPattern: pattern))
  }
}
