internal import CLinux
internal import Glibc

/// An IP address and a port, as numbers: a reply's sender is compared without making text of it.
struct SocketAddress: Hashable, Sendable {
  let isVersion6: Bool
  /// The upper half of an IPv6 address; 0 with IPv4.
  let high: UInt64
  let low: UInt64
  /// The interface of a link-local address; 0 for any other.
  let scope: UInt32
  var port: UInt16

  /// - Parameter text: a numeric address, an IPv6 address with or without brackets; `nil` when it is none.
  init?(_ text: String, port: UInt16) {
    let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
    var endpoint = watchkeeper_endpoint()
    guard watchkeeper_endpoint_parse(bare, &endpoint) == 0 else { return nil }
    self.init(endpoint)
    self.port = port
  }

  init(_ endpoint: watchkeeper_endpoint) {
    isVersion6 = endpoint.version == 6
    high = endpoint.high
    low = endpoint.low
    scope = endpoint.scope
    port = endpoint.port
  }

  /// As a protocol without ports knows it.
  var withoutPort: SocketAddress {
    var address = self
    address.port = 0
    return address
  }

  /// Any address of this host, at a port that the kernel chooses.
  static func unspecified(isVersion6: Bool) -> SocketAddress {
    SocketAddress(watchkeeper_endpoint(high: 0, low: 0, scope: 0, port: 0, version: isVersion6 ? 6 : 4))
  }

  var endpoint: watchkeeper_endpoint {
    watchkeeper_endpoint(high: high, low: low, scope: scope, port: port, version: isVersion6 ? 6 : 4)
  }

  /// The address without the port, as `192.0.2.1` or `2001:db8::1`.
  var host: String {
    var endpoint = self.endpoint
    return String(
      decoding: withUnsafeTemporaryAllocation(of: CChar.self, capacity: 96) { text in
        guard let start = text.baseAddress, watchkeeper_endpoint_text(&endpoint, start, text.count) == 0 else {
          return [UInt8]()
        }
        return text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      }, as: UTF8.self)
  }
}

extension SocketAddress: CustomStringConvertible {
  var description: String { isVersion6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// What the system says when a call fails.
enum SystemErrorText {
  static func of(_ number: Int32) -> String { String(cString: strerror(number)) }
  static var last: String { of(errno) }
}
