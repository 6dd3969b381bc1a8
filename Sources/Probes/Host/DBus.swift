internal import CLinux
internal import Glibc

/// Why a question to systemd has no answer.
struct DBusError: Error, CustomStringConvertible {
  let description: String
  var code: Int32 = 0
}

/// A client of D-Bus that only calls methods and reads their answers, for systemd's own socket and the system bus.
///
/// - Source: the D-Bus specification, sections "Message Protocol" and "Authentication Protocol".
final class DBusConnection {
  /// A longer answer is refused; the default is 16 MiB (a thousand units have 300 KiB).
  static let messageBytesMax = 16 << 20
  /// Seconds that an answer may take; the default is 2.
  static let patienceSeconds = 2

  private let descriptor: Int32
  private var serial: UInt32 = 0
  private let destination: String?
  private var pending: [UInt8] = []

  /// - Parameter isBus: whether a daemon stands between, which wants to be greeted and told whom to ask.
  init(path: String, isBus: Bool) throws(DBusError) {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    destination = isBus ? "org.freedesktop.systemd1" : nil
    guard descriptor >= 0 else { throw DBusError(description: String(cString: strerror(errno)), code: errno) }
    watchkeeper_socket_patience(descriptor, Int32(Self.patienceSeconds))
    guard watchkeeper_connect_unix(descriptor, path) == 0 else {
      throw DBusError(description: "\(path): \(String(cString: strerror(errno)))", code: errno)
    }
    let user = String(geteuid()).utf8.map { String($0, radix: 16) }.joined()
    try send(Array("\0AUTH EXTERNAL \(user)\r\n".utf8))
    var line: [UInt8] = []
    while line.last != UInt8(ascii: "\n"), line.count < 512 { line += try receive(1) }
    guard line.starts(with: "OK ".utf8) else {
      throw DBusError(description: "\(path) refuses the login: \(String(decoding: line, as: UTF8.self).trimmedLine)")
    }
    try send(Array("BEGIN\r\n".utf8))
    if isBus {
      let greeting = DBusMessage.call(
        serial: next(), path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus", member: "Hello",
        destination: "org.freedesktop.DBus", arguments: [])
      _ = try answers(to: [greeting])
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  struct Call {
    let path: String
    let interface: String
    let member: String
    var arguments: [String] = []
  }

  /// Sends all calls at once. - Returns: the answers' bodies in the order of the calls; `nil` where one failed.
  func ask(_ calls: [Call]) throws(DBusError) -> [[UInt8]?] {
    try answers(
      to: calls.map {
        DBusMessage.call(
          serial: next(), path: $0.path, interface: $0.interface, member: $0.member, destination: destination,
          arguments: $0.arguments)
      })
  }

  private func next() -> UInt32 {
    serial &+= 1
    return serial
  }

  private func answers(to calls: [(serial: UInt32, bytes: [UInt8])]) throws(DBusError) -> [[UInt8]?] {
    try send(calls.flatMap(\.bytes))
    var found: [UInt32: [UInt8]?] = [:]
    let wanted = Set(calls.map(\.serial))
    while found.count < calls.count {
      let message = try receiveMessage()
      guard let serial = message.replySerial, wanted.contains(serial) else { continue }  // a signal
      found[serial] = .some(message.isError ? nil : message.body)
    }
    return calls.map { found[$0.serial] ?? nil }
  }

  private func receiveMessage() throws(DBusError) -> DBusMessage {
    let fixed = try receive(16)
    guard let sizes = DBusMessage.sizes(fixed), sizes.fields + sizes.body <= Self.messageBytesMax else {
      throw DBusError(description: "an answer is no message of D-Bus, or too long")
    }
    let rest = try receive((sizes.fields + 7) / 8 * 8 + sizes.body)
    guard let message = DBusMessage(fixed, rest, sizes) else {
      throw DBusError(description: "an answer is no message of D-Bus")
    }
    return message
  }

  private func send(_ bytes: [UInt8]) throws(DBusError) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw DBusError(description: "the connection broke: \(String(cString: strerror(errno)))") }
      sent += count
    }
  }

  private func receive(_ count: Int) throws(DBusError) -> [UInt8] {
    while pending.count < count {
      var part = [UInt8](repeating: 0, count: 1 << 16)
      let read = recv(descriptor, &part, part.count, 0)
      guard read > 0 else {
        throw DBusError(
          description: read == 0 ? "the connection was closed" : "no answer: \(String(cString: strerror(errno)))")
      }
      pending += part[..<read]
    }
    let taken = Array(pending[..<count])
    pending.removeFirst(count)
    return taken
  }
}

