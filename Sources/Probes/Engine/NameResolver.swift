internal import CLinux
internal import Synchronization

/// The family of addresses that a probe wants.
enum AddressPreference: Hashable, Sendable {
  /// The system's own order, which knows what this host has a route for.
  case system
  /// IPv6 first, or IPv4 first; the other one when the name has none of it.
  case prefer(version6: Bool)
  case only(version6: Bool)

  func choice(among addresses: [SocketAddress]) -> SocketAddress? {
    switch self {
    case .system: addresses.first
    case .prefer(let version6): addresses.first { $0.isVersion6 == version6 } ?? addresses.first
    case .only(let version6): addresses.first { $0.isVersion6 == version6 }
    }
  }
}

/// Asks the system's resolver on threads of its own: it may block for many seconds, and nothing else may block with it.
public final class NameResolver: Sendable {
  enum Answer: Sendable {
    case address(SocketAddress)
    /// The resolver says that there is none, and why.
    case none(String)
    /// We could not ask: too many lookups hang, or no thread is left.
    case busy(String)
  }

  enum Addresses: Sendable {
    /// At least one, in the system's order of preference.
    case found([SocketAddress])
    case none(String)
    case busy(String)
  }

  /// Lookups that may hang at a time; the default is 64.
  static let lookupsMax = 64
  /// More addresses of one name are not looked at.
  private static let addressesMax = 16

  private let running = Mutex(0)

  public init() {}

  /// - Parameter host: a name or a numeric address, which needs no lookup.
  func address(of host: String, port: UInt16, _ preference: AddressPreference) async -> Answer {
    if let numeric = SocketAddress(host, port: port) {
      if case .only(let version6) = preference, numeric.isVersion6 != version6 {
        return .none("'\(host)' is no IPv\(version6 ? 6 : 4) address")
      }
      return .address(numeric)
    }
    switch await addresses(of: host, port: port) {
    case .busy(let why): return .busy(why)
    case .none(let why): return .none(why)
    case .found(let addresses):
      guard let address = preference.choice(among: addresses) else {
        return .none("'\(host)' has no address of the wanted family")
      }
      return .address(address)
    }
  }

  /// Every address of a name.
  func addresses(of host: String, port: UInt16) async -> Addresses {
    let mayAsk = running.withLock { running in
      guard running < Self.lookupsMax else { return false }
      running += 1
      return true
    }
    guard mayAsk else { return .busy("\(Self.lookupsMax) lookups of names have not come back") }
    return await withCheckedContinuation { continuation in
      let isStarted = DetachedThread.start {
        let answer = Self.ask(host, port)
        self.running.withLock { $0 -= 1 }
        continuation.resume(returning: answer)
      }
      guard !isStarted else { return }
      running.withLock { $0 -= 1 }
      continuation.resume(returning: .busy("this host has no thread left for looking up names"))
    }
  }

  private static func ask(_ host: String, _ port: UInt16) -> Addresses {
    withUnsafeTemporaryAllocation(of: watchkeeper_endpoint.self, capacity: addressesMax) { endpoints in
      guard let start = endpoints.baseAddress else { return .none("'\(host)' has no address") }
      let count = watchkeeper_resolve(host, 0, start, Int32(addressesMax))
      guard count > 0 else {
        let problem = count < 0 ? String(cString: watchkeeper_resolve_problem(count)) : "the answer is empty"
        return .none("'\(host)' has no address: \(problem)")
      }
      return .found(
        endpoints.prefix(Int(count)).map { endpoint in
          var address = SocketAddress(endpoint)
          address.port = port
          return address
        })
    }
  }
}
