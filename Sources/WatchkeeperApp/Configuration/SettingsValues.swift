internal import Foundation
internal import Telemetry

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
