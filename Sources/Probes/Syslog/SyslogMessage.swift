/// One message of a log, as far as it is counted: who says it, how grave it is, and what it says.
///
/// - Source: RFC 5424; RFC 3164 for the older form, which each program writes in its own way.
struct SyslogMessage {
  enum Fault: String, Error, CaseIterable, Sendable {
    case noPriority = "no_priority"
    case badPriority = "bad_priority"
    case version
    case header
    case structuredData = "structured_data"
  }

  let facility: UInt8
  let severity: UInt8
  /// Empty when the message does not say.
  let host: UnsafeRawBufferPointer
  let application: UnsafeRawBufferPointer
  let text: UnsafeRawBufferPointer

  static let facilities = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
    "audit",
    "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
  ]
  static let severities = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"]

  /// - Parameter bytes: one message without its framing; what is read points into it.
  init(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
    var reader = Reader(bytes)
    let priority = try reader.priority()
    (facility, severity) = (priority >> 3, priority & 7)
    if reader.isDigit, !reader.hasBSDTime {
      (host, application) = try reader.modernHeader()
    } else {
      (host, application) = reader.oldHeader()
    }
    text = reader.rest()
  }

  private struct Reader {
    let bytes: UnsafeRawBufferPointer
    var place = 0

    init(_ bytes: UnsafeRawBufferPointer) {
      self.bytes = bytes
      var end = bytes.count
      while end > 0, [0, 0x0a, 0x0d].contains(bytes[end - 1]) { end -= 1 }
      self.end = end
    }

    let end: Int

    var isDigit: Bool { place < end && (0x30...0x39).contains(bytes[place]) }

    func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }

    /// `<0>` to `<191>`.
    mutating func priority() throws(Fault) -> UInt8 {
      guard place < end, bytes[place] == UInt8(ascii: "<") else { throw .noPriority }
      place += 1
      let start = place
      var number = 0
      while isDigit, place - start < 3 {
        number = number * 10 + Int(bytes[place] - 0x30)
        place += 1
      }
      guard place > start, place < end, bytes[place] == UInt8(ascii: ">"), number <= 191 else { throw .badPriority }
      place += 1
      return UInt8(number)
    }

    /// Up to the next blank, which is passed.
    private mutating func word(atMost limit: Int) throws(Fault) -> UnsafeRawBufferPointer {
      let start = place
      while place < end, bytes[place] != 0x20 {
        guard (0x21...0x7e).contains(bytes[place]), place - start < limit else { throw .header }
        place += 1
      }
      guard place > start, place < end else { throw .header }
      place += 1
      let word = slice(start..<place - 1)
      // The dash says that there is none.
      return word.count == 1 && word[0] == UInt8(ascii: "-") ? slice(start..<start) : word
    }

    /// `1 TIME HOST APPLICATION PROCESS MESSAGE-ID [STRUCTURED-DATA]`.
    mutating func modernHeader() throws(Fault) -> (host: UnsafeRawBufferPointer, application: UnsafeRawBufferPointer) {
      let version = try word(atMost: 3)
      guard version.count == 1, version[0] == UInt8(ascii: "1") else { throw .version }
      _ = try word(atMost: 40)
      let host = try word(atMost: 255)
      let application = try word(atMost: 48)
      _ = try word(atMost: 128)
      _ = try word(atMost: 32)
      try structuredData()
      return (host, application)
    }

    private mutating func structuredData() throws(Fault) {
      guard place < end else { throw .structuredData }
      if bytes[place] == UInt8(ascii: "-") {
        place += 1
      } else {
        while place < end, bytes[place] == UInt8(ascii: "[") { try element() }
      }
      guard place == end || bytes[place] == 0x20 else { throw .structuredData }
      if place < end { place += 1 }
    }

    private mutating func element() throws(Fault) {
      var isQuoted = false
      while place < end {
        let byte = bytes[place]
        place += 1
        if isQuoted, byte == UInt8(ascii: "\\") {
          place += 1
        } else if byte == UInt8(ascii: "\"") {
          isQuoted.toggle()
        } else if byte == UInt8(ascii: "]"), !isQuoted {
          return
        }
      }
      throw .structuredData
    }

    /// `Mmm dd hh:mm:ss` stands here.
    var hasBSDTime: Bool {
      guard end - place >= 15 else { return false }
      let time = slice(place..<place + 15)
      return time[3] == 0x20 && time[6] == 0x20 && time[9] == UInt8(ascii: ":") && time[12] == UInt8(ascii: ":")
    }

    /// `Mmm dd hh:mm:ss HOST TAG[PROCESS]: `, of which everything may be absent.
    mutating func oldHeader() -> (host: UnsafeRawBufferPointer, application: UnsafeRawBufferPointer) {
      var host = slice(place..<place)
      if hasBSDTime {
        place += 15
        if place < end, bytes[place] == 0x20 { place += 1 }
        let start = place
        var stop = start
        while stop < end, bytes[stop] != 0x20 { stop += 1 }
        // Programs on this very host leave the host out; its place is then the tag's, which ends in a colon.
        if stop > start, stop < end, bytes[stop - 1] != UInt8(ascii: ":"), stop - start <= 255 {
          host = slice(start..<stop)
          place = stop + 1
        }
      }
      let start = place
      var stop = start
      while stop < end, stop - start <= 48, Self.isOfTag(bytes[stop]) { stop += 1 }
      guard stop > start, stop < end, stop - start <= 48,
        bytes[stop] == UInt8(ascii: ":") || bytes[stop] == UInt8(ascii: "[")
      else { return (host, slice(start..<start)) }
      let application = slice(start..<stop)
      if bytes[stop] == UInt8(ascii: "[") {
        while stop < end, bytes[stop] != UInt8(ascii: "]") { stop += 1 }
        stop = min(end, stop + 1)
      }
      if stop < end, bytes[stop] == UInt8(ascii: ":") { stop += 1 }
      if stop < end, bytes[stop] == 0x20 { stop += 1 }
      place = stop
      return (host, application)
    }

    private static func isOfTag(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
      default:
        [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "@")].contains(byte)
      }
    }

    /// Without the mark of UTF-8 that RFC 5424 wants before a text in it.
    func rest() -> UnsafeRawBufferPointer {
      let isMarked =
        end - place >= 3 && bytes[place] == 0xef && bytes[place + 1] == 0xbb && bytes[place + 2] == 0xbf
      return slice((isMarked ? place + 3 : place)..<end)
    }
  }
}

