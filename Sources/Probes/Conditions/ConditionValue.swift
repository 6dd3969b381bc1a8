/// What a part of a condition is: what may be compared with what is known before the first answer comes.
enum ConditionType: String, Hashable {
  case truth, number, text, duration, size
  /// Out of a JSON body: any of the others, a list, an object or null, known when it is looked at.
  case json
  case list
}

/// A value while a condition is evaluated.
enum ConditionValue: Hashable, Sendable {
  case truth(Bool)
  case number(Double)
  case text(String)
  /// Seconds.
  case duration(Double)
  case bytes(Double)
  case list([ConditionValue])
  case object([String: ConditionValue])
  case null
  /// There is no such thing, and why; comparing it fails.
  case missing(String)

  /// For an explanation, one line of at most 80 characters.
  var shown: String {
    let text =
      switch self {
      case .truth(let truth): truth ? "true" : "false"
      case .number(let number): Self.shown(number)
      case .text(let text): "'\(text)'"
      case .duration(let seconds): Self.shown(seconds: seconds)
      case .bytes(let bytes): "\(Self.shown(bytes))B"
      case .list(let list): "a list of \(list.count)"
      case .object(let members): "an object of \(members.count)"
      case .null: "null"
      case .missing(let why): why
      }
    let line = text.map { $0.isNewline ? " " : $0 }
    return line.count <= 80 ? String(line) : String(line.prefix(79)) + "…"
  }

  private static func shown(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : "\(number)"
  }

  private static func shown(seconds: Double) -> String {
    // Any number can be written, also one beyond what an integer holds.
    if abs(seconds) >= 172_800 { return shown((seconds / 86_400).rounded(.towardZero)) + "d" }
    if abs(seconds) >= 10 { return shown(seconds.rounded(.towardZero)) + "s" }
    return shown((seconds * 1000).rounded()) + "ms"
  }
}

/// What a condition can ask of an answer. A value that costs something is made when it is asked for.
protocol ConditionSubject {
  func value(of root: ConditionRoot) -> ConditionValue
  func header(_ name: String) -> ConditionValue
  func body() -> ConditionValue
}

/// The words that a condition begins with.
enum ConditionRoot: String, CaseIterable, Sendable {
  case status, time, ip, redirects, size
  /// How long the certificate is still valid.
  case certificate = "cert"
  case version
  case text
  case tlsVersion = "tls.version"
  case tlsCipher = "tls.cipher"
  case resolve = "time.resolve"
  case connect = "time.connect"
  case handshake = "time.tls"
  case processing = "time.processing"
  case transfer = "time.transfer"
  /// The answer's content as JSON.
  case body
  case headers

  var type: ConditionType {
    switch self {
    case .status, .redirects, .version: .number
    case .time, .certificate, .resolve, .connect, .handshake, .processing, .transfer: .duration
    case .ip, .text, .tlsVersion, .tlsCipher: .text
    case .size: .size
    case .body: .json
    case .headers: .text
    }
  }
}
