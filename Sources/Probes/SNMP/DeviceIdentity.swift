internal import SNMP

/// What a device says of itself, by which its profiles are chosen.
struct DeviceIdentity {
  /// sysUpTime, by which a restart is seen.
  static let uptime = ObjectMetric(
    "sysUpTime", ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 2, 1, 1, 3]),
    help: "Hundredths of a second since the device's network management began.")
  private static let objectID = ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 2, 1, 1, 2])

  private(set) var sysObjectID: ObjectIdentifier?
  /// Objects that some profile asks for, and whether the device has something there.
  private var asked: [ObjectIdentifier] = []
  private(set) var present: Set<ObjectIdentifier> = []

  /// What is to be asked for.
  mutating func objects(_ candidates: [DeviceProfile]) -> [ObjectIdentifier] {
    var seen: Set<ObjectIdentifier> = []
    asked = candidates.flatMap { [$0.present, $0.absent].compactMap(\.self) }.filter { seen.insert($0).inserted }
    return [Self.objectID] + asked
  }

  mutating func take(_ visit: ColumnWalk.Visit) {
    guard visit.object > 0 else {
      if case .objectIdentifier(let name)? = try? visit.binding.value() { sysObjectID = name }
      return
    }
    present.insert(asked[visit.object - 1])
  }

  func fits(_ profile: DeviceProfile) -> Bool {
    if let object = profile.present, !present.contains(object) { return false }
    if let object = profile.absent, present.contains(object) { return false }
    if profile.match.isEmpty { return profile.present != nil }
    guard let sysObjectID else { return false }
    return profile.match.contains { $0.isPrefix(of: sysObjectID) }
  }
}
