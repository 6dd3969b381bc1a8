internal import Glibc
internal import Telemetry

/// `node_md_…`: software RAID, from /proc/mdstat.
final class RAIDCollector: HostCollector {
  let name = "mdadm"
  private let file: ProcFile
  private var slots = KeyedSlots()

  private static let states = ["active", "inactive", "recovering", "resync", "check"]
  private static let disks = ["active", "failed", "spare"]

  init(_ system: HostFiles) { file = ProcFile(system.proc + "/mdstat") }

  private struct MirrorState {
    var name = ""
    var state = ""
    var active = 0.0, total = 0.0, failed = 0.0, spare = 0.0, blocks = 0.0
    var synced: Double?
    var isStriped = false
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    let content: String
    do { content = try file.read(into: system.buffer).text } catch { throw error.asNoData }
    slots.rewind()
    var current: MirrorState?
    for line in content.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("Personalities") || line.hasPrefix("unused") { continue }
      if let first = line.first, first != " ", first != "\t" {
        finish(current, into: &sink)
        current = Self.heading(line)
      } else if current != nil {
        Self.read(line, into: &current)
      }
    }
    finish(current, into: &sink)
  }

  /// `md0 : active raid1 sdb1[2](F) sda1[0]`
  private static func heading(_ line: Substring) -> MirrorState? {
    let words = line.split(separator: " ")
    guard words.count >= 3 else { return nil }
    var found = MirrorState()
    found.name = String(words[0])
    found.state = String(words[2])
    found.failed = Double(words.filter { $0.hasSuffix("(F)") }.count)
    found.spare = Double(words.filter { $0.hasSuffix("(S)") }.count)
    found.isStriped = line.contains("raid0") || line.contains("linear")
    if found.isStriped { found.total = Double(words.filter { $0.contains("[") }.count) }
    return found
  }

  /// `248896 blocks [2/1] [U_]`, and `[==>…] recovery = 8.5% (16775552/195310144) finish=17.0min speed=259783K/sec`.
  private static func read(_ line: Substring, into current: inout MirrorState?) {
    let words = line.split(separator: " ")
    if words.count > 1, words[1] == "blocks", let blocks = Double(words[0]) {
      current?.blocks = blocks
      if let striped = current, striped.isStriped { current?.active = striped.total }
      for word in words where word.hasPrefix("[") && word.hasSuffix("]") && word.contains("/") {
        let numbers = word.dropFirst().dropLast().split(separator: "/").compactMap { Double($0) }
        guard numbers.count == 2 else { continue }
        current?.total = numbers[0]
        current?.active = numbers[1]
      }
    }
    let kinds = [("recovery", "recovering"), ("resync", "resync"), ("check", "check")]
    guard let kind = kinds.first(where: { line.contains($0.0) }), !line.contains("bitmap") else { return }
    current?.state = kind.1
    let progress = words.first { $0.hasPrefix("(") && $0.contains("/") }?.dropFirst().split(separator: "/").first
    current?.synced = progress.flatMap { Double($0) } ?? 0  // DELAYED, PENDING
  }

  private func finish(_ found: MirrorState?, into sink: inout HostSink) {
    guard let found else { return }
    var name = found.name
    let first = name.withUTF8 { bytes in
      slots.slot(for: Bytes(UnsafeRawBufferPointer(bytes))) { bind($0, &sink) }
    }
    guard first >= 0 else { return }
    for (index, state) in Self.states.enumerated() { sink.put(first + index, found.state == state ? 1 : 0) }
    let rest = [
      found.active, found.failed, found.spare, found.total, found.blocks, found.synced ?? found.blocks,
    ]
    for (index, value) in rest.enumerated() { sink.put(first + Self.states.count + index, value) }
  }

  private func bind(_ device: String, _ sink: inout HostSink) -> Int {
    let first = sink.series.count
    let label = Label("device", device)
    for state in Self.states { _ = sink.bind("node_md_state", [label, Label("state", state)]) }
    for state in Self.disks { _ = sink.bind("node_md_disks", [label, Label("state", state)]) }
    let last = sink.bind(["disks_required", "blocks", "blocks_synced"].map { "node_md_\($0)" }, [label])
    return last >= 0 ? first : -1
  }
}

/// `node_xfs_…`: counters of each mounted XFS.
final class XFSCollector: HostCollector {
  let name = "xfs"
  private var files: [(file: ProcFile, first: Int)] = []
  private var known: [String: (file: ProcFile, first: Int)] = [:]

