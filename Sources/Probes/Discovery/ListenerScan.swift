internal import Glibc

/// Ports that somebody listens on, from /proc/net, with the owner where it is readable.
struct ListenerScan {
  enum Owners { case named, withUnits }

  let proc: String
  /// What is said of an owner.
  var owners = Owners.named

  /// Processes whose descriptors are looked at; the default is 4096.
  static let processesMax = 4096
  /// - Source: the kernel's TCP_LISTEN.
  private static let listenState = "0A"
  /// A datagram socket without a peer: TCP_CLOSE.
  private static let unconnectedState = "07"

  private struct Port {
    var isReachable = false
    var inodes: Set<String> = []
    var addresses: [String] = []
  }

  private struct Owner {
    let process: Int?
    let name: String
    let unit: String?
  }

  func listeners() -> [HostFindings.Listener] { listeners(["tcp", "tcp6"], Self.listenState) }

  func datagrams() -> [HostFindings.Listener] { listeners(["udp", "udp6"], Self.unconnectedState) }

  private func listeners(_ files: [String], _ state: String) -> [HostFindings.Listener] {
    var inodes: [Int: Port] = [:]
    for file in files {
      guard let text = ProcFile.text(at: "\(proc)/net/\(file)") else { continue }
      for line in text.split(separator: "\n").dropFirst() {
        let fields = line.split(separator: " ")
        guard fields.count > 9, fields[3] == state else { continue }
        let address = fields[1].split(separator: ":")
        guard address.count == 2, let port = Int(address[1], radix: 16) else { continue }
        inodes[port, default: Port()].inodes.insert(String(fields[9]))
        if let text = Self.text(of: address[0]) { inodes[port]?.addresses.append(text) }
        if !Self.isLoopback(address[0]) { inodes[port]?.isReachable = true }
      }
    }
    let owners = owners(of: Set(inodes.values.flatMap(\.inodes)))
    return inodes.sorted { $0.key < $1.key }.map { port, entry in
      let owner = entry.inodes.compactMap { owners[$0] }.min { $0.name < $1.name }
      return HostFindings.Listener(
        port: port, isReachable: entry.isReachable, processName: owner?.name,
        address: Self.reachable(entry.addresses), unit: owner?.unit, processID: owner?.process)
    }
  }

  /// - Source: the kernel's __SO_ACCEPTCON and SOCK_STREAM, as /proc/net/unix prints them.
  private static let (acceptsFlag, streamType) = ("00010000", "0001")

  /// Sockets in the file system that somebody listens on, by path; not those that are named relative to a folder.
  func sockets() -> [HostFindings.LocalSocket] {
    guard let text = ProcFile.text(at: "\(proc)/net/unix") else { return [] }
    var inodes: [String: String] = [:]
    for line in text.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: " ", maxSplits: 7)
      guard fields.count == 8, fields[3] == Self.acceptsFlag, fields[4] == Self.streamType, fields[7].hasPrefix("/")
      else { continue }
      inodes[String(fields[6])] = String(fields[7])
    }
    let owners = owners(of: Set(inodes.keys))
    return inodes.map { inode, path in
      let owner = owners[inode]
      return HostFindings.LocalSocket(
        path: path, processName: owner?.name, processID: owner?.process, unit: owner?.unit)
    }
    .sorted { $0.path < $1.path }
  }

  /// The loopback where it leads there, else the first address that is bound.
  private static func reachable(_ addresses: [String]) -> String {
    if addresses.contains(where: { ["0.0.0.0", "127.0.0.1", "::"].contains($0) }) { return "127.0.0.1" }
    guard let first = addresses.first else { return "127.0.0.1" }
    return first.contains(":") ? "[\(first)]" : first
  }

  /// As people write what the kernel prints: 32-bit words, low byte first.
  private static func text(of address: Substring) -> String? {
    var bytes: [UInt8] = []
    for start in stride(from: 0, to: address.utf8.count, by: 8) {
      guard let word = UInt32(address.dropFirst(start).prefix(8), radix: 16) else { return nil }
      withUnsafeBytes(of: word.littleEndian) { bytes += $0 }
    }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count)) != nil else {
      return nil
    }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// 127.0.0.0/8, ::1 and 127.0.0.0/8 mapped into IPv6, as the kernel prints them: 32-bit words, low byte first.
  private static func isLoopback(_ address: Substring) -> Bool {
    if address.count == 8 { return address.hasSuffix("7F") }
    return address == "00000000000000000000000001000000"
      || address.hasPrefix("0000000000000000FFFF0000") && address.hasSuffix("7F")
  }

  /// A process that holds each socket.
  private func owners(of sockets: Set<String>) -> [String: Owner] {
    guard !sockets.isEmpty else { return [:] }
    var owners: [String: Owner] = [:]
    let processes = Folder.names(in: proc).filter { $0.allSatisfy(\.isNumber) }.prefix(Self.processesMax)
    for process in processes {
      let folder = "\(proc)/\(process)/fd"
      for descriptor in Folder.names(in: folder) {
        guard let link = target(of: "\(folder)/\(descriptor)"), link.hasPrefix("socket:[") else { continue }
        let inode = String(link.dropFirst(8).dropLast())
        guard sockets.contains(inode), owners[inode] == nil else { continue }
        let name = ProcFile.text(at: "\(proc)/\(process)/comm")
        owners[inode] = name.map {
          Owner(
            process: self.owners == .withUnits ? Int(process) : nil, name: String($0.prefix { $0 != "\n" }),
            unit: unit(of: process))
        }
      }
    }
    return owners
  }

  /// The innermost unit of its control group.
  private func unit(of process: String) -> String? {
    guard owners == .withUnits, let groups = ProcFile.text(at: "\(proc)/\(process)/cgroup") else { return nil }
    let unified = groups.split(separator: "\n").first { $0.hasPrefix("0::") } ?? ""
    return unified.split(separator: "/").last { $0.hasSuffix(".service") }.map(String.init)
  }

  private func target(of link: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 256)
    let count = readlink(link, &buffer, buffer.count)
    return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
  }
}
