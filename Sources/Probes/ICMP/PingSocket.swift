internal import CLinux
internal import Glibc

/// One socket for all pings of one family.
struct PingSocket {
  let descriptor: Int32
  let isVersion6: Bool
  /// A raw socket: with IPv4 it gives the packets with their IP header and leaves the checksum to us.
  let isRaw: Bool
  let identifier: UInt16
  let watch: NetworkLoop.WatchID
  /// The kernel has no ancillary message for it in IPv4, so that the socket is switched when the next packet differs.
  var forbidsFragments = false

  /// Room for the replies of one wait, some thousand at once; the kernel may grant less.
  private static let receiveBufferBytes: Int32 = 1 << 20

  /// An unprivileged socket where `net.ipv4.ping_group_range` has our group, else a raw one with CAP_NET_RAW.
  init(isVersion6: Bool, on loop: NetworkLoop, _ client: any LoopClient) throws(PingProblem) {
    let version: Int32 = isVersion6 ? 6 : 4
    let icmp = isVersion6 ? 58 : Int32(IPPROTO_ICMP)
    var opened = watchkeeper_socket(version, Int32(SOCK_DGRAM.rawValue), icmp)
    isRaw = opened < 0
    if opened < 0 { opened = watchkeeper_socket(version, Int32(SOCK_RAW.rawValue), icmp) }
    guard opened >= 0 else {
      throw errno == EPERM || errno == EACCES ? .notPermitted : .system(SystemErrorText.last)
    }
    do throws(PingProblem) {
      identifier = try Self.prepare(opened, isVersion6: isVersion6, isRaw: isRaw)
      guard let watch = loop.watch(opened, for: .read, key: isVersion6 ? 6 : 4, client) else {
        throw .system(SystemErrorText.last)
      }
      self.watch = watch
    } catch {
      close(opened)
      throw error
    }
    descriptor = opened
    self.isVersion6 = isVersion6
  }

  /// - Returns: the identifier of the requests.
  private static func prepare(_ opened: Int32, isVersion6: Bool, isRaw: Bool) throws(PingProblem) -> UInt16 {
    let level = isVersion6 ? Int32(IPPROTO_IPV6) : Int32(IPPROTO_IP)
    let hops = isVersion6 ? IPV6_RECVHOPLIMIT : IP_RECVTTL
    let errors = isVersion6 ? IPV6_RECVERR : IP_RECVERR
    _ = watchkeeper_socket_option(opened, SOL_SOCKET, SO_RCVBUF, receiveBufferBytes)
    guard watchkeeper_socket_option(opened, SOL_SOCKET, SO_TIMESTAMPNS, 1) == 0,
      watchkeeper_socket_option(opened, level, hops, 1) == 0,
      watchkeeper_socket_option(opened, level, errors, 1) == 0
    else { throw .system(SystemErrorText.last) }
    if isRaw {
      let identifier = UInt16(truncatingIfNeeded: watchkeeper_random())
      guard watchkeeper_filter_echo_replies(opened, isVersion6 ? 6 : 4, identifier) == 0 else {
        throw .system(SystemErrorText.last)
      }
      return identifier
    }
    // The kernel's number of the socket is the identifier, and it gives replies to that one only.
    var own = SocketAddress.unspecified(isVersion6: isVersion6).endpoint
    guard watchkeeper_bind(opened, &own) == 0, watchkeeper_local_endpoint(opened, &own) == 0 else {
      throw .system(SystemErrorText.last)
    }
    return own.port
  }

  static func isOfThisHost(_ address: SocketAddress) -> Bool {
    let descriptor = watchkeeper_socket(address.isVersion6 ? 6 : 4, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var endpoint = address.endpoint
    return watchkeeper_bind(descriptor, &endpoint) == 0
  }

  /// - Returns: 0, or the number of the error.
  mutating func send(_ message: [UInt8], _ request: PingRequest) -> Int32 {
    if request.forbidsFragments != forbidsFragments {
      let manner = request.forbidsFragments ? IP_PMTUDISC_DO : IP_PMTUDISC_WANT
      let level = isVersion6 ? Int32(IPPROTO_IPV6) : Int32(IPPROTO_IP)
      let option = isVersion6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER
      guard watchkeeper_socket_option(descriptor, level, option, manner) == 0 else { return errno }
      forbidsFragments = request.forbidsFragments
    }
    var to = request.address.endpoint
    var manner = watchkeeper_packet_manner(
      source: request.source?.endpoint ?? watchkeeper_endpoint(), hops: Int16(request.hopsMax ?? 0),
      traffic_class: Int16(request.trafficClass ?? -1))
    return watchkeeper_send_packet(descriptor, message, message.count, &to, &manner) < 0 ? errno : 0
  }
}
