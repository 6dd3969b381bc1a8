extension Decoder {
  /// Throws when the mapping has a key that `Keys` does not know.
  func refuseUnknownKeys<Keys: CodingKey & CaseIterable & RawRepresentable<String>>(_ keys: Keys.Type) throws {
    let known = Keys.allCases.map(\.rawValue)
    for key in try container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: codingPath + [key],
          debugDescription: "key '\(key.stringValue)' is not known here – write one of: "
            + known.sorted().joined(separator: ", ")))
    }
  }
}

struct AnyKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(stringValue: String) {
    self.stringValue = stringValue
    intValue = nil
  }

  init(intValue: Int) {
    stringValue = String(intValue)
    self.intValue = intValue
  }
}

/// A text that a writer may leave unquoted although it reads as a number or a truth value.
struct ScalarText: Decodable {
  let text: String

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let text = try? value.decode(String.self) {
      self.text = text
    } else if let number = try? value.decode(Int64.self) {
      text = String(number)
    } else if let flag = try? value.decode(Bool.self) {
      text = flag ? "true" : "false"
    } else {
      text = GoFloatText.text(try value.decode(Double.self), .general)
    }
  }
}

extension KeyedDecodingContainer {
  /// A mapping of texts, empty when absent.
  func texts(forKey key: Key) throws -> [String: String] {
    try decodeIfPresent([String: ScalarText].self, forKey: key)?.mapValues(\.text) ?? [:]
  }
}
