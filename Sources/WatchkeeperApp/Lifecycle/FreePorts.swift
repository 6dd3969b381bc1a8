internal import Glibc

/// Whether a port can be bound, asked before anything is written or opened.
enum FreePorts {
  static func isFree(host: String, port: Int) -> Bool {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host == "localhost" ? "127.0.0.1" : host, String(port), &hints, &found) == 0, let found else {
      return false
    }
    defer { freeaddrinfo(found) }
    let descriptor = socket(found.pointee.ai_family, found.pointee.ai_socktype, 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    return bind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0
  }

  static func refuseTaken(_ address: ListenAddress) throws(StartError) {
    guard address.port == 0 || isFree(host: address.host, port: address.port) else {
      throw StartError("taken", ["address": "\(address.host):\(address.port)"])
    }
  }
}