  private static let groups: [(line: String, metrics: [String])] = [
    (
      "extent_alloc",
      ["extents_allocated", "blocks_allocated", "extents_freed", "blocks_freed"].map { "extent_allocation_" + $0 }
    ),
    ("abt", ["lookups", "compares", "records_inserted", "records_deleted"].map { "allocation_btree_" + $0 }),
    (
      "blk_map",
      [
        "reads", "writes", "unmaps", "extent_list_insertions", "extent_list_deletions", "extent_list_lookups",
        "extent_list_compares",
      ].map { "block_mapping_" + $0 }
    ),
    ("bmbt", ["lookups", "compares", "records_inserted", "records_deleted"].map { "block_map_btree_" + $0 }),
    ("dir", ["lookup", "create", "remove", "getdents"].map { "directory_operation_" + $0 }),
    (
      "ig",
      ["attempts", "found", "recycled", "missed", "duplicates", "reclaims", "attribute_changes"].map {
        "inode_operation_" + $0
      }
    ),
    ("rw", ["write_calls", "read_calls"]),
    ("vnodes", ["active", "allocate", "get", "hold", "release", "reclaim", "remove"].map { "vnode_" + $0 }),
  ]
  private static let metrics = groups.flatMap(\.metrics).map { "node_xfs_\($0)_total" }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    if system.isScanRound {
      let folder = system.sys + "/fs/xfs"
      files = []
      for device in Folder.names(in: folder) where device != "stats" {
        let path = "\(folder)/\(device)/stats/stats"
        guard access(path, R_OK) == 0 else { continue }
        let entry = known[path] ?? (ProcFile(path), sink.bind(Self.metrics, [Label("device", device)]))
        known[path] = entry
        files.append(entry)
      }
    }
    for (file, first) in files where first >= 0 {
      guard let content = try? file.read(into: system.buffer) else { continue }
      var lines = ByteCursor(content)
      while let line = lines.line() { read(line, first, into: &sink) }
    }
  }

  private func read(_ line: Bytes, _ first: Int, into sink: inout HostSink) {
    var fields = ByteCursor(line)
    guard let key = fields.word() else { return }
    var slot = first
    for group in Self.groups {
      if key.elementsEqual(group.line.utf8) {
        for index in group.metrics.indices {
          guard let value = fields.number() else { return }
          sink.put(slot + index, value)
        }
        return
      }
      slot += group.metrics.count
    }
  }
}

/// `node_zfs_…` from the kernel statistics of ZFS.
final class ZFSCollector: HostCollector {
  let name = "zfs"
  private let folder: String
  private var tables: [Table] = []
  private var known: [String: Table] = [:]
  private var problem: HostReadError?

  private final class Table {
    enum Form { case pairs, row, dataset, state }
    let file: ProcFile
    let form: Form
    let prefix: String
    let labels: [Label]
    var slots = KeyedSlots()
    var dataset: String?

    init(_ path: String, _ form: Form, _ prefix: String, _ labels: [Label]) {
      file = ProcFile(path)
      self.form = form
      self.prefix = prefix
      self.labels = labels
    }
  }

  private static let files = [
    ("abdstats", "abd"), ("arcstats", "arc"), ("dbufstats", "dbuf"), ("dmu_tx", "dmu_tx"), ("dnodestats", "dnode"),
    ("fm", "fm"), ("vdev_cache_stats", "vdev_cache"), ("vdev_mirror_stats", "vdev_mirror"), ("xuio_stats", "xuio"),
    ("zfetchstats", "zfetch"), ("zil", "zil"),
  ]
  private static let states = ["online", "degraded", "faulted", "offline", "removed", "unavail", "suspended"]

