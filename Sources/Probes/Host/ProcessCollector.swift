internal import Glibc
internal import Telemetry

/// `namedprocess_namegroup_…`: processes by groups, under process-exporter's names.
///
/// /proc/PID/stat is read each time, through a descriptor that stays open; what is dearer (status, io, descriptors) is
/// read of a few processes each round and of each once in `seldom` rounds. Counters of a group only grow: what an ended
/// process had used stays in.
final class ProcessCollector: HostCollector {
  let name = "process_groups"
  /// Rounds until a process is read in full again; the default is 8.
  private static let seldom = 8
  /// Processes that are looked at; the default is 20,000.
  private static let processesMax = 20_000
  /// Groups beyond are counted in the group `other`; the default is 1,000.
  private static let groupsMax = 1_000

  private let settings: ProcessGroupSettings
  private let proc: String
  private let ticksPerSecond = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
  private let pageBytes = Double(max(1, sysconf(Int32(_SC_PAGESIZE))))
  private var folder: OpaquePointer?
  private var known: [Int32: TrackedProcess] = [:]
  private var groups: [String: ProcessGroup] = [:]
  private var users: [UInt32: String] = [:]
  private var bootSeconds = 0.0
  /// What could not be read for want of a capability.
  private(set) var isDenied = false

  init(_ system: HostFiles, _ settings: ProcessGroupSettings) {
    proc = system.proc
    self.settings = settings
    folder = opendir(system.proc)
  }

  deinit { if let folder { closedir(folder) } }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    guard let folder else { throw HostReadError(path: proc, code: ENOENT) }
    if bootSeconds == 0 { bootSeconds = try Self.bootTime(system) }
    for group in groups.values { group.begin() }
    isDenied = false
    rewinddir(folder)
    while let entry = readdir(folder) {
      guard let number = Self.number(entry) else { continue }
      let process = known[number] ?? TrackedProcess(number, proc)
      guard read(process, system) else {
        known[number] = nil
        continue
      }
      if known.count < Self.processesMax { known[number] = process }
      process.round = system.round
    }
    if system.isScanRound { known = known.filter { $0.value.round == system.round } }
    for group in groups.values { group.put(into: &sink) }
    if isDenied, LackingRight.isNeeded {
      system.lack(.processes, "/proc/PID/io and /proc/PID/fd of other users' processes cannot be read")
    }
  }

  /// - Returns: false when the process is gone.
  private func read(_ process: TrackedProcess, _ system: HostFiles) -> Bool {
    let isSeldom = (Int(process.number) &+ system.round) % Self.seldom == 0
    // Half of a small machine's numbers; one that became a process's is noticed in its turn.
    if process.isKernelThread, !isSeldom { return true }
    guard let content = try? process.stat.read(into: system.buffer), let figures = ProcessFigures(content) else {
      return false
    }
    process.isKernelThread = figures.isKernelThread
    if figures.isKernelThread { return true }
    if process.startTicks != figures.startTicks {  // another process has the number now
      process.reset(startTicks: figures.startTicks)
    }
    if process.group == nil || !figures.command.elementsEqual(process.command) {
      process.command = Array(figures.command)
      process.group = group(of: process, figures.command.text)
    }
    guard let group = process.group else { return true }
    if isSeldom || process.isNew {
      process.isNew = false
      readSeldom(process, system)
    }
    group.add(process, figures, ticksPerSecond, pageBytes, bootSeconds)
    return true
  }

  private func readSeldom(_ process: TrackedProcess, _ system: HostFiles) {
    let path = "\(proc)/\(process.number)"
    if let content = try? ProcFile(path + "/status").read(into: system.buffer) {
      process.rare.readStatus(content)
    }
    do {
      process.rare.readTransfers(try ProcFile(path + "/io").read(into: system.buffer))
    } catch {
      if error.code == EACCES || error.code == EPERM { isDenied = true }
    }
    // Listing descriptors is the dearest.
    guard process.rare.descriptorsMax == 0 || (Int(process.number) &+ system.round) % (4 * Self.seldom) == 0 else {
      return
    }
    if let count = Folder.count(of: path + "/fd") {
      process.rare.descriptors = Double(count)
      if process.rare.descriptorsMax == 0, let limits = try? ProcFile(path + "/limits").read(into: system.buffer) {
        process.rare.readLimits(limits)
      }
    }
  }

  private func group(of process: TrackedProcess, _ command: String) -> ProcessGroup? {
    let path = "\(proc)/\(process.number)"
    let name = settings.group(
      command: command, commandLine: { ProcFile.text(at: path + "/cmdline") ?? "" }, user: { self.user(path) },
      controlGroup: { ControlGroupPath.ofProcess(ProcFile.text(at: path + "/cgroup") ?? "") })
    guard let name else { return nil }
    let bounded = groups[name] == nil && groups.count >= Self.groupsMax ? "other" : name
    let group = groups[bounded] ?? ProcessGroup(bounded)
    groups[bounded] = group
    return group
  }

  private func user(_ path: String) -> String {
    var state = stat()
    guard stat(path, &state) == 0 else { return "" }
    if let name = users[state.st_uid] { return name }
    let name = getpwuid(state.st_uid).flatMap { $0.pointee.pw_name.map { String(cString: $0) } } ?? "\(state.st_uid)"
    users[state.st_uid] = name
    return name
  }

  private static func bootTime(_ system: HostFiles) throws(HostReadError) -> Double {
    var lines = ByteCursor(try system.stat.read(in: system.round))
    while let line = lines.line() {
      var fields = ByteCursor(line)
      if fields.word()?.equals("btime") == true { return fields.number() ?? 0 }
    }
    return 0
  }

  /// The process number that a name of /proc is.
  private static func number(_ entry: UnsafeMutablePointer<dirent>) -> Int32? {
    withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      pointer.withMemoryRebound(to: UInt8.self, capacity: 256) { bytes in
        var value: Int32 = 0
        var index = 0
        while bytes[index] != 0 {
          guard bytes[index] >= 0x30, bytes[index] <= 0x39, value < 100_000_000 else { return nil }
          value = value * 10 + Int32(bytes[index] - 0x30)
          index += 1
        }
        return index > 0 ? value : nil
      }
    }
  }
}