/// Messages over TCP: each begins with its length in digits and a blank, or ends with a line feed.
///
/// - Source: RFC 6587.
struct SyslogSplitter: MessageSplitter {
  private var pending: [UInt8] = []
  /// The rest of a line that was too long is passed over.
  private var isPassing = false

  mutating func append(_ bytes: UnsafeRawBufferPointer, each: (UnsafeRawBufferPointer) -> Void) -> Bool {
    pending += bytes
    var start = 0
    defer { pending.removeFirst(start) }
    reading: while start < pending.count {
      switch frame(from: start) {
      case .broken: return false
      case .unfinished: break reading
      case .whole(let content, let end):
        start = end
        if isPassing {
          isPassing = false
        } else if !content.isEmpty {
          pending.withUnsafeBytes { each(UnsafeRawBufferPointer(rebasing: $0[content])) }
        }
      }
    }
    if pending.count - start > Receiver.messageBytesMax {
      isPassing = true
      start = pending.count
    }
    return true
  }

  private enum Frame {
    case whole(content: Range<Int>, end: Int)
    case unfinished
    case broken
  }

  private func frame(from start: Int) -> Frame {
    guard !isPassing, (0x31...0x39).contains(pending[start]) else {
      guard let line = pending[start...].firstIndex(where: { $0 == 0x0a || $0 == 0 }) else { return .unfinished }
      return .whole(content: start..<line, end: line + 1)
    }
    var (number, place) = (0, start)
    while place < pending.count, (0x30...0x39).contains(pending[place]), place - start < 5 {
      number = number * 10 + Int(pending[place] - 0x30)
      place += 1
    }
    guard place < pending.count else { return .unfinished }
    guard pending[place] == 0x20, number <= Receiver.messageBytesMax else { return .broken }
    let content = place + 1..<place + 1 + number
    return content.upperBound <= pending.count ? .whole(content: content, end: content.upperBound) : .unfinished
  }
}
