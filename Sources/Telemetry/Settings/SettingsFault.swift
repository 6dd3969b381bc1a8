/// What is wrong with a setting and how to write it: the id of a message in the `Wording` catalogue and its arguments.
///
/// A value rather than a text, because whoever reads it may read Chinese, and a log English. Secrets are no arguments.
public struct SettingsFault: Error, Hashable, Sendable {
  /// Stable, for example `fault.value.duration`.
  public let id: String
  public let arguments: [String: String]

  public init(_ id: String, _ arguments: [String: String] = [:]) {
    self.id = id
    self.arguments = arguments
  }

  /// What a library says, in its own words.
  ///
  /// - Parameter text: `what is wrong`, or `what is wrong – what to do`.
  public init(foreign text: String) {
    if let divider = text.firstRange(of: " – ") {
      self.init(
        "fault.foreign.advised",
        ["text": String(text[..<divider.lowerBound]), "advice": String(text[divider.upperBound...])])
    } else {
      self.init("fault.foreign.plain", ["text": text])
    }
  }
}

/// Carried by a `DecodingError`: the fault of the value, and beside which others it is one.
///
/// When another value is at fault itself, a default stands in for it, and the comparison would accuse the innocent.
public struct RefusedSetting: Error {
  public let fault: SettingsFault
  /// Keys of the same mapping.
  public let comparedKeys: [String]
  /// Where in the text of the value, from 0; `nil`: the value as a whole.
  public let character: Int?

  public init(_ fault: SettingsFault, beside keys: [String] = [], character: Int? = nil) {
    self.fault = fault
    self.character = character
    comparedKeys = keys
  }
}

extension DecodingError {
  /// A value that is refused.
  public static func refused(
    _ id: String, _ arguments: [String: String] = [:], at path: [any CodingKey], beside keys: [String] = []
  ) -> DecodingError {
    refused(SettingsFault(id, arguments), at: path, beside: keys)
  }

  public static func refused(
    _ fault: SettingsFault, at path: [any CodingKey], beside keys: [String] = [], character: Int? = nil
  ) -> DecodingError {
    .dataCorrupted(
      .init(
        codingPath: path, debugDescription: fault.id,
        underlyingError: RefusedSetting(fault, beside: keys, character: character)))
  }

  /// What a settings type says of a value; `nil` for what `Decodable` says itself.
  public var settingsFault: SettingsFault? {
    switch self {
    case .dataCorrupted(let context): (context.underlyingError as? RefusedSetting)?.fault
    default: nil
    }
  }
}