/// A message, little-endian as every machine that runs Debian's amd64 and arm64 writes it.
struct DBusMessage {
  let isError: Bool
  let replySerial: UInt32?
  let body: [UInt8]

  static func sizes(_ fixed: [UInt8]) -> (fields: Int, body: Int)? {
    guard fixed.count == 16, fixed[0] == UInt8(ascii: "l"), fixed[3] == 1 else { return nil }
    var reader = DBusReader(fixed)
    reader.position = 4
    guard let body = reader.number(), reader.number() != nil, let fields = reader.number() else { return nil }
    return (Int(fields), Int(body))
  }

  init?(_ fixed: [UInt8], _ rest: [UInt8], _ sizes: (fields: Int, body: Int)) {
    isError = fixed[1] == 3
    body = Array(rest.suffix(sizes.body))
    var reader = DBusReader(rest)
    var serial: UInt32?
    while reader.position < sizes.fields {
      reader.align(8)
      guard let code = reader.byte(), let signature = reader.signature() else { return nil }
      switch signature {
      case "u":
        guard let value = reader.number() else { return nil }
        if code == 5 { serial = value }
      case "s", "o": guard reader.text() != nil else { return nil }
      case "g": guard reader.signature() != nil else { return nil }
      default: return nil
      }
    }
    replySerial = serial
  }

  static func call(
    serial: UInt32, path: String, interface: String, member: String, destination: String?, arguments: [String]
  ) -> (serial: UInt32, bytes: [UInt8]) {
    var body = DBusWriter()
    for argument in arguments { body.text(argument) }
    var fields = DBusWriter()
    fields.field(1, "o", path)
    fields.field(2, "s", interface)
    fields.field(3, "s", member)
    if let destination { fields.field(6, "s", destination) }
    if !arguments.isEmpty {
      fields.align(8)
      fields.bytes += [8]
      fields.signature("g")
      fields.signature(String(repeating: "s", count: arguments.count))
    }
    var message = DBusWriter()
    message.bytes += [UInt8(ascii: "l"), 1, 0, 1]
    message.number(UInt32(body.bytes.count))
    message.number(serial)
    message.number(UInt32(fields.bytes.count))
    message.bytes += fields.bytes
    message.align(8)
    return (serial, message.bytes + body.bytes)
  }
}

struct DBusWriter {
  var bytes: [UInt8] = []

  mutating func align(_ size: Int) { while bytes.count % size != 0 { bytes.append(0) } }

  mutating func number(_ value: UInt32) {
    align(4)
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }

  mutating func text(_ value: String) {
    number(UInt32(value.utf8.count))
    bytes += value.utf8
    bytes.append(0)
  }

  mutating func signature(_ value: String) {
    bytes.append(UInt8(value.utf8.count))
    bytes += value.utf8
    bytes.append(0)
  }

  mutating func field(_ code: UInt8, _ type: String, _ value: String) {
    align(8)
    bytes.append(code)
    signature(type)
    text(value)
  }
}

/// Reads values out of a message; every step is bounds-checked and gives `nil` past the end.
struct DBusReader {
  private let bytes: [UInt8]
  var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position >= bytes.count }

  mutating func align(_ size: Int) { position = (position + size - 1) / size * size }

  mutating func byte() -> UInt8? {
    guard position < bytes.count else { return nil }
    position += 1
    return bytes[position - 1]
  }

  mutating func number() -> UInt32? {
    align(4)
    guard position + 4 <= bytes.count else { return nil }
    defer { position += 4 }
    return (0..<4).reduce(0) { $0 | UInt32(bytes[position + $1]) << UInt32(8 * $1) }
  }

  mutating func longNumber() -> UInt64? {
    align(8)
    guard position + 8 <= bytes.count else { return nil }
    defer { position += 8 }
    return (0..<8).reduce(0) { $0 | UInt64(bytes[position + $1]) << UInt64(8 * $1) }
  }

  /// The place of a string or object path.
  mutating func textRange() -> Range<Int>? {
    guard let length = number(), Int(length) < bytes.count - position else { return nil }
    let range = position..<(position + Int(length))
    position = range.upperBound + 1
    return range
  }

  mutating func text() -> String? { textRange().map { String(decoding: bytes[$0], as: UTF8.self) } }

  mutating func signature() -> String? {
    guard let length = byte(), position + Int(length) < bytes.count else { return nil }
    defer { position += Int(length) + 1 }
    return String(decoding: bytes[position..<(position + Int(length))], as: UTF8.self)
  }
}
