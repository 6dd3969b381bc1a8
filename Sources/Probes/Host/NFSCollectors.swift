internal import Glibc
internal import Telemetry

/// Lines of /proc/net/rpc: a name and numbers. Each number that has a name here is a series.
final class RPCCollector: HostCollector {
  let name: String
  private let path: String
  private let file: ProcFile
  private let lines: [Line]
  private var slots: [Int?]

  /// A line, and what its numbers are; `nil` is left out.
  struct Line {
    let heading: String
    let series: [(metric: String, labels: [Label])?]

    init(_ heading: String, _ series: [(metric: String, labels: [Label])?]) {
      self.heading = heading
      self.series = series
    }

    /// A line of procedures, which begins with how many there are.
    init(_ heading: String, _ metric: String, proto: String, methods: [String]) {
      self.init(
        heading,
        [nil] + methods.map { $0.isEmpty ? nil : (metric, [Label("proto", proto), Label("method", $0)]) })
    }
  }

  init(_ name: String, _ system: HostFiles, _ lines: [Line]) {
    self.name = name
    path = "\(system.proc)/net/rpc/\(name)"
    file = ProcFile(path)
    self.lines = lines
    slots = lines.map { _ in nil }
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    let content: Bytes
    do { content = try file.read(into: system.buffer) } catch { throw error.asNoData }
    var cursor = ByteCursor(content)
    while let line = cursor.line() {
      var fields = ByteCursor(line)
      guard let key = fields.word(), let index = lines.firstIndex(where: { key.elementsEqual($0.heading.utf8) })
      else { continue }
      let first = slots[index] ?? bind(lines[index], into: &sink)
      slots[index] = first
      var slot = first
      for series in lines[index].series {
        guard let value = fields.decimal() else { break }
        guard series != nil else { continue }
        sink.put(slot, value)
        slot += 1
      }
    }
  }

  private func bind(_ line: Line, into sink: inout HostSink) -> Int {
    let first = sink.series.count
    for case .some(let series) in line.series { _ = sink.bind(series.metric, series.labels) }
    return first
  }

  static func client(_ system: HostFiles) -> RPCCollector {
    func packets(_ proto: String) -> (String, [Label]) { ("node_nfs_packets_total", [Label("protocol", proto)]) }
    let requests = "node_nfs_requests_total"
    return RPCCollector(
      "nfs", system,
      [
        Line("net", [nil, packets("udp"), packets("tcp"), ("node_nfs_connections_total", [])]),
        Line(
          "rpc",
          [
            ("node_nfs_rpcs_total", []), ("node_nfs_rpc_retransmissions_total", []),
            ("node_nfs_rpc_authentication_refreshes_total", []),
          ]),
        Line("proc2", requests, proto: "2", methods: ["Null"] + methods2),
        Line("proc3", requests, proto: "3", methods: ["Null"] + methods3),
        Line("proc4", requests, proto: "4", methods: clientMethods4),
      ])
  }

  static func server(_ system: HostFiles) -> RPCCollector {
    func plain(_ names: [String?]) -> [(metric: String, labels: [Label])?] {
      names.map { $0.map { ("node_nfsd_\($0)", []) } }
    }
    func packets(_ proto: String) -> (String, [Label]) { ("node_nfsd_packets_total", [Label("proto", proto)]) }
    func errors(_ kind: String) -> (String, [Label]) { ("node_nfsd_rpc_errors_total", [Label("error", kind)]) }
    let requests = "node_nfsd_requests_total"
    return RPCCollector(
      "nfsd", system,
      [
        Line("rc", plain(["reply_cache_hits_total", "reply_cache_misses_total", "reply_cache_nocache_total"])),
        Line("fh", plain(["file_handles_stale_total"])),
        Line("io", plain(["disk_bytes_read_total", "disk_bytes_written_total"])),
        Line("th", plain(["server_threads"])),
        Line(
          "ra",
          plain(
            ["read_ahead_cache_size_blocks"] + Array(repeating: nil, count: 10) + ["read_ahead_cache_not_found_total"])),
        Line("net", [nil, packets("udp"), packets("tcp"), ("node_nfsd_connections_total", [])]),
        Line("rpc", [("node_nfsd_server_rpcs_total", []), nil, errors("fmt"), errors("auth"), errors("cInt")]),
        Line("proc2", requests, proto: "2", methods: [""] + methods2),
        Line("proc3", requests, proto: "3", methods: [""] + methods3),
        Line("proc4ops", requests, proto: "4", methods: serverOperations4),
      ])
  }

  private static let methods2 = [
    "GetAttr", "SetAttr", "Root", "Lookup", "ReadLink", "Read", "WrCache", "Write", "Create", "Remove", "Rename",
    "Link",
    "SymLink", "MkDir", "RmDir", "ReadDir", "FsStat",
  ]
  private static let methods3 = [
    "GetAttr", "SetAttr", "Lookup", "Access", "ReadLink", "Read", "Write", "Create", "MkDir", "SymLink", "MkNod",
    "Remove", "RmDir", "Rename", "Link", "ReadDir", "ReadDirPlus", "FsStat", "FsInfo", "PathConf", "Commit",
  ]
  private static let clientMethods4 = [
    "Null", "Read", "Write", "Commit", "Open", "OpenConfirm", "OpenNoattr", "OpenDowngrade", "Close", "Setattr",
    "FsInfo", "Renew", "SetClientID", "SetClientIDConfirm", "Lock", "Lockt", "Locku", "Access", "Getattr", "Lookup",
    "LookupRoot", "Remove", "Rename", "Link", "Symlink", "Create", "Pathconf", "StatFs", "ReadLink", "ReadDir",
    "ServerCaps", "DelegReturn", "GetACL", "SetACL", "FsLocations", "ReleaseLockowner", "Secinfo", "FsidPresent",
    "ExchangeID", "CreateSession", "DestroySession", "Sequence", "GetLeaseTime", "ReclaimComplete", "LayoutGet",
    "GetDeviceInfo", "LayoutCommit", "LayoutReturn", "SecinfoNoName", "TestStateID", "FreeStateID", "GetDeviceList",
    "BindConnToSession", "DestroyClientID", "Seek", "Allocate", "DeAllocate", "LayoutStats", "Clone",
  ]
  private static let serverOperations4 = [
    "", "", "", "Access", "Close", "Commit", "Create", "DelegPurge", "DelegReturn", "GetAttr", "GetFH", "Link", "Lock",
    "Lockt", "Locku", "Lookup", "LookupRoot", "Nverify", "Open", "OpenAttr", "OpenConfirm", "OpenDgrd", "PutFH", "", "",
    "Read", "ReadDir", "ReadLink", "Remove", "Rename", "Renew", "RestoreFH", "SaveFH", "SecInfo", "SetAttr", "", "",
    "Verify", "Write", "RelLockOwner",
  ]
}
