package import Telemetry

/// The header `Retry-After`.
package enum RetryAfter {
  /// - Returns: at most `DeliveryLimits.waitMax`; `nil` for text that is neither seconds nor a date.
  /// - Source: RFC 9110, section 10.2.3.
  package static func duration(_ text: String, at now: Timestamp) -> Duration? {
    let text = text.trimmed
    if !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
      return min(.seconds(Int64(text) ?? .max / 2000), DeliveryLimits.waitMax)
    }
    guard let date = WireTime(httpDate: text) else { return nil }
    return min(max(date.timestamp.elapsed(since: now), .zero), DeliveryLimits.waitMax)
  }
}

extension StringProtocol {
  /// Without ASCII blanks at both ends.
  var trimmed: String {
    let blanks: Set<Character> = [" ", "\t", "\r", "\n", "\r\n"]
    return String(drop { blanks.contains($0) }.reversed().drop { blanks.contains($0) }.reversed())
  }
}
