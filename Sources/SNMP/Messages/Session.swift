/// Why an answer was not taken, or an agent would not give one.
public enum SessionFault: Error, Equatable, Sendable {
  case malformed(BERError)
  /// Of another version or request; a late answer looks like this.
  case foreign
  /// The agent does not know the user.
  case unknownUser
  /// The agent knows the user, but the password or the algorithm is another.
  case wrongAuthentication
  /// The agent could not decrypt, or what it sent cannot be decrypted: password or algorithm of the privacy.
  case wrongPrivacy
  /// The agent told who it is, and then answered nothing that is encrypted.
  case silentAfterDiscovery
  /// The user may not ask at this level of security.
  case unsupportedSecurityLevel
  /// The agent says that our idea of its clock is wrong, and does not prove that it says so.
  case notInTimeWindow
  /// What the agent said of itself was learnt: the request is to be sent again.
  case learnt
  /// The user may not see the named context.
  case unknownContext
  /// An answer that no one but the agent could have made was due, and this is none.
  case forged
  /// Proven, but of a time before the one that the agent told: recorded and sent again, or its clock went back.
  case outOfDate
  /// Another report.
  case reported(String)
}

/// What is said to one agent and what is known of it: how its messages are written and read.
///
/// - Source: RFC 1157, RFC 3416, RFC 3412 and RFC 3414.
public struct Session: Sendable {
  public let credentials: Credentials
  /// The greatest answer that we take, told to the agent with version 3.
  public static let messageBytesMax = 65_507

  /// Of version 3's authoritative engine; empty until it was discovered.
  public private(set) var engine: [UInt8] = []
  private var keys: LocalizedKeys?
  private var clock = EngineClock()
  private var salt: UInt64

  /// - Parameter salt: at random, so that no two starts encrypt alike.
  public init(_ credentials: Credentials, salt: UInt64) {
    self.credentials = credentials
    self.salt = salt
  }

  /// A session of the same agent as somebody else; no salt is used again.
  public func renewed(as credentials: Credentials) -> Session { Session(credentials, salt: salt) }

  /// Whether the engine must be asked for before anything else can be.
  public var needsDiscovery: Bool {
    if case .version3 = credentials { engine.isEmpty } else { false }
  }

  /// Whether several values can be asked for at once.
  public var hasBulk: Bool { if case .version1 = credentials { false } else { true } }

  /// Whether the content of messages is encrypted.
  public var hidesContent: Bool {
    if case .version3(let user) = credentials { user.privacy != nil } else { false }
  }

  /// Whether the agent has ever proven an answer.
  public var hasHeardProof: Bool { clock.isProven }

  /// Forgets the engine: the device was replaced, or lost its memory.
  public mutating func forgetEngine() {
    engine = []
    keys = nil
    clock = EngineClock()
  }

  // MARK: Writing

  /// - Parameters:
  ///   - number: of the request, and of the message; 1 to 2^31 − 1.
  ///   - seconds: on a clock that never steps.
  public mutating func message(_ request: ProtocolRequest, number: Int, at seconds: Double) -> [UInt8] {
    switch credentials {
    case .version1(let community): return Self.message(request, number, version: 0, community)
    case .version2c(let community): return Self.message(request, number, version: 1, community)
    case .version3(let user):
      guard !engine.isEmpty else {
        let nobody = SecurityUser(name: "")
        return securedMessage(ProtocolRequest(.get, []), number, nobody, at: seconds)
      }
      return securedMessage(request, number, user, at: seconds)
    }
  }

  private static func message(
    _ request: ProtocolRequest, _ number: Int, version: Int, _ community: String
  ) -> [UInt8] {
    var writer = BERWriter()
    writer.group(BERTag.sequence) { writer in
      request.write(to: &writer, requestID: number)
      writer.put(tag: BERTag.octetString, Array(community.utf8))
      writer.put(integer: version)
    }
    return writer.bytes
  }

  private mutating func securedMessage(
    _ request: ProtocolRequest, _ number: Int, _ user: SecurityUser, at seconds: Double
  ) -> [UInt8] {
    let (boots, time) = clock.estimate(at: seconds)
    salt &+= 1
    var envelope = SecuredEnvelope(user: user, engine: engine, boots: boots, time: time, number: number)
    envelope.salt = user.privacy?.algorithm == .des ? UInt64(boots) << 32 | salt & 0xffff_ffff : salt
    return envelope.message(keys: keys) { request.write(to: &$0, requestID: number) }
  }

