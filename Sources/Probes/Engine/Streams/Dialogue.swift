/// One side of a protocol over a stream, as a value: it is given what happened and answers what to do next.
///
/// It reads no clock and no socket, so that every server's behaviour is a list of bytes in a test.
protocol Dialogue: Sendable {
  /// What is waited for, such as `the greeting`: a timeout names it.
  var awaited: String { get }

  /// Bytes that may wait without being taken; more end the exchange. The default is 64 KiB.
  var waitingBytesMax: Int { get }

  /// - Parameters:
  ///   - input: what arrived. It is asked again as long as it takes some of it.
  ///   - output: to be sent; what is appended goes out before anything else happens.
  mutating func next(_ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]) -> DialogueStep
}

extension Dialogue {
  var waitingBytesMax: Int { 64 << 10 }
}

enum DialogueEvent: Hashable, Sendable {
  /// The connection stands, and its encryption where it begins with it.
  case connected
  case received
  /// The encryption that was asked for stands.
  case encrypted
  /// The peer sends no more; what it sent before may still lie in the input.
  case closed
}

enum DialogueStep: Sendable {
  /// More is to come.
  case proceed
  /// Everything after the output is encrypted.
  case startTLS
  case done
  case failed(ExchangeFailure)
}
