internal import Foundation
internal import Records
internal import Telemetry
internal import Wording

/// A number of bytes: `512`, `64MiB`, `2GB`.
struct ByteCountSetting: Decodable, Sendable, Equatable {
  let bytes: Int64

  init(bytes: Int64) { self.bytes = bytes }

  init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count).trimmingPrefix(" ")
    guard let count = Int64(digits), let factor = Self.units[String(unit)],
      case let (product, overflow) = count.multipliedReportingOverflow(by: factor), !overflow
    else {
      throw DecodingError.refused("fault.value.bytes", ["text": text], at: decoder.codingPath)
    }
    bytes = product
  }

  private static let units: [String: Int64] = [
    "": 1, "B": 1, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000, "KiB": 1 << 10,
    "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
  ]
}

/// The content of a secret file, without the line end; the file must not be readable by everybody.
enum SecretFile {
  /// The default is 64 KiB.
  static let byteLimit = 64 << 10

  static func read(_ path: String) throws(SecretFileError) -> Secret {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
      throw SecretFileError(fault: SettingsFault("fault.secret.unopened", ["path": path]))
    }
    if let mode = attributes[.posixPermissions] as? Int, mode & 0o007 != 0 {
      throw SecretFileError(fault: SettingsFault("fault.secret.exposed", ["path": path]))
    }
    if let size = attributes[.size] as? Int, size > byteLimit {
      throw SecretFileError(
        fault: SettingsFault("fault.secret.too-large", ["path": path, "kibibytes": String(byteLimit >> 10)]))
    }
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw SecretFileError(fault: SettingsFault("fault.secret.unreadable", ["path": path]))
    }
    return Secret(text.trimmingCharacters(in: .newlines))
  }
}

struct SecretFileError: Error, Sendable, CustomStringConvertible {
  let fault: SettingsFault

  var description: String { fault.text(in: .english) }
}
