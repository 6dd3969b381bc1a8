internal import Glibc

/// TCP ports that somebody listens on, from /proc/net/tcp and tcp6, with the owner where it is readable.
struct ListenerScan {
  let proc: String

  /// Processes whose descriptors are looked at; the default is 4096.
  static let processesMax = 4096
  /// - Source: the kernel's TCP_LISTEN.
  private static let listenState = "0A"

  func listeners() -> [HostFindings.Listener] {
    var inodes: [Int: (isReachable: Bool, inodes: Set<String>)] = [:]
    for file in ["tcp", "tcp6"] {
      guard let text = ProcFile.text(at: "\(proc)/net/\(file)") else { continue }
      for line in text.split(separator: "\n").dropFirst() {
        let fields = line.split(separator: " ")
        guard fields.count > 9, fields[3] == Self.listenState else { continue }
        let address = fields[1].split(separator: ":")
        guard address.count == 2, let port = Int(address[1], radix: 16) else { continue }
        inodes[port, default: (false, [])].inodes.insert(String(fields[9]))
        if !Self.isLoopback(address[0]) { inodes[port]?.isReachable = true }
      }
    }
    let owners = owners(of: Set(inodes.values.flatMap(\.inodes)))
    return inodes.sorted { $0.key < $1.key }.map { port, entry in
      let names = entry.inodes.compactMap { owners[$0] }.sorted()
      return HostFindings.Listener(port: port, isReachable: entry.isReachable, processName: names.first)
    }
  }

  /// 127.0.0.0/8, ::1 and 127.0.0.0/8 mapped into IPv6, as the kernel prints them: 32-bit words, low byte first.
  private static func isLoopback(_ address: Substring) -> Bool {
    if address.count == 8 { return address.hasSuffix("7F") }
    return address == "00000000000000000000000001000000"
      || address.hasPrefix("0000000000000000FFFF0000") && address.hasSuffix("7F")
  }

  /// The name of a process that holds each socket.
  private func owners(of sockets: Set<String>) -> [String: String] {
    guard !sockets.isEmpty else { return [:] }
    var owners: [String: String] = [:]
    let processes = Folder.names(in: proc).filter { $0.allSatisfy(\.isNumber) }.prefix(Self.processesMax)
    for process in processes {
      let folder = "\(proc)/\(process)/fd"
      for descriptor in Folder.names(in: folder) {
        guard let link = target(of: "\(folder)/\(descriptor)"), link.hasPrefix("socket:[") else { continue }
        let inode = String(link.dropFirst(8).dropLast())
        guard sockets.contains(inode), owners[inode] == nil else { continue }
        let name = ProcFile.text(at: "\(proc)/\(process)/comm")
        owners[inode] = name.map { String($0.prefix { $0 != "\n" }) }
      }
    }
    return owners
  }

  private func target(of link: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 256)
    let count = readlink(link, &buffer, buffer.count)
    return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
  }
}
