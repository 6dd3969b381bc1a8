internal import SNMP

/// Values and keys of a device as the text of labels.
enum ObjectText {
  /// A label's value is cut to this many bytes, against devices that answer with pages.
  static let bytesMax = 256

  /// - Parameter values: words for the numbers of an enumeration, or for identifiers.
  static func of(
    _ value: ObjectValue, _ format: ObjectLabel.Format = .auto, _ values: [String: String] = [:]
  ) -> String {
    switch value {
    case .octets(let octets): return of(octets, format)
    case .objectIdentifier(let name): return name.octets.isEmpty ? "" : values[name.description] ?? name.description
    case .ipAddress(let octets): return octets.map(String.init).joined(separator: ".")
    case .integer(let number): return values[String(number)] ?? String(number)
    case .counter32(let number), .gauge32(let number), .timeTicks(let number):
      return values[String(number)] ?? String(number)
    case .counter64(let number): return String(number)
    case .real(let number): return String(number)
    case .opaque(let octets): return of(octets, .hex)
    case .null, .noSuchObject, .noSuchInstance, .endOfMIBView: return ""
    }
  }

  static func of(_ octets: [UInt8], _ format: ObjectLabel.Format) -> String {
    switch format {
    case .mac: return hex(octets, ":")
    case .hex: return hex(octets, "")
    case .ip: return address(octets)
    case .text: return cut(String(decoding: octets, as: UTF8.self))
    case .auto:
      // Devices end texts with zeros and pad them with blanks.
      var text = octets[...]
      while let last = text.last, last == 0 || last == 0x20 { text = text.dropLast() }
      let isPrintable = text.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x0a || $0 == 0x0d || $0 == 0x09 }
      guard isPrintable, let valid = String(validating: text, as: UTF8.self) else { return hex(octets, ":") }
      return cut(valid)
    }
  }

  private static func cut(_ text: String) -> String {
    guard text.utf8.count > bytesMax else { return text }
    var end = text.utf8.index(text.startIndex, offsetBy: bytesMax)
    while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
    return String(text[..<end])
  }

  private static func hex(_ octets: [UInt8], _ separator: String) -> String {
    let digits = octets.prefix(bytesMax / 3).map { octet in
      let text = String(octet, radix: 16)
      return octet < 16 ? "0" + text : text
    }
    return digits.joined(separator: separator)
  }

  private static func address(_ octets: [UInt8]) -> String {
    switch octets.count {
    case 4: return octets.map(String.init).joined(separator: ".")
    case 16:
      return stride(from: 0, to: 16, by: 2).map {
        String(UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]), radix: 16)
      }.joined(separator: ":")
    default: return hex(octets, ":")
    }
  }

  /// The parts of a row's key by the names that the table gives them; what does not fit is left out.
  static func parts(of key: [UInt8], _ index: [IndexPart]) -> [String: String] {
    var rest = numbers(of: key)[...]
    var parts: [String: String] = [:]
    for part in index {
      guard let text = part.kind.text(&rest) else { break }
      parts[part.name] = text
    }
    return parts
  }

  /// The numbers that the part of this name has in a row's key; `nil` when the key does not fit.
  static func numbers(of key: [UInt8], _ index: [IndexPart], part name: String) -> [UInt32]? {
    var rest = numbers(of: key)[...]
    for part in index {
      let before = rest
      guard part.kind.text(&rest) != nil else { return nil }
      if part.name == name { return Array(before.dropLast(rest.count)) }
    }
    return nil
  }

  /// A label shows 256 octets of a text; a device that answers with pages must not fill memory with the rest.
  static func bounded(_ value: ObjectValue) -> ObjectValue {
    switch value {
    case .octets(let octets) where octets.count > bytesMax: .octets(Array(octets.prefix(bytesMax)))
    case .opaque(let octets) where octets.count > bytesMax: .opaque(Array(octets.prefix(bytesMax)))
    default: value
    }
  }

  /// The numbers of a key, for one that no label names: `3` or `1.2.3`.
  static func dotted(_ key: [UInt8]) -> String { numbers(of: key).map(String.init).joined(separator: ".") }

  static func numbers(of key: [UInt8]) -> [UInt32] {
    var numbers: [UInt32] = []
    var value: UInt32 = 0
    for octet in key {
      value = value << 7 | UInt32(octet & 0x7f)
      if octet & 0x80 == 0 {
        numbers.append(value)
        value = 0
      }
    }
    return numbers
  }
}

extension IndexPart.Kind {
  /// - Parameter numbers: what is used is taken away.
  fileprivate func text(_ numbers: inout ArraySlice<UInt32>) -> String? {
    switch self {
    case .integer: return numbers.popFirst().map(String.init)
    case .string:
      guard let count = numbers.popFirst() else { return nil }
      return Self.octets(&numbers, Int(count)).map { ObjectText.of($0, .auto) }
    case .rest: return Self.octets(&numbers, numbers.count).map { ObjectText.of($0, .auto) }
    case .mac: return Self.octets(&numbers, 6).map { ObjectText.of($0, .mac) }
    case .ipv4: return Self.octets(&numbers, 4).map { ObjectText.of($0, .ip) }
    case .inet:
      guard numbers.popFirst() != nil, let count = numbers.popFirst() else { return nil }
      return Self.octets(&numbers, Int(count)).map { ObjectText.of($0, .ip) }
    }
  }

  private static func octets(_ numbers: inout ArraySlice<UInt32>, _ count: Int) -> [UInt8]? {
    guard count <= numbers.count else { return nil }
    defer { numbers = numbers.dropFirst(count) }
    return numbers.prefix(count).map { UInt8(clamping: $0) }
  }
}
