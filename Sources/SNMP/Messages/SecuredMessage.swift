/// The fields around the content of a version 3 message that we send.
struct SecuredEnvelope {
  let user: SecurityUser
  let engine: [UInt8]
  let boots: UInt32
  let time: UInt32
  let number: Int
  var salt: UInt64 = 0
  /// Whose objects it is about; the default is the engine's own.
  var contextEngine: [UInt8]?
  /// Whether the other side is to say why it does not answer.
  var isReportable = true

  init(user: SecurityUser, engine: [UInt8], boots: UInt32, time: UInt32, number: Int) {
    self.user = user
    self.engine = engine
    self.boots = boots
    self.time = time
    self.number = number
  }

  private static let reportable: UInt8 = 4
  private static let userBasedSecurityModel = 3

  /// - Parameter write: puts the protocol unit.
  func message(keys: LocalizedKeys?, _ write: (inout BERWriter) -> Void) -> [UInt8] {
    var content = BERWriter()
    content.group(BERTag.sequence) { writer in
      write(&writer)
      writer.put(tag: BERTag.octetString, Array(user.contextName.utf8))
      writer.put(tag: BERTag.octetString, contextEngine ?? engine)
    }
    let salt = withUnsafeBytes(of: self.salt.bigEndian) { Array($0) }
    let codeLength = user.authentication?.algorithm.codeLength ?? 0
    var distanceOfCode = 0
    var writer = BERWriter()
    writer.group(BERTag.sequence) { writer in
      if let privacy = user.privacy, let keys {
        writer.put(
          tag: BERTag.octetString,
          privacy.algorithm.encrypt(content.bytes, key: keys.privacy, boots: boots, time: time, salt: salt))
      } else {
        writer.put(content.bytes)
      }
      writer.group(BERTag.octetString) { writer in
        writer.group(BERTag.sequence) { writer in
          writer.put(tag: BERTag.octetString, user.privacy == nil ? [] : salt)
          writer.put([UInt8](repeating: 0, count: codeLength))
          distanceOfCode = writer.count
          writer.close(BERTag.octetString, over: codeLength)
          writer.put(tag: BERTag.octetString, Array(user.name.utf8))
          writer.put(integer: Int(time))
          writer.put(integer: Int(boots))
          writer.put(tag: BERTag.octetString, engine)
        }
      }
      writer.group(BERTag.sequence) { writer in
        writer.put(integer: Self.userBasedSecurityModel)
        writer.put(tag: BERTag.octetString, [user.securityFlags | (isReportable ? Self.reportable : 0)])
        writer.put(integer: Session.messageBytesMax)
        writer.put(integer: number)
      }
      writer.put(integer: 3)
    }
    var message = writer.bytes
    if let own = user.authentication, let keys {
      let code = message.withUnsafeBytes { own.algorithm.code(of: $0, key: keys.authentication) }
      let start = message.count - distanceOfCode
      message.replaceSubrange(start..<start + codeLength, with: code)
    }
    return message
  }
}

/// The fields around the content of a version 3 message that came.
struct SecuredMessage {
  let number: Int
  let flags: UInt8
  let engine: [UInt8]
  let boots: UInt32
  let time: UInt32
  let user: String
  /// Where the code lies.
  private let code: Range<Int>
  let salt: [UInt8]
  /// The content's fields, or, when it is hidden, its octets.
  let data: Range<Int>

  var isAuthenticated: Bool { flags & 1 != 0 }
  var isHidden: Bool { flags & 2 != 0 }

  /// - Parameter fields: behind the version.
  init(_ fields: inout BERReader) throws(BERError) {
    let bytes = fields.bytes
    var global = try fields.inside(BERTag.sequence)
    number = try global.integer()
    _ = try global.integer()
    let flagOctets = try global.content(of: BERTag.octetString)
    guard flagOctets.count == 1 else { throw .malformed(at: flagOctets.lowerBound) }
    flags = bytes[flagOctets.lowerBound]
    let model = global.position
    guard try global.integer() == 3 else { throw .malformed(at: model) }
    var wrapped = BERReader(bytes, try fields.content(of: BERTag.octetString))
    var security = try wrapped.inside(BERTag.sequence)
    engine = try security.octets()
    boots = UInt32(clamping: try security.integer())
    time = UInt32(clamping: try security.integer())
    user = String(decoding: try security.octets(), as: UTF8.self)
    code = try security.content(of: BERTag.octetString)
    salt = try security.octets()
    data = try fields.content(of: flags & 2 != 0 ? BERTag.octetString : BERTag.sequence)
  }

  /// Whether the code fits the message and the key.
  func isGenuine(_ algorithm: AuthenticationProtocol, key: [UInt8], in datagram: UnsafeRawBufferPointer) -> Bool {
    guard code.count == algorithm.codeLength else { return false }
    var blank = Array(datagram)
    for index in code { blank[index] = 0 }
    return areEqual(blank.withUnsafeBytes { algorithm.code(of: $0, key: key) }, Array(datagram[code]))
  }
}
