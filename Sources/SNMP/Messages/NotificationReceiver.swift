/// Why a datagram was no notification that is taken.
public enum NotificationFault: Error, Equatable, Sendable {
  case malformed(BERError)
  /// No trap and no inform, or of a version that there is not.
  case foreign
  case unknownCommunity
  case unknownUser
  /// The user is known, but the password or the algorithm is another.
  case wrongAuthentication
  /// What it holds could not be decrypted.
  case wrongPrivacy
  /// The user does not send at this level of security.
  case unsupportedSecurityLevel
  /// A repetition, or the sender's clock went back.
  case notInTimeWindow
  /// For another engine than this, which the sender was told.
  case unknownEngine
  /// More senders than `enginesMax`.
  case tooManyEngines
}

/// Takes notifications of all versions and says what to answer.
///
/// A trap's sender is the authority for its clock, and its keys are made for its engine; an inform is sent to us, who are
/// the authority: the sender learns our engine, boots and time by reports.
/// - Source: RFC 3414 section 3.2, RFC 3584 section 3.1.
public struct NotificationReceiver: Sendable {
  public struct Arrival: Sendable {
    public let outcome: Result<DeviceNotification, NotificationFault>
    /// To be sent back; `nil` when nothing is.
    public let answer: [UInt8]?
  }

  /// Engines of senders whose clocks are kept; the default is 10,000. Only who proves itself becomes one.
  public static let enginesMax = 10_000
  /// Seconds that a sender's idea of our clock may be wrong (RFC 3414 section 2.2.3).
  private static let windowSeconds = 150

  /// Who is heard.
  public struct Admission: Sendable {
    fileprivate let communities: [[UInt8]]
    fileprivate let users: [String: (user: SecurityUser, keys: PasswordKeys)]

    /// Costs some milliseconds for each user.
    ///
    /// - Parameter communities: that are taken with versions 1 and 2c.
    public init(communities: [String], users: [SecurityUser]) {
      self.communities = communities.map { Array($0.utf8) }
      self.users = Dictionary(users.map { ($0.name, ($0, PasswordKeys(of: $0))) }) { $1 }
    }
  }

  public var admission: Admission
  private let engine: [UInt8]
  private let boots: UInt32
  private var clocks: [Sender: EngineClock] = [:]
  private var refusals: [Refusal: UInt32] = [:]
  private var salt: UInt64

  private struct Sender: Hashable {
    let engine: [UInt8]
    let user: String
  }

  /// What a sender is told that it did wrong: the last number of its counter in usmStats.
  private enum Refusal: UInt32 {
    case unsupportedSecurityLevel = 1
    case notInTimeWindow, unknownUser, unknownEngine, wrongDigest, decryptionError