  // MARK: Reading

  /// Reads an answer and hands over what it holds, which lies in `datagram` or, once decrypted, in a copy.
  ///
  /// - Parameter number: of the request that is waited for.
  public mutating func open<Outcome>(
    _ datagram: UnsafeRawBufferPointer, number: Int, at seconds: Double,
    _ body: (inout ProtocolUnit) throws(BERError) -> Outcome
  ) -> Result<Outcome, SessionFault> {
    do throws(BERError) {
      var fields = try Self.opened(datagram)
      let version = try fields.integer()
      switch credentials {
      case .version1(let community), .version2c(let community):
        let own = if case .version1 = credentials { 0 } else { 1 }
        let name = try fields.content(of: BERTag.octetString)
        guard version == own, datagram[name].elementsEqual(community.utf8) else { return .failure(.foreign) }
        return try Self.answer(&fields, number, body)
      case .version3(let user):
        guard version == 3 else { return .failure(.foreign) }
        let message = try SecuredMessage(&fields)
        return try open(message, of: user, in: datagram, number, seconds, body)
      }
    } catch {
      return .failure(.malformed(error))
    }
  }

  static func opened(_ datagram: UnsafeRawBufferPointer) throws(BERError) -> BERReader {
    var whole = BERReader(datagram)
    return try whole.inside(BERTag.sequence)
  }

  private static func answer<Outcome>(
    _ fields: inout BERReader, _ number: Int, _ body: (inout ProtocolUnit) throws(BERError) -> Outcome
  ) throws(BERError) -> Result<Outcome, SessionFault> {
    var unit = try ProtocolUnit(&fields)
    guard unit.kind == .response, unit.requestID == number else { return .failure(.foreign) }
    return .success(try body(&unit))
  }

  private mutating func open<Outcome>(
    _ message: SecuredMessage, of user: SecurityUser, in datagram: UnsafeRawBufferPointer, _ number: Int,
    _ seconds: Double, _ body: (inout ProtocolUnit) throws(BERError) -> Outcome
  ) throws(BERError) -> Result<Outcome, SessionFault> {
    guard message.number == number else { return .failure(.foreign) }
    if message.isAuthenticated {
      guard let own = user.authentication, let keys, message.engine == engine, message.user == user.name,
        message.isGenuine(own.algorithm, key: keys.authentication, in: datagram)
      else { return .failure(.forged) }
      // Only what is proven sets our idea of the agent's clock; a report about it says so by its time.
      guard clock.learn(boots: message.boots, time: message.time, at: seconds) else { return .failure(.outOfDate) }
    }
    guard message.isHidden else {
      var content = BERReader(datagram, message.data)
      return try answer(&content, message, user, number, body)
    }
    guard message.isAuthenticated, let privacy = user.privacy, let keys,
      let plain = privacy.algorithm.decrypt(
        Array(datagram[message.data]), key: keys.privacy, boots: message.boots, time: message.time, salt: message.salt)
    else { return .failure(.wrongPrivacy) }
    return plain.withUnsafeBytes { bytes in
      do throws(BERError) {
        var whole = BERReader(bytes)
        var content = try whole.inside(BERTag.sequence)
        return try answer(&content, message, user, number, body)
      } catch {
        // What was hidden with another key is no message.
        return .failure(.wrongPrivacy)
      }
    }
  }

  /// - Parameter content: at the scoped unit's fields.
  private mutating func answer<Outcome>(
    _ content: inout BERReader, _ message: SecuredMessage, _ user: SecurityUser, _ number: Int,
    _ body: (inout ProtocolUnit) throws(BERError) -> Outcome
  ) throws(BERError) -> Result<Outcome, SessionFault> {
    _ = try content.content(of: BERTag.octetString)  // the context's engine
    _ = try content.content(of: BERTag.octetString)  // and name
    var unit = try ProtocolUnit(&content)
    if unit.kind == .report { return .failure(learn(from: try unit.rest(), message, user)) }
    // Who asks with a proof is not answered without one.
    guard message.flags & 3 == user.securityFlags, message.engine == engine else { return .failure(.forged) }
    guard unit.kind == .response, unit.requestID == number else { return .failure(.foreign) }
    return .success(try body(&unit))
  }