  init(_ system: HostFiles) { folder = system.proc + "/spl/kstat/zfs" }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    if system.isScanRound { scan() }
    if let problem { throw problem }
    for table in tables {
      guard let content = try? table.file.read(into: system.buffer) else { continue }
      table.slots.rewind()
      switch table.form {
      case .pairs, .dataset: readPairs(content, table, into: &sink)
      case .row: readRow(content, table, into: &sink)
      case .state: readState(content, table, into: &sink)
      }
    }
  }

  private func scan() {
    tables = []
    problem = nil
    let entries: [String]
    do {
      entries = try Folder.names(of: folder)
    } catch {
      problem = error
      return
    }
    for (file, prefix) in Self.files where entries.contains(file) { add(file, .pairs, "node_zfs_\(prefix)_", []) }
    for pool in entries {
      let label = Label("zpool", pool)
      for file in Folder.names(in: "\(folder)/\(pool)") {
        if file == "io" { add("\(pool)/io", .row, "node_zfs_zpool_", [label]) }
        if file == "state" { add("\(pool)/state", .state, "node_zfs_zpool_", [label]) }
        if file.hasPrefix("objset-") { add("\(pool)/\(file)", .dataset, "node_zfs_zpool_dataset_", [label]) }
      }
    }
  }

  private func add(_ file: String, _ form: Table.Form, _ prefix: String, _ labels: [Label]) {
    let table = known[file] ?? Table("\(folder)/\(file)", form, prefix, labels)
    known[file] = table
    tables.append(table)
  }

  /// `name type data`: types 3 and 4 are 64-bit numbers.
  private func readPairs(_ content: Bytes, _ table: Table, into sink: inout HostSink) {
    var lines = ByteCursor(content)
    while let line = lines.line() {
      var fields = ByteCursor(line)
      guard let key = fields.word(), let type = fields.word(), let data = fields.word() else { continue }
      if table.form == .dataset, key.equals("dataset_name") {
        table.dataset = table.dataset ?? data.text
        continue
      }
      guard type.equals("4") || (table.form == .pairs && type.equals("3")) else { continue }
      var number = ByteCursor(data)
      guard let value = number.number() else { continue }
      put(key, value, table, into: &sink)
    }
  }

  private func readRow(_ content: Bytes, _ table: Table, into sink: inout HostSink) {
    var lines = ByteCursor(content)
    while let line = lines.line() {
      guard line.starts("nread"), let values = lines.line() else { continue }
      var (names, numbers) = (ByteCursor(line), ByteCursor(values))
      while let key = names.word(), let value = numbers.number() { put(key, value, table, into: &sink) }
    }
  }

  private func readState(_ content: Bytes, _ table: Table, into sink: inout HostSink) {
    let current = content.trimmed.text.lowercased()
    for state in Self.states {
      var key = state
      let slot = key.withUTF8 { bytes in
        table.slots.slot(for: Bytes(UnsafeRawBufferPointer(bytes))) {
          sink.bind(table.prefix + "state", table.labels + [Label("state", $0)])
        }
      }
      sink.put(slot, current == state ? 1 : 0)
    }
  }

  private func put(_ key: Bytes, _ value: Double, _ table: Table, into sink: inout HostSink) {
    let slot = table.slots.slot(for: key) { name in
      let metric = table.prefix + String(name.map { $0 == "-" ? "_" : $0 })
      return sink.bind(metric, table.labels + (table.dataset.map { [Label("dataset", $0)] } ?? []))
    }
    sink.put(slot, value)
  }
}

/// `node_btrfs_…` as sysfs shows each mounted btrfs.
final class BtrfsCollector: HostCollector {
  let name = "btrfs"
  private let attributes = AttributeList()
  private var constants: [[String]: Int] = [:]
  private var present: [(slot: Int, value: Double)] = []

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    if system.isScanRound {
      attributes.begin()
      present = []
      let folder = system.sys + "/fs/btrfs"
      for name in Folder.names(in: folder) where name.contains("-") { scan("\(folder)/\(name)", name, into: &sink) }
    }
    for (slot, value) in present { sink.put(slot, value) }
    attributes.collect(from: system, into: &sink)
  }

  private func scan(_ path: String, _ name: String, into sink: inout HostSink) {
    let text = ProcFile.text(at: path + "/metadata_uuid")?.trimmedLine ?? ""
    let uuid = Label("uuid", text.isEmpty ? name : text)
    say(
      "node_btrfs_info", [uuid, Label("label", ProcFile.text(at: path + "/label")?.trimmedLine ?? "")], 1, into: &sink)
    attributes.add(path + "/allocation/global_rsv_size", "node_btrfs_global_rsv_size_bytes", [uuid], into: &sink)
    let devices = Folder.names(in: path + "/devices")
    for device in devices {
      attributes.add(
        "\(path)/devices/\(device)/size", "node_btrfs_device_size_bytes", [uuid, Label("device", device)],
        divisor: 1.0 / 512, into: &sink)
    }
    for type in ["data", "metadata", "system"] {
      let group = "\(path)/allocation/\(type)"
      let labels = [uuid, Label("block_group_type", type)]
      attributes.add(group + "/bytes_reserved", "node_btrfs_reserved_bytes", labels, into: &sink)
      for mode in Folder.names(in: group) where access("\(group)/\(mode)/total_bytes", R_OK) == 0 {
        let all = labels + [Label("mode", mode)]
        attributes.add("\(group)/\(mode)/total_bytes", "node_btrfs_size_bytes", all, into: &sink)
        attributes.add("\(group)/\(mode)/used_bytes", "node_btrfs_used_bytes", all, into: &sink)
        say("node_btrfs_allocation_ratio", all, Self.ratio(mode, devices.count), into: &sink)
      }
    }
  }

  private func say(_ metric: String, _ labels: [Label], _ value: Double, into sink: inout HostSink) {
    let key = [metric] + labels.map(\.value)
    let slot = constants[key] ?? sink.bind(metric, labels)
    constants[key] = slot
    present.append((slot, value))
  }

  /// Bytes on the disks for each byte of data.
  private static func ratio(_ mode: String, _ devices: Int) -> Double {
    let count = Double(devices)
    switch mode {
    case "single", "raid0": return 1
    case "dup", "raid1", "raid10": return 2
    case "raid1c3": return 3
    case "raid1c4": return 4
    case "raid5": return count / (count - 1)
    case "raid6": return count / (count - 2)
    default: return 0
    }
  }
}

