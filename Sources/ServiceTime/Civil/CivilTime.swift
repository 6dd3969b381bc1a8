internal import Telemetry

/// A time of day as a clock on the wall shows it: 00:00:00 to 23:59:59, without a zone.
public struct CivilTime: Hashable, Comparable, Sendable {
  /// 0 to 86,399.
  public let secondOfDay: Int

  public var hour: Int { secondOfDay / 3600 }
  public var minute: Int { secondOfDay / 60 % 60 }
  public var second: Int { secondOfDay % 60 }

  public static let midnight = CivilTime(uncheckedSecondOfDay: 0)

  /// - Returns: `nil` when no clock shows this.
  public init?(hour: Int, minute: Int, second: Int = 0) {
    guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second) else { return nil }
    self.init(uncheckedSecondOfDay: hour * 3600 + minute * 60 + second)
  }

  init(uncheckedSecondOfDay secondOfDay: Int) { self.secondOfDay = secondOfDay }

  public static func < (left: CivilTime, right: CivilTime) -> Bool { left.secondOfDay < right.secondOfDay }
}

extension CivilTime: CustomStringConvertible {
  /// `22:00`, or `22:00:30` when the seconds are not zero.
  public var description: String {
    let short = "\(hour.padded(to: 2)):\(minute.padded(to: 2))"
    return second == 0 ? short : "\(short):\(second.padded(to: 2))"
  }

  /// - Returns: `nil` unless `text` reads like `22:00`, `6:30` or `22:00:30`.
  public init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, parts[0].count <= 2, parts.dropFirst().allSatisfy({ $0.count == 2 })
    else { return nil }
    let numbers = parts.compactMap { Int(digits: $0) }
    guard numbers.count == parts.count else { return nil }
    self.init(hour: numbers[0], minute: numbers[1], second: numbers.count == 3 ? numbers[2] : 0)
  }
}
