internal import CLinux
internal import Telemetry

/// Who a receiver is to senders of SNMPv3, kept over restarts: devices are told its engine, and a message that was
/// recorded before a restart is refused by its boots.
struct EngineIdentity: Codable, Equatable {
  /// In hexadecimal digits, as devices are configured with it.
  let engine: String
  /// Starts, counted.
  var boots: UInt32

  /// RFC 3414 section 2.2.2: an engine that began so often needs another identity.
  private static let bootsMax = UInt32(Int32.max) - 1
  private static let kind = "snmp-engine"

  /// Format 5 of RFC 3411's SnmpEngineID, octets of our own, below no enterprise's number; 12 at random.
  init() {
    let random = [watchkeeper_random(), watchkeeper_random()].map { number in
      let digits = String(number, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
    engine = "8000000005" + random.joined().prefix(24)
    boots = 1
  }

  var octets: [UInt8] {
    let digits = engine.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }

  private var isValid: Bool { (5...32).contains(octets.count) && boots > 0 && boots < Self.bootsMax }

  /// One start more.
  ///
  /// - Parameter folder: where it is kept; `nil` in a trial, which is somebody else each time.
  /// - Returns: the identity, and why it cannot be kept: then it is a new one, for which no recorded message is good.
  static func begun(in folder: String?, for target: LabelSet) -> (identity: EngineIdentity, problem: String?) {
    guard let folder else { return (EngineIdentity(), nil) }
    let path = StateFile.path(in: folder, of: kind, for: target)
    var identity = EngineIdentity()
    if var known = StateFile.load(EngineIdentity.self, from: path), known.isValid {
      known.boots += 1
      identity = known
    }
    do throws(HostReadError) {
      try StateFile.store(identity, at: path)
      return (identity, nil)
    } catch {
      return (
        EngineIdentity(),
        "the identity for SNMPv3 cannot be kept: \(error) – senders of informs must learn a new one after each start"
      )
    }
  }
}