    var name: ObjectIdentifier {
      ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 6, 3, 15, 1, 1, rawValue, 0])
    }

    var fault: NotificationFault {
      switch self {
      case .unsupportedSecurityLevel: .unsupportedSecurityLevel
      case .notInTimeWindow: .notInTimeWindow
      case .unknownUser: .unknownUser
      case .unknownEngine: .unknownEngine
      case .wrongDigest: .wrongAuthentication
      case .decryptionError: .wrongPrivacy
      }
    }
  }

  /// - Parameters:
  ///   - engine: our own, of 5 to 32 octets, the same after each start.
  ///   - boots: our starts, counted.
  ///   - salt: at random, so that no two starts encrypt alike.
  public init(admitting admission: Admission, engine: [UInt8], boots: UInt32, salt: UInt64) {
    self.admission = admission
    self.engine = engine
    self.boots = boots
    self.salt = salt
  }

  /// - Parameter seconds: on a clock that never steps, from our start.
  public mutating func receive(_ datagram: UnsafeRawBufferPointer, at seconds: Double) -> Arrival {
    do throws(BERError) {
      var fields = try Session.opened(datagram)
      switch try fields.integer() {
      case 0: return try plain(&fields, isVersion1: true)
      case 1: return try plain(&fields, isVersion1: false)
      case 3: return try secured(try SecuredMessage(&fields), datagram, seconds)
      default: return Arrival(outcome: .failure(.foreign), answer: nil)
      }
    } catch {
      return Arrival(outcome: .failure(.malformed(error)), answer: nil)
    }
  }

  // MARK: Versions 1 and 2c

  private func plain(_ fields: inout BERReader, isVersion1: Bool) throws(BERError) -> Arrival {
    let community = try fields.octets()
    guard admission.communities.contains(where: { areEqual($0, community) }) else {
      return Arrival(outcome: .failure(.unknownCommunity), answer: nil)
    }
    let sender = DeviceNotification.Sender.community(String(decoding: community, as: UTF8.self))
    if isVersion1 {
      var ahead = fields
      guard try ahead.element().tag == ProtocolUnitKind.trap.rawValue else {
        return Arrival(outcome: .failure(.foreign), answer: nil)
      }
      return Arrival(outcome: .success(try DeviceNotification(version1: &fields, sender: sender)), answer: nil)
    }
    let content = fields.position..<fields.end
    var unit = try ProtocolUnit(&fields)
    guard unit.kind == .notification || unit.kind == .inform else {
      return Arrival(outcome: .failure(.foreign), answer: nil)
    }
    let notification = try DeviceNotification(&unit, sender: sender)
    guard notification.isInform else { return Arrival(outcome: .success(notification), answer: nil) }
    var response = BERWriter()
    try Self.writeResponse(to: &response, fields.bytes, content)
    var writer = BERWriter()
    writer.group(BERTag.sequence) { writer in
      writer.put(response.bytes)
      writer.put(tag: BERTag.octetString, community)
      writer.put(integer: 1)
    }
    return Arrival(outcome: .success(notification), answer: writer.bytes)
  }

  /// The bindings go back as they came.
  private static func writeResponse(
    to writer: inout BERWriter, _ bytes: UnsafeRawBufferPointer, _ content: Range<Int>
  ) throws(BERError) {
    var whole = BERReader(bytes, content)
    var fields = BERReader(bytes, try whole.content(of: ProtocolUnitKind.inform.rawValue))
    let number = try fields.integer()
    _ = try fields.integer()
    _ = try fields.integer()
    let bindings = Array(bytes[try fields.content(of: BERTag.sequence)])
    writer.group(ProtocolUnitKind.response.rawValue) { writer in
      writer.put(tag: BERTag.sequence, bindings)
      writer.put(integer: 0)
      writer.put(integer: 0)
      writer.put(integer: number)
    }
  }

  // MARK: Version 3

  private mutating func secured(
    _ message: SecuredMessage, _ datagram: UnsafeRawBufferPointer, _ seconds: Double
  ) throws(BERError) -> Arrival {
    // Who wants an answer takes us for the authority.
    let isForUs = message.flags & 4 != 0
    if isForUs, message.engine != engine { return refusal(.unknownEngine, message, seconds) }
    guard let (user, passwords) = admission.users[message.user] else { return refusal(.unknownUser, message, seconds) }
    guard message.flags & 3 == user.securityFlags else { return refusal(.unsupportedSecurityLevel, message, seconds) }
    if let algorithm = user.authentication?.algorithm {
      // Before anything that costs: who proves nothing gets no keys made, which for some algorithms takes milliseconds.
      let key = algorithm.localized(passwords.authentication, engine: message.engine)
      guard message.isGenuine(algorithm, key: key, in: datagram) else { return refusal(.wrongDigest, message, seconds) }
    }
    let keys = LocalizedKeys(passwords, of: user, engine: message.engine)
    if user.authentication != nil {
      if isForUs {
        let difference = Int(message.time) - Int(ownTime(seconds))
        guard message.boots == boots, abs(difference) <= Self.windowSeconds else {
          return refusal(.notInTimeWindow, message, seconds, as: user, keys)
        }
      } else if let fault = learn(message, seconds) {
        return Arrival(outcome: .failure(fault), answer: nil)
      }
    }
    guard message.isHidden else {
      return try opened(BERReader(datagram, message.data), message, user, keys, seconds)
    }
    guard let privacy = user.privacy,
      let plain = privacy.algorithm.decrypt(
        Array(datagram[message.data]), key: keys.privacy, boots: message.boots, time: message.time, salt: message.salt)
    else { return refusal(.decryptionError, message, seconds) }
    return plain.withUnsafeBytes { bytes in
      do throws(BERError) {
        var whole = BERReader(bytes)
        return try opened(try whole.inside(BERTag.sequence), message, user, keys, seconds)
      } catch {
        return refusal(.decryptionError, message, seconds)
      }
    }
  }

  private func ownTime(_ seconds: Double) -> UInt32 { UInt32(clamping: Int(max(0, seconds))) }

  private mutating func learn(_ message: SecuredMessage, _ seconds: Double) -> NotificationFault? {
    let sender = Sender(engine: message.engine, user: message.user)
    guard clocks[sender] != nil || clocks.count < Self.enginesMax else { return .tooManyEngines }
    var clock = clocks[sender] ?? EngineClock()
    guard clock.learn(boots: message.boots, time: message.time, at: seconds) else { return .notInTimeWindow }
    clocks[sender] = clock
    return nil
  }

  /// - Parameter content: the scoped unit's fields.
  private mutating func opened(
    _ content: BERReader, _ message: SecuredMessage, _ user: SecurityUser, _ keys: LocalizedKeys, _ seconds: Double
  ) throws(BERError) -> Arrival {
    var content = content
    let contextEngine = try content.octets()
    let context = try content.octets()
    let place = content.position..<content.end
    var unit = try ProtocolUnit(&content)
    guard unit.kind == .notification || unit.kind == .inform else {
      return Arrival(outcome: .failure(.foreign), answer: nil)
    }
    let sender = DeviceNotification.Sender.user(user.name, engine: message.engine)
    let notification = try DeviceNotification(&unit, sender: sender)
    guard notification.isInform, message.flags & 4 != 0 else {
      return Arrival(outcome: .success(notification), answer: nil)
    }
    var response = BERWriter()
    try Self.writeResponse(to: &response, content.bytes, place)
    let named = SecurityUser(
      name: user.name, authentication: user.authentication, privacy: user.privacy,
      contextName: String(decoding: context, as: UTF8.self))
    return Arrival(
      outcome: .success(notification),
      answer: answer(message, as: named, keys, seconds, about: contextEngine) { $0.put(response.bytes) })
  }

  private mutating func answer(
    _ message: SecuredMessage, as user: SecurityUser, _ keys: LocalizedKeys?, _ seconds: Double,
    about contextEngine: [UInt8]? = nil, _ write: (inout BERWriter) -> Void
  ) -> [UInt8] {
    salt &+= 1
    var envelope = SecuredEnvelope(
      user: user, engine: engine, boots: boots, time: ownTime(seconds), number: message.number)
    envelope.salt = user.privacy?.algorithm == .des ? UInt64(boots) << 32 | salt & 0xffff_ffff : salt
    envelope.isReportable = false
    envelope.contextEngine = contextEngine
    return envelope.message(keys: keys, write)
  }

  /// Who waits for an answer is told what was wrong; a trap's sender does not wait.
  private mutating func refusal(
    _ refusal: Refusal, _ message: SecuredMessage, _ seconds: Double, as user: SecurityUser? = nil,
    _ keys: LocalizedKeys? = nil
  ) -> Arrival {
    let count = (refusals[refusal] ?? 0) &+ 1
    refusals[refusal] = count
    guard message.flags & 4 != 0 else { return Arrival(outcome: .failure(refusal.fault), answer: nil) }
    // Proven where it can be, never hidden.
    let sender = SecurityUser(name: user?.name ?? message.user, authentication: user?.authentication)
    let report = answer(message, as: sender, keys, seconds) { writer in
      writer.group(ProtocolUnitKind.report.rawValue) { writer in
        writer.group(BERTag.sequence) { writer in
          writer.group(BERTag.sequence) { writer in
            ObjectValue.counter32(count).write(to: &writer)
            writer.put(tag: BERTag.objectIdentifier, refusal.name.octets)
          }
        }
        writer.put(integer: 0)
        writer.put(integer: 0)
        writer.put(integer: 0)
      }
    }
    return Arrival(outcome: .failure(refusal.fault), answer: report)
  }
}