  private mutating func learn(
    from bindings: [VariableBinding], _ message: SecuredMessage, _ user: SecurityUser
  ) -> SessionFault {
    guard let name = bindings.first?.name else { return .reported("an empty report") }
    switch ReportedCounter(name) {
    case .unknownEngineIDs where !message.engine.isEmpty && message.engine != engine && message.engine.count <= 32:
      engine = message.engine
      keys = LocalizedKeys(of: user, engine: engine)
      clock = EngineClock(boots: message.boots, time: message.time)
      return .learnt
    case .notInTimeWindows: return message.isAuthenticated ? .learnt : .notInTimeWindow
    case .unknownUserNames: return .unknownUser
    case .wrongDigests: return .wrongAuthentication
    case .decryptionErrors: return .wrongPrivacy
    case .unsupportedSecurityLevels: return .unsupportedSecurityLevel
    case .unknownContexts: return .unknownContext
    case .unknownEngineIDs, nil: return .reported(name.description)
    }
  }
}

/// The counters that a report names.
/// - Source: RFC 3414 section 5, RFC 3413 section 4.1 (snmpTargetMIB).
private enum ReportedCounter: String {
  case unsupportedSecurityLevels = "1.3.6.1.6.3.15.1.1.1.0"
  case notInTimeWindows = "1.3.6.1.6.3.15.1.1.2.0"
  case unknownUserNames = "1.3.6.1.6.3.15.1.1.3.0"
  case unknownEngineIDs = "1.3.6.1.6.3.15.1.1.4.0"
  case wrongDigests = "1.3.6.1.6.3.15.1.1.5.0"
  case decryptionErrors = "1.3.6.1.6.3.15.1.1.6.0"
  case unknownContexts = "1.3.6.1.6.3.12.1.5.0"

  init?(_ name: ObjectIdentifier) { self.init(rawValue: name.description) }
}

/// Our idea of an agent's clock.
/// - Source: RFC 3414 sections 2.3 and 3.2 (7).
struct EngineClock: Sendable, Equatable {
  private var boots: UInt32 = 0
  private var time: UInt32 = 0
  /// On our clock, when that was so; `nil` before anything proven was heard.
  private var learntAt: Double?

  /// Older than this many seconds a message is taken for a repetition.
  private static let windowSeconds: UInt32 = 150

  init() {}

  /// As the discovery told, which nothing proves.
  init(boots: UInt32, time: UInt32) {
    self.boots = boots
    self.time = time
  }

  var isProven: Bool { learntAt != nil }

  /// What a message that goes now is to say.
  func estimate(at seconds: Double) -> (boots: UInt32, time: UInt32) {
    guard let learntAt else { return (boots, time) }
    return (boots, time &+ UInt32(clamping: Int(max(0, seconds - learntAt))))
  }

  /// Takes what a proven message says. - Returns: `false` when the message is an old one.
  mutating func learn(boots: UInt32, time: UInt32, at seconds: Double) -> Bool {
    let own = estimate(at: seconds)
    if learntAt != nil {
      guard boots >= self.boots, boots != UInt32(Int32.max) else { return false }
      guard boots > self.boots || time &+ Self.windowSeconds >= own.time else { return false }
      // A message that was overtaken, or one that comes again, does not turn the clock back.
      guard boots > self.boots || time > self.time else { return true }
    }
    self.boots = boots
    self.time = time
    learntAt = seconds
    return true
  }
}

extension Session {
  /// The number that a message of any version bears, without checking anything else: it leads to who waits for it.
  public static func number(of datagram: UnsafeRawBufferPointer) -> Int? {
    do throws(BERError) {
      var fields = try opened(datagram)
      guard try fields.integer() < 3 else {
        var global = try fields.inside(BERTag.sequence)
        return try global.integer()
      }
      _ = try fields.content(of: BERTag.octetString)
      let unit = try fields.element()
      var inner = BERReader(datagram, unit.content)
      return try inner.integer()
    } catch {
      return nil
    }
  }
}