/// `node_bcache_…`.
final class BlockCacheCollector: HostCollector {
  let name = "bcache"
  private let attributes = AttributeList()
  private var controllers: [(file: ProcFile, first: Int)] = []
  private var known: [String: (file: ProcFile, first: Int)] = [:]

  /// Lines of writeback_rate_debug.
  private static let controller: [(line: StaticString, metric: String)] = [
    ("rate:", "writeback_rate"), ("target:", "dirty_target_bytes"),
    ("proportional:", "writeback_rate_proportional_term"), ("integral:", "writeback_rate_integral_term"),
    ("change:", "writeback_change"),
  ]

  private static let own: [(file: String, metric: String, divisor: Double)] = [
    ("average_key_size", "average_key_size_sectors", 1), ("btree_cache_size", "btree_cache_size_bytes", 1),
    ("cache_available_percent", "cache_available_percent", 1), ("congested", "congested", 1),
    ("root_usage_percent", "root_usage_percent", 1), ("tree_depth", "tree_depth", 1),
    ("internal/active_journal_entries", "active_journal_entries", 1), ("internal/btree_nodes", "btree_nodes", 1),
    ("internal/btree_read_average_duration_us", "btree_read_average_duration_seconds", 1e9),
    ("internal/cache_read_races", "cache_read_races_total", 1),
  ]
  private static let backing: [(file: String, metric: String)] = [
    ("dirty_data", "dirty_data_bytes"), ("stats_total/bypassed", "bypassed_bytes_total"),
    ("stats_total/cache_hits", "cache_hits_total"), ("stats_total/cache_misses", "cache_misses_total"),
    ("stats_total/cache_bypass_hits", "cache_bypass_hits_total"),
    ("stats_total/cache_bypass_misses", "cache_bypass_misses_total"),
    ("stats_total/cache_miss_collisions", "cache_miss_collisions_total"),
    ("stats_total/cache_readaheads", "cache_readaheads_total"),
  ]
  private static let caches: [(file: String, metric: String)] = [
    ("io_errors", "io_errors"), ("metadata_written", "metadata_written_bytes_total"),
    ("written", "written_bytes_total"),
  ]

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    if system.isScanRound {
      attributes.begin()
      let folder = system.sys + "/fs/bcache"
      controllers = []
      for uuid in Folder.names(in: folder) where uuid.contains("-") { scan("\(folder)/\(uuid)", uuid, into: &sink) }
    }
    attributes.collect(from: system, into: &sink)
    for (file, first) in controllers {
      guard let content = try? file.read(into: system.buffer) else { continue }
      var lines = ByteCursor(content)
      while let line = lines.line() {
        var fields = ByteCursor(line)
        guard let key = fields.word(), let index = Self.controller.firstIndex(where: { key.equals($0.line) }) else {
          continue
        }
        if let value = BoundAttribute.rounded(&fields) { sink.put(first + index, value) }
      }
    }
  }

  private func scan(_ path: String, _ uuid: String, into sink: inout HostSink) {
    let label = Label("uuid", uuid)
    for (file, metric, divisor) in Self.own {
      attributes.add("\(path)/\(file)", "node_bcache_\(metric)", [label], .rounded, divisor: divisor, into: &sink)
    }
    for entry in Folder.names(in: path) {
      if entry.isNumbered(after: "bdev") {
        let debug = "\(path)/\(entry)/writeback_rate_debug"
        let controller =
          known[debug]
          ?? (
            ProcFile(debug),
            sink.bind(Self.controller.map { "node_bcache_\($0.metric)" }, [label, Label("backing_device", entry)])
          )
        known[debug] = controller
        controllers.append(controller)
        for (file, metric) in Self.backing {
          attributes.add(
            "\(path)/\(entry)/\(file)", "node_bcache_\(metric)", [label, Label("backing_device", entry)], .rounded,
            into: &sink)
        }
      } else if entry.isNumbered(after: "cache") {
        for (file, metric) in Self.caches {
          attributes.add(
            "\(path)/\(entry)/\(file)", "node_bcache_\(metric)", [label, Label("cache_device", entry)], .rounded,
            into: &sink)
        }
      }
    }
  }
}
