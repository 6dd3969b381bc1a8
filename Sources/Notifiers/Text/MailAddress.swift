/// A mail address with the name to show, for example `On call <ops@example.org>`.
///
/// The address itself is ASCII of the usual shape; quoted local parts and addresses in other scripts are refused.
public struct MailAddress: Hashable, Sendable {
  public let name: String
  /// Bare: `ops@example.org`.
  public let address: String

  /// - Returns: `nil` when `text` holds no single address.
  public init?(_ text: String) {
    let text = text.trimmed
    if text.hasSuffix(">"), let open = text.lastIndex(of: "<") {
      address = String(text[text.index(after: open)...].dropLast())
      let shown = text[..<open].trimmed
      let isQuoted = shown.count >= 2 && shown.hasPrefix("\"") && shown.hasSuffix("\"")
      name = isQuoted ? String(shown.dropFirst().dropLast()) : shown
    } else {
      address = text
      name = ""
    }
    guard address.utf8.count <= 254, Self.isAddress(address) else { return nil }
  }

  /// A list as Alertmanager writes it, with commas between.
  ///
  /// - Returns: `nil` when one of them is no address, or there is none.
  public static func list(_ text: String) -> [MailAddress]? {
    var parts = [""]
    var isQuoted = false
    for character in text {
      if character == "\"" { isQuoted.toggle() }
      if character == ",", !isQuoted { parts.append("") } else { parts[parts.count - 1].append(character) }
    }
    let addresses = parts.compactMap { MailAddress($0) }
    return addresses.count == parts.count ? addresses : nil
  }

  var domain: String { String(address[address.index(after: address.lastIndex(of: "@") ?? address.startIndex)...]) }

  /// For a header.
  var headerText: String { name.isEmpty ? address : "\(EncodedWord.phrase(name)) <\(address)>" }

  private static func isAddress(_ text: String) -> Bool {
    let halves = text.split(separator: "@", omittingEmptySubsequences: false)
    guard halves.count == 2, !halves[1].isEmpty else { return false }
    let local = halves[0].split(separator: ".", omittingEmptySubsequences: false)
    let domain = halves[1].split(separator: ".", omittingEmptySubsequences: false)
    return halves[0].utf8.count <= 64
      && local.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { isAtomByte($0) } }
      && domain.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") } }
  }

  /// - Source: RFC 5322, section 3.2.3.
  private static func isAtomByte(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
