import Glibc

/// A server on a free UDP port of 127.0.0.1: each datagram is answered with what the script makes of it.
package final class DatagramServer: Sendable {
  package let port: Int
  private let descriptor: Int32

  /// - Parameter address: the default is 127.0.0.1; 0 is all of them.
  package init(at host: UInt32 = 0x7f00_0001, _ answer: @escaping @Sendable ([UInt8]) -> [[UInt8]]) throws {
    descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(host).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
      }
    }
    guard isBound else { throw LoopbackServer.SetUpFailed() }
    port = Int(UInt16(bigEndian: address.sin_port))
    LoopbackServer.detach {
      var bytes = [UInt8](repeating: 0, count: 65_536)
      while true {
        var from = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        withUnsafeMutablePointer(to: &from) { pointer in
          pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            let count = recvfrom(descriptor, &bytes, bytes.count, 0, generic, &length)
            // One byte is the test's word to end.
            guard count > 1 else { return length = 0 }
            for reply in answer(Array(bytes[..<count])) { sendto(descriptor, reply, reply.count, 0, generic, length) }
          }
        }
        guard length > 0 else {
          close(descriptor)
          return
        }
      }
    }
  }

  package func stop() {
    let caller = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(caller) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    address.sin_port = in_port_t(port).bigEndian
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        _ = sendto(caller, [0], 1, 0, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
