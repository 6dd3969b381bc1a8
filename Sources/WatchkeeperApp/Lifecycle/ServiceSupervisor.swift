internal import Glibc

/// Tells systemd how the program fares (`Type=notify`, `WatchdogSec=`); does nothing when systemd did not start it.
///
/// The watchdog is fed by the evaluation loop, not by a thread of its own, so that a stuck loop is restarted.
/// - Source: sd_notify(3).
struct ServiceSupervisor: Sendable {
  private let socketPath: String?
  /// How often systemd wants to hear `WATCHDOG=1`; `nil` when the unit has no watchdog.
  let watchdogPeriod: Duration?

  init(environment: [String: String]) {
    socketPath = environment["NOTIFY_SOCKET"]
    let named = environment["WATCHDOG_PID"].flatMap(Int32.init)
    let isForUs = named == nil || named == getpid()
    watchdogPeriod = isForUs ? environment["WATCHDOG_USEC"].flatMap(Int.init).map { .microseconds($0) } : nil
  }

  func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }
  func status(_ status: String) { send("STATUS=\(status)") }
  func stopping() { send("STOPPING=1") }
  func alive() { if watchdogPeriod != nil { send("WATCHDOG=1") } }

  /// systemd wants the monotonic time with `RELOADING=1` since version 253; older versions ignore it.
  func reloading(uptime: Duration) {
    let (seconds, attoseconds) = uptime.components
    send("RELOADING=1\nMONOTONIC_USEC=\(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)")
  }

  private func send(_ message: String) {
    guard let socketPath else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = Array(socketPath.utf8)
    guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    withUnsafeMutableBytes(of: &address.sun_path) { buffer in
      buffer.copyBytes(from: path)
      if path.first == UInt8(ascii: "@") { buffer[0] = 0 }
    }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
    let bytes = Array(message.utf8)
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, bytes, bytes.count, 0, $0, length)
      }
    }
  }
}
