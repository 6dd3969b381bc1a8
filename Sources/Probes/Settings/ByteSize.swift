internal import Telemetry

/// An amount of bytes in settings: a number, or one with B, KB, MB, GB, KiB, MiB or GiB behind it.
struct ByteSize: Decodable, Hashable {
  let bytes: Int

  /// - Source: Prometheus' exporters count in powers of 1024 whatever the letters are.
  private static let units: [(suffix: String, bytes: Int)] = [
    ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("KB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30), ("B", 1),
  ]

  init?(_ text: String) {
    let unit = Self.units.first { text.hasSuffix($0.suffix) }
    let digits = text.dropLast(unit?.suffix.count ?? 0)
    guard let number = Double(digits), number.isFinite, number >= 0, number < 1e15 else { return nil }
    bytes = Int(number * Double(unit?.bytes ?? 1))
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.singleValueContainer()
    if let number = try? fields.decode(Int.self) {
      bytes = number
      return
    }
    let text = try fields.decode(String.self)
    guard let size = ByteSize(text) else {
      throw DecodingError.refused("fault.http.size", ["text": text], at: decoder.codingPath)
    }
    self = size
  }
}
