public import Records
public import Telemetry
public import Transfers

/// One channel of one receiver. Delivers; decides nothing about whom, when or whether.
public protocol Notifier: Sendable, CustomStringConvertible {
  /// Whether the receiver wants to hear that it is over.
  var sendsRecoveries: Bool { get }

  /// One attempt. Never throws, never waits for another attempt, ends within `DeliveryLimits.attempt`.
  func deliver(_ message: NotificationMessage, at now: Timestamp) async -> DeliveryOutcome
}

/// What became of one attempt.
public enum DeliveryOutcome: Sendable, Equatable {
  /// - Parameter evidence: what the far end answered, for the timeline.
  case delivered(evidence: String)
  /// - Parameter after: as the far end asks, at most `DeliveryLimits.waitMax`; `nil` leaves it to `Backoff`.
  case retry(after: Duration?, why: String)
  /// Another attempt with the same configuration would end the same way: go on to the next channel.
  case refused(why: BilingualText)
}

/// The bounds of a delivery.
public enum DeliveryLimits {
  /// From name resolution to the last byte of the answer: 15 s.
  public static let attempt = Duration.seconds(15)
  /// The longest wait that a far end can ask for: 15 minutes.
  public static let waitMax = Duration.seconds(15 * 60)
  /// Bytes of the answer that are read: 4 KiB.
  static let answerBytes = 4096
}

/// What notifiers need from the program.
public struct NotifierEnvironment: Sendable {
  public typealias Carrier = @Sendable (TransferRequest) async -> TransferReport

  /// `TransferEngine.perform`.
  public let carry: Carrier
  /// Reads a secret file; the error's text is shown to the operator.
  public let readSecret: @Sendable (_ path: String) throws -> Secret
  /// Runs a program that prints a secret; the default refuses.
  public var runForSecret: @Sendable (_ words: [String]) throws -> Secret = { words in
    throw SecretFault("fault.secret.command", ["program": words.first ?? "", "problem": "no programs are run here"])
  }
  /// Writes one line to the console.
  public let write: @Sendable (String) -> Void
  /// From `global`; the default is none.
  public var mailDefaults = MailDefaults()

  public init(
    carry: @escaping Carrier, readSecret: @escaping @Sendable (_ path: String) throws -> Secret,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.carry = carry
    self.readSecret = readSecret
    self.write = write
  }
}

/// A kind of channel: the key of its list in a receiver, and how one is made from an entry of that list.
public struct NotifierKind: Sendable {
  /// For example `webhook`.
  public let name: String
  /// The key in a receiver, as Alertmanager spells it: `webhook_configs`.
  public let settingsKey: String
  public let summary: String
  /// One entry of the list, in YAML.
  public let example: String
  public let make: @Sendable (any Decoder, NotifierEnvironment) throws -> any Notifier
}