/// A line of /proc/PID/stat. The command may hold blanks and parentheses: it ends at the last of them.
struct ProcessFigures {
  let command: Bytes
  let state: UInt8
  let minorFaults, majorFaults, userTicks, systemTicks, threads, startTicks, virtualBytes, residentPages: Double
  let isKernelThread: Bool

  init?(_ content: Bytes) {
    guard let open = content.firstIndex(of: UInt8(ascii: "(")), let close = content.lastIndex(of: UInt8(ascii: ")")),
      open < close
    else { return nil }
    command = Bytes(rebasing: content[(open + 1)..<close])
    var fields = ByteCursor(Bytes(rebasing: content[(close + 1)...]))
    guard let state = fields.word()?.first else { return nil }
    self.state = state
    var values: [21 of Double] = .init(repeating: 0)
    for index in values.indices {
      guard let value = fields.signed() else { return nil }
      values[index] = value
    }
    // The first of them is the parent: number 4 of the line.
    isKernelThread = values[0] == 2 || (values[0] == 0 && command.equals("kthreadd"))
    minorFaults = values[6]
    majorFaults = values[8]
    userTicks = values[10]
    systemTicks = values[11]
    threads = values[16]
    startTicks = values[18]
    virtualBytes = values[19]
    residentPages = values[20]
  }
}

/// What is read of a process once in a while.
struct RareFigures {
  var readBytes = 0.0, writtenBytes = 0.0, voluntary = 0.0, involuntary = 0.0
  var swappedBytes = 0.0, descriptors = 0.0, descriptorsMax = 0.0

  mutating func readStatus(_ content: Bytes) {
    var lines = ByteCursor(content)
    while let line = lines.line() {
      var fields = ByteCursor(line)
      guard let key = fields.text(upTo: UInt8(ascii: ":")) else { continue }
      if key.equals("VmSwap") { swappedBytes = (fields.number() ?? 0) * 1024 }
      if key.equals("voluntary_ctxt_switches") { voluntary = fields.number() ?? 0 }
      if key.equals("nonvoluntary_ctxt_switches") { involuntary = fields.number() ?? 0 }
    }
  }

  mutating func readTransfers(_ content: Bytes) {
    var lines = ByteCursor(content)
    while let line = lines.line() {
      var fields = ByteCursor(line)
      guard let key = fields.text(upTo: UInt8(ascii: ":")) else { continue }
      if key.equals("read_bytes") { readBytes = fields.number() ?? 0 }
      if key.equals("write_bytes") { writtenBytes = fields.number() ?? 0 }
    }
  }

  mutating func readLimits(_ content: Bytes) {
    var lines = ByteCursor(content)
    while let line = lines.line() {
      guard line.starts("Max open files") else { continue }
      var fields = ByteCursor(Bytes(rebasing: line.dropFirst(14)))
      descriptorsMax = fields.number() ?? 0
    }
  }
}

