internal import FoundationEssentials

/// Reading JSON bodies.
enum JSONText {
  /// - Returns: `nil` when the bytes are not JSON of this shape.
  static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) -> Value? {
    try? JSONDecoder().decode(type, from: Data(bytes))
  }
}
