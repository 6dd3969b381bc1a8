internal import Records

/// Takes a password out of what a server says of a login: some quote what they were sent, and a reason is seen by
/// whoever may see the probe.
struct LoginRedaction {
  private let forms: [String]

  /// Shorter passwords are left: letters of ordinary words would be taken for them. The default is 4 bytes.
  static let bytesMin = 4
  private static let mark = "(secret)"

  init(_ credentials: ServiceCredentials) {
    let password = credentials.password.reveal()
    guard password.utf8.count >= Self.bytesMin else {
      forms = []
      return
    }
    // As it is, as a quoted text has it, and as SASL's PLAIN and LOGIN send it.
    let escaped = password.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    let plain = [0] + Array(credentials.userName.utf8) + [0] + Array(password.utf8)
    let encoded = [Array(password.utf8), plain].map { String(decoding: Base64.encoded($0), as: UTF8.self) }
    forms = [password, escaped] + encoded
  }

  func redacted(_ failure: ExchangeFailure) -> ExchangeFailure {
    ExchangeFailure(failure.reason, redacted(failure.text))
  }

  func redacted(_ text: String) -> String {
    var text = text
    for form in forms { text = cutOff(form, text.replacing(form, with: Self.mark)) }
    return text
  }

  /// What is quoted of an answer may end in the middle of it.
  private func cutOff(_ form: String, _ text: String) -> String {
    guard let end = text.lastIndex(of: "…") else { return text }
    let kept = text[..<end]
    var part = form.dropLast()
    while part.utf8.count >= Self.bytesMin {
      if kept.hasSuffix(part) { return "\(kept.dropLast(part.count))\(Self.mark)\(text[end...])" }
      part = part.dropLast()
    }
    return text
  }
}
