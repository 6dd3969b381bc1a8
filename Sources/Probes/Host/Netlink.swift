internal import CLinux
internal import Glibc

/// Asks the kernel for its interfaces or sockets: one answer instead of a file for each value.
final class Netlink {
  enum Subject: Int32 {
    /// NETLINK_ROUTE.
    case links = 0
    /// NETLINK_SOCK_DIAG.
    case sockets = 4
  }

  private let descriptor: Int32
  private var links: [watchkeeper_link] = []
  private var listeners: [watchkeeper_listener] = []

  /// Interfaces that are looked at; the default is 2,000.
  static let linksMax = 2_000
  /// Listening sockets that are looked at; the default is 5,000.
  static let listenersMax = 5_000

  /// - Returns: `nil` where the kernel or a sandbox does not let us ask.
  init?(_ subject: Subject) {
    descriptor = watchkeeper_netlink_open(subject.rawValue)
    if descriptor < 0 { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// - Returns: `nil` when the question fails.
  func interfaces(buffer: ReadBuffer) -> ArraySlice<watchkeeper_link>? {
    while true {
      if links.isEmpty { links = Array(repeating: watchkeeper_link(), count: 16) }
      let count = Int(
        buffer.withStorage {
          watchkeeper_netlink_links(descriptor, $0.baseAddress, $0.count, &links, Int32(links.count))
        })
      if count < 0 { return nil }
      if count < links.count || links.count >= Self.linksMax { return links[..<count] }
      links = Array(repeating: watchkeeper_link(), count: links.count * 4)
    }
  }

  /// - Parameter states: a bit for each TCP state that counts; the default is all.
  func totals(
    family: Int32, protocol number: Int32, states: UInt32 = .max, buffer: ReadBuffer
  ) -> watchkeeper_socket_totals? {
    var totals = watchkeeper_socket_totals()
    let code = buffer.withStorage {
      watchkeeper_netlink_totals(descriptor, $0.baseAddress, $0.count, family, number, states, &totals)
    }
    return code < 0 ? nil : totals
  }

  func listening(family: Int32, protocol number: Int32, buffer: ReadBuffer) -> ArraySlice<watchkeeper_listener>? {
    if listeners.isEmpty { listeners = Array(repeating: watchkeeper_listener(), count: Self.listenersMax) }
    let count = Int(
      buffer.withStorage {
        watchkeeper_netlink_listeners(
          descriptor, $0.baseAddress, $0.count, family, number, &listeners, Int32(listeners.count))
      })
    return count < 0 ? nil : listeners[..<count]
  }
}