/// A process between two rounds.
final class TrackedProcess {
  let number: Int32
  let stat: ProcFile
  var command: [UInt8] = []
  var group: ProcessGroup?
  var round = 0
  var isNew = true
  var isKernelThread = false
  var startTicks = -1.0
  var rare = RareFigures()
  /// As they were added to the group last.
  var counted: [8 of Double] = .init(repeating: 0)

  init(_ number: Int32, _ proc: String) {
    self.number = number
    stat = ProcFile("\(proc)/\(number)/stat")
  }

  func reset(startTicks: Double) {
    self.startTicks = startTicks
    group = nil
    isNew = true
    rare = RareFigures()
    counted = .init(repeating: 0)
  }
}

/// The sums of a group of processes.
final class ProcessGroup {
  let name: String
  private var first: Int?
  private var counters: [8 of Double] = .init(repeating: 0)
  private var processes = 0.0, threads = 0.0, resident = 0.0, virtual = 0.0, swapped = 0.0
  private var descriptors = 0.0, worstRatio = 0.0, oldest = 0.0
  private var states: [5 of Double] = .init(repeating: 0)

  private static let stateNames = ["Running", "Sleeping", "Waiting", "Zombie", "Other"]

  init(_ name: String) { self.name = name }

  func begin() {
    processes = 0
    threads = 0
    resident = 0
    virtual = 0
    swapped = 0
    descriptors = 0
    worstRatio = 0
    oldest = 0
    states = .init(repeating: 0)
  }

  func add(
    _ process: TrackedProcess, _ figures: ProcessFigures, _ ticks: Double, _ page: Double, _ bootSeconds: Double
  ) {
    let rare = process.rare
    let now: [8 of Double] = [
      figures.userTicks / ticks, figures.systemTicks / ticks, figures.majorFaults, figures.minorFaults, rare.readBytes,
      rare.writtenBytes, rare.voluntary, rare.involuntary,
    ]
    for index in now.indices {
      counters[index] += max(0, now[index] - process.counted[index])
      process.counted[index] = now[index]
    }
    processes += 1
    threads += figures.threads
    resident += figures.residentPages * page
    virtual += figures.virtualBytes
    swapped += rare.swappedBytes
    descriptors += rare.descriptors
    if rare.descriptorsMax > 0 { worstRatio = max(worstRatio, rare.descriptors / rare.descriptorsMax) }
    let start = bootSeconds + figures.startTicks / ticks
    oldest = oldest == 0 ? start : min(oldest, start)
    switch figures.state {
    case UInt8(ascii: "R"): states[0] += 1
    case UInt8(ascii: "S"), UInt8(ascii: "I"): states[1] += 1
    case UInt8(ascii: "D"): states[2] += 1
    case UInt8(ascii: "Z"): states[3] += 1
    default: states[4] += 1
    }
  }

  func put(into sink: inout HostSink) {
    let first = self.first ?? bind(&sink)
    self.first = first
    guard first >= 0 else { return }
    for index in counters.indices { sink.put(first + index, counters[index]) }
    let gauges = [processes, threads, resident, virtual, swapped, descriptors, worstRatio]
    for (index, value) in gauges.enumerated() { sink.put(first + 8 + index, value) }
    for index in states.indices { sink.put(first + 15 + index, states[index]) }
    if processes > 0 { sink.put(first + 20, oldest) }
  }

  private func bind(_ sink: inout HostSink) -> Int {
    let first = sink.series.count
    let group = Label("groupname", name)
    func series(_ metric: String, _ label: String? = nil, _ values: [String] = [""]) {
      for value in values {
        _ = sink.bind("namedprocess_namegroup_\(metric)", [group] + (label.map { [Label($0, value)] } ?? []))
      }
    }
    series("cpu_seconds_total", "mode", ["user", "system"])
    series("major_page_faults_total")
    series("minor_page_faults_total")
    series("read_bytes_total")
    series("write_bytes_total")
    series("context_switches_total", "ctxswitchtype", ["voluntary", "nonvoluntary"])
    series("num_procs")
    series("num_threads")
    series("memory_bytes", "memtype", ["resident", "virtual", "swapped"])
    series("open_filedesc")
    series("worst_fd_ratio")
    series("states", "state", Self.stateNames)
    series("oldest_start_time_seconds")
    return sink.series.count == first + 21 ? first : -1
  }
}

extension Folder {
  /// How many entries a folder has; `nil` when it cannot be read.
  static func count(of path: String) -> Int? {
    guard let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var count = 0
    while let entry = readdir(folder) { if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 } }
    return count
  }
}
