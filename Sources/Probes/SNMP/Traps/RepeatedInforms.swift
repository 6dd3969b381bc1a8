internal import SNMP

/// The informs that were counted lately. One whose answer was lost comes again: it is answered again, and counted once.
struct RepeatedInforms {
  private struct Key: Hashable {
    /// Without the port, which a translator of addresses on the way may change.
    let sender: SocketAddress
    let number: Int
    /// Of all that it says: after a restart, senders begin with the same numbers.
    let content: Int
  }

  /// Informs that are remembered; the default is 10,000.
  static let informsMax = 10_000
  /// For how long, in seconds; the default is 5 minutes. Senders give up much earlier.
  static let seconds = 300.0

  private var known: Set<Key> = []
  /// From the oldest on.
  private var order: [(key: Key, at: Double)] = []
  /// Of `order`: those before it are forgotten.
  private var start = 0

  var count: Int { known.count }

  /// - Parameter seconds: on a clock that never steps.
  /// - Returns: whether it was there already.
  mutating func takes(again notification: DeviceNotification, from sender: SocketAddress, at seconds: Double) -> Bool {
    forget(before: seconds - Self.seconds)
    var hasher = Hasher()
    hasher.combine(notification.sender)
    hasher.combine(notification.kind)
    hasher.combine(notification.uptime)
    hasher.combine(notification.bindings)
    let key = Key(sender: sender.withoutPort, number: notification.number, content: hasher.finalize())
    guard known.insert(key).inserted else { return true }
    order.append((key, seconds))
    return false
  }

  private mutating func forget(before seconds: Double) {
    while start < order.count, order[start].at < seconds || order.count - start >= Self.informsMax {
      known.remove(order[start].key)
      start += 1
    }
    guard start > order.count / 2 else { return }
    order.removeFirst(start)
    start = 0
  }
}
