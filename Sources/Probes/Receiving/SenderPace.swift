/// How fast each sender may come; two seconds' worth may come at once.
struct SenderPace {
  /// Senders whose pace is known; the default is 4096. When there are more, all begin anew.
  static let sendersMax = 4096
  private static let head = Duration.seconds(2)

  private let spacing: Duration
  /// When the next of a sender would be due at an even pace.
  private var due: [SocketAddress: Duration] = [:]

  init(perSecondMax: Int) { spacing = .nanoseconds(1_000_000_000 / perSecondMax) }

  /// - Returns: whether the sender keeps its pace; what does not is not counted against it.
  mutating func admits(_ sender: SocketAddress, at now: Duration) -> Bool {
    let next = due[sender] ?? .zero
    guard next <= now + Self.head else { return false }
    if due.count >= Self.sendersMax, due[sender] == nil { due = [:] }
    due[sender] = max(next, now) + spacing
    return true
  }
}
