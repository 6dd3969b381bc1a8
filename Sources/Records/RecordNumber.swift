/// A number for people, unique in the installation and given out without gaps, for example `INC-214`.
public struct RecordNumber: Hashable, Comparable, Sendable {
  public let kind: RecordKind
  public let number: Int

  public init(_ kind: RecordKind, _ number: Int) {
    self.kind = kind
    self.number = number
  }

  /// - Returns: `nil` unless `text` reads like `INC-214`; the prefix may be lower case.
  public init?(_ text: String) {
    guard let dash = text.lastIndex(of: "-"), let kind = RecordKind(rawValue: text[..<dash].uppercased()),
      let number = Int(text[text.index(after: dash)...]), number > 0
    else { return nil }
    self.init(kind, number)
  }

  public static func < (left: RecordNumber, right: RecordNumber) -> Bool {
    (left.kind.rawValue, left.number) < (right.kind.rawValue, right.number)
  }
}

/// The kinds of numbered records, by prefix.
public enum RecordKind: String, CaseIterable, Hashable, Sendable {
  case incident = "INC"
  case maintenanceTask = "MT"
  case maintenanceWindow = "MW"
}

extension RecordNumber: CustomStringConvertible, Codable {
  public var description: String { "\(kind.rawValue)-\(number)" }

  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let number = RecordNumber(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not a record number: \(text)"))
    }
    self = number
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
