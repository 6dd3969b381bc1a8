internal import Glibc
internal import SNMP
internal import Telemetry

/// Columns that say what a row's number is multiplied with, as tables of sensors have them beside the value.
struct ObjectUnits: Decodable, Hashable, Sendable {
  /// A power of ten in steps of three: 8 is a thousandth, 9 one, 10 a thousand (RFC 3433, EntitySensorDataScale).
  let scale: ObjectIdentifier?
  /// Decimal places; a negative number tells how exact the value is, not how large (RFC 3433, EntitySensorPrecision).
  let precision: ObjectIdentifier?
  /// A plain number, such as the bytes of a unit of storage.
  let factor: ObjectIdentifier?

  private enum CodingKeys: String, CodingKey, CaseIterable { case scale, precision, factor }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    scale = try fields.decodeIfPresent(ObjectName.self, forKey: .scale)?.identifier
    precision = try fields.decodeIfPresent(ObjectName.self, forKey: .precision)?.identifier
    factor = try fields.decodeIfPresent(ObjectName.self, forKey: .factor)?.identifier
    if columns.isEmpty { throw fields.problem(.scale, "fault.snmp.units-empty", beside: .precision) }
  }

  /// Those that are named, in this order.
  var columns: [ObjectIdentifier] { [scale, precision, factor].compactMap(\.self) }

  /// - Parameter values: of `columns`.
  /// - Returns: `nil` when the device does not say all of them: a number of an unknown size would be a wrong one.
  func size(_ values: ArraySlice<ObjectValue>) -> UnitSize? {
    var rest = values.map(\.number)[...]
    var size = UnitSize(multiplier: 1, divisor: 1)
    if scale != nil {
      guard let number = rest.popFirst() ?? nil, (1...17).contains(number) else { return nil }
      size.shift(by: 3 * (Int(number) - 9))
    }
    if precision != nil {
      guard let number = rest.popFirst() ?? nil, (-20...20).contains(number) else { return nil }
      size.shift(by: -max(0, Int(number)))
    }
    if factor != nil {
      guard let number = rest.popFirst() ?? nil else { return nil }
      size.multiplier *= number
    }
    return size
  }
}

/// What one number of a device is multiplied with.
struct UnitSize: Equatable, Sendable {
  var multiplier: Double
  /// Apart, because a tenth has no exact number and ten has.
  var divisor: Double

  mutating func shift(by exponent: Int) {
    if exponent < 0 { divisor *= pow(10, Double(-exponent)) } else { multiplier *= pow(10, Double(exponent)) }
  }

  func applied(to number: Double) -> Double { number * multiplier / divisor }
}
