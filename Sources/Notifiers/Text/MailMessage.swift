internal import Records
internal import Telemetry

/// The bytes of a mail: a function of the message alone, so that every attempt sends the same.
///
/// - Source: RFC 5322; RFC 3834 for `Auto-Submitted`.
struct MailMessage {
  let message: NotificationMessage
  let from: MailAddress
  let to: [MailAddress]

  /// Lines of text kept: 500.
  static let linesMax = 500
  /// Characters of a line kept: 2,000.
  static let lineCharactersMax = 2000
  /// Characters of the subject kept: 200.
  static let subjectCharactersMax = 200

  var bytes: [UInt8] {
    let boundary = "=_" + Digest(ofParts: ["boundary", message.idempotencyKey]).hexadecimal.prefix(32)
    var text = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
    text += "Content-Type: multipart/alternative; boundary=\"\(boundary)\"\r\n\r\n"
    text += part("text/plain", plainLines, boundary)
    text += part("text/html", htmlLines, boundary)
    text += "--\(boundary)--\r\n"
    return Array(text.utf8)
  }

  /// Stable, so that the far end can drop a second copy.
  var messageID: String { "<\(token("message", message.idempotencyKey))@\(from.domain)>" }

  private var headers: [(String, String)] {
    var headers = [
      ("From", from.headerText), ("To", to.map(\.headerText).joined(separator: ",\r\n ")),
      ("Subject", EncodedWord.text(PlainText.clipped(message.title, to: Self.subjectCharactersMax))),
      ("Date", WireTime(message.decidedAt).rfc5322), ("Message-ID", messageID),
    ]
    if let incident = message.incident {
      // Nobody sent a mail with this id: it only ties an incident's mails into one thread.
      let thread = "<\(token("thread", incident.description))@\(from.domain)>"
      headers += [("In-Reply-To", thread), ("References", thread)]
    }
    headers += [("Auto-Submitted", "auto-generated"), ("MIME-Version", "1.0")]
    return headers
  }

  private func token(_ purpose: String, _ key: String) -> String {
    String(Digest(ofParts: [purpose, key]).hexadecimal.prefix(32)) + ".watchkeeper"
  }

  private func part(_ type: String, _ lines: [String], _ boundary: String) -> String {
    "--\(boundary)\r\nContent-Type: \(type); charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
      + QuotedPrintable.encode(lines)
  }

  private var plainLines: [String] {
    var lines: [String] = []
    for (index, text) in message.texts.enumerated() {
      if index > 0 { lines += ["", "* * *", ""] }
      lines += shown(text.title) + [""] + text.lines.flatMap(shown)
      if index == 0 {
        lines += message.links.isEmpty ? [] : [""] + message.links.flatMap { shown("\($0.title): \($0.url)") }
      }
    }
    return Array(lines.prefix(Self.linesMax))
  }

  private var htmlLines: [String] {
    var lines = ["<!doctype html>", "<html><head><meta charset=\"utf-8\"></head><body>"]
    for (index, text) in message.texts.enumerated() {
      lines.append("<div lang=\"\(TextNotation.markup.escaped(PlainText.oneLine(text.language)))\">")
      lines.append("<h2>\(escaped(text.title))</h2>")
      lines += text.lines.prefix(Self.linesMax).map { "<p>\(escaped($0))</p>" }
      lines.append("</div>")
      if index == 0 { lines += linkList }
    }
    return lines + ["</body></html>"]
  }

  private var linkList: [String] {
    message.links.prefix(Self.linesMax).map { link in
      let url = PlainText.oneLine(link.url)
      let isWeb = url.hasPrefix("https://") || url.hasPrefix("http://")
      guard isWeb else { return "<p>\(escaped("\(link.title): \(url)"))</p>" }
      return "<p><a href=\"\(TextNotation.markup.escaped(url))\">\(escaped(link.title))</a></p>"
    }
  }

  private func shown(_ text: String) -> [String] {
    PlainText.lines(text).map { PlainText.clipped($0, to: Self.lineCharactersMax) }
  }

  private func escaped(_ text: String) -> String {
    shown(text).map(TextNotation.markup.escaped).joined(separator: "<br>")
  }
}
