internal import Glibc
internal import Telemetry

/// What systemd's units and containers use, straight from the control groups (version 2).
///
/// Processor time and memory are read each time; input and output, tasks and kills for want of memory once in a few
/// rounds, and shown in between.
final class ControlGroupCollector: HostCollector {
  enum Subject { case units, containers }

  let name: String
  private let subject: Subject
  private let filter: UnitFilter
  private let roots: [String]
  private let names: ContainerNames
  private var known: [String: MeasuredGroup] = [:]
  private var present: [MeasuredGroup] = []
  private var problem: HostReadError?

  /// Folders that one look passes; the default is 20,000.
  private static let foldersMax = 20_000
  private static let depthMax = 8
  /// Groups that are measured; the default is 2,000.
  private static let groupsMax = 2_000

  init(_ system: HostFiles, _ subject: Subject, _ filter: UnitFilter) {
    self.subject = subject
    self.filter = filter
    name = subject == .units ? "systemd_units" : "containers"
    // A host with both versions has the second one below.
    roots = [system.sys + "/fs/cgroup", system.sys + "/fs/cgroup/unified"]
    names = ContainerNames(root: system.root)
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    if system.isScanRound { scan(into: &sink) }
    if let problem { throw problem }
    for group in present { group.collect(isFull: system.isScanRound, from: system, into: &sink) }
  }

  private func scan(into sink: inout HostSink) {
    present = []
    problem = nil
    guard let root = roots.first(where: { access($0 + "/cgroup.controllers", R_OK) == 0 }) else {
      problem = .noData(roots[0] + "/cgroup.controllers")
      return
    }
    var waiting = [(path: root, depth: 0)]
    var passed = 0
    while let (path, depth) = waiting.popLast(), passed < Self.foldersMax, present.count < Self.groupsMax {
      passed += 1
      for child in Folder.folders(in: path) {
        let below = "\(path)/\(child)"
        let isFound = depth > 0 || child.contains(".") ? add(below, child, parent: path, into: &sink) : false
        // What is inside a unit or a container belongs to it; only slices and pods hold others.
        if !isFound, depth + 1 < Self.depthMax { waiting.append((below, depth + 1)) }
      }
    }
  }

  /// - Returns: whether it is one of ours, and looking inside is needless.
  private func add(_ path: String, _ folder: String, parent: String, into sink: inout HostSink) -> Bool {
    let container = ContainerIdentity(folder: folder, path: path)
    switch subject {
    case .containers:
      guard let container else { return false }
      measure(path, prefix: "container", into: &sink) { self.names.labels(of: container) }
      return true
    case .units:
      if container != nil { return true }
      guard
        folder.hasSuffix(".service") || folder.hasSuffix(".scope") || folder.hasSuffix(".socket")
          || folder.hasSuffix(".mount") || folder.hasSuffix(".swap")
      else { return false }
      let unit = Self.unescaped(folder)
      if filter.accepts(unit) { measure(path, prefix: "node_systemd_unit", into: &sink) { [Label("name", unit)] } }
      return !unit.hasPrefix("user@")  // a user's manager has units of its own
    }
  }

  private func measure(_ path: String, prefix: String, into sink: inout HostSink, labels: () -> [Label]) {
    let group = known[path] ?? MeasuredGroup(path, prefix, labels(), into: &sink)
    known[path] = group
    present.append(group)
  }

  /// systemd writes `_` before a name that could be one of the kernel's files.
  private static func unescaped(_ folder: String) -> String {
    folder.hasPrefix("_") ? String(folder.dropFirst()) : folder
  }
}

/// The figures of one control group.
final class MeasuredGroup {
  private let processor: ProcFile
  private let memory: ProcFile
  private let path: String
  private let first: Int
  private var rare: [Double?] = [nil, nil, nil, nil]

  init(_ path: String, _ prefix: String, _ labels: [Label], into sink: inout HostSink) {
    self.path = path
    processor = ProcFile(path + "/cpu.stat")
    memory = ProcFile(path + "/memory.current")
    first = sink.series.count
    for mode in ["user", "system"] { _ = sink.bind(prefix + "_cpu_seconds_total", labels + [Label("mode", mode)]) }
    _ = sink.bind(
      ["memory_bytes", "io_read_bytes_total", "io_written_bytes_total", "tasks", "oom_kills_total"].map {
        "\(prefix)_\($0)"
      }, labels)
  }

  func collect(isFull: Bool, from system: HostFiles, into sink: inout HostSink) {
    guard first + 7 <= sink.series.count else { return }
    if let content = try? processor.read(into: system.buffer) {
      var lines = ByteCursor(content)
      while let line = lines.line() {
        var fields = ByteCursor(line)
        guard let key = fields.word(), let value = fields.number() else { continue }
        if key.equals("user_usec") { sink.put(first, value / 1e6) }
        if key.equals("system_usec") {
          sink.put(first + 1, value / 1e6)
          break
        }
      }
    }
    if let content = try? memory.read(into: system.buffer) {
      var cursor = ByteCursor(content)
      if let value = cursor.number() { sink.put(first + 2, value) }
    }
    if isFull { readRare(system) }
    for (index, value) in rare.enumerated() { if let value { sink.put(first + 3 + index, value) } }
  }

  private func readRare(_ system: HostFiles) {
    rare = [nil, nil, nil, nil]
    if let content = try? ProcFile(path + "/io.stat").read(into: system.buffer) {
      (rare[0], rare[1]) = Self.transfers(content)
    }
    if let content = try? ProcFile(path + "/pids.current").read(into: system.buffer) {
      var cursor = ByteCursor(content)
      rare[2] = cursor.number()
    }
    if let content = try? ProcFile(path + "/memory.events").read(into: system.buffer) {
      var lines = ByteCursor(content)
      while let line = lines.line() {
        var fields = ByteCursor(line)
        if fields.word()?.equals("oom_kill") == true { rare[3] = fields.number() }
      }
    }
  }

  /// `8:0 rbytes=1 wbytes=2 rios=…`, a line for each disk.
  private static func transfers(_ content: Bytes) -> (Double?, Double?) {
    var (read, written) = (0.0, 0.0)
    var lines = ByteCursor(content)
    while let line = lines.line() {
      var fields = ByteCursor(line)
      _ = fields.word()
      while let field = fields.word() {
        var digits = ByteCursor(Bytes(rebasing: field.dropFirst(7)))
        if field.starts("rbytes=") { read += digits.number() ?? 0 }
        if field.starts("wbytes=") { written += digits.number() ?? 0 }
      }
    }
    return (read, written)
  }
}

/// A container as the name of its control group shows it.
struct ContainerIdentity: Hashable {
  /// `docker`, `podman`, `containerd`, `crio`, `lxc` or `nspawn`.
  let runtime: String
  /// 64 hexadecimal digits, or the machine's name.
  let id: String
  /// The pod's identifier under Kubernetes.
  let pod: String?

  /// `docker-ID.scope`, `libpod-ID.scope`, `cri-containerd-ID.scope`, `crio-ID.scope`, `docker/ID`,
  /// `kubepods…/podUID/ID`, `lxc.payload.NAME`, `machine-NAME.scope`, and `systemd-nspawn@NAME.service`, which
  /// `machinectl start` makes.
  init?(folder: String, path: String) {
    let pod = path.split(separator: "/").dropLast().last { $0.contains("pod") && !$0.hasPrefix("kubepods.slice") }
    self.pod = pod.flatMap(Self.podIdentifier)
    let base = folder.hasSuffix(".scope") ? String(folder.dropLast(6)) : folder
    let prefixes = [
      ("docker-", "docker"), ("libpod-", "podman"), ("cri-containerd-", "containerd"), ("crio-", "crio"),
      ("nerdctl-", "containerd"),
    ]
    if let (prefix, runtime) = prefixes.first(where: { base.hasPrefix($0.0) }),
      Self.isIdentifier(base.dropFirst(prefix.count))
    {
      self.runtime = runtime
      id = String(base.dropFirst(prefix.count))
      return
    }
    if folder.hasPrefix("lxc.payload."), folder.count > 12 {
      runtime = "lxc"
      id = String(folder.dropFirst(12))
      return
    }
    if folder.hasPrefix("machine-"), folder.hasSuffix(".scope") {
      runtime = "nspawn"
      id = String(base.dropFirst(8)).replacing("\\x2d", with: "-")
      return
    }
    if folder.hasPrefix("systemd-nspawn@"), folder.hasSuffix(".service") {
      runtime = "nspawn"
      id = String(folder.dropFirst(15).dropLast(8)).replacing("\\x2d", with: "-")
      return
    }
    guard Self.isIdentifier(folder[...]) else { return nil }
    runtime = path.contains("/docker/") ? "docker" : path.contains("/libpod_parent/") ? "podman" : "containerd"
    id = folder
  }

  private static func isIdentifier(_ text: Substring) -> Bool {
    text.utf8.count == 64 && text.allSatisfy { $0.isHexDigit && !$0.isUppercase }
  }

  /// `kubepods-burstable-pod1234_….slice` and `pod1234-…`.
  private static func podIdentifier(_ folder: Substring) -> String? {
    guard let range = folder.ranges(of: "pod").last, range.upperBound < folder.endIndex else { return nil }
    let text = folder[range.upperBound...].replacing(".slice", with: "").replacing("_", with: "-")
    return text.utf8.count >= 32 && text.allSatisfy { $0.isHexDigit || $0 == "-" } ? String(text) : nil
  }
}

/// Names of containers, where their runtime's files are readable.
final class ContainerNames {
  private let root: String

  init(root: String) { self.root = root }

  func labels(of container: ContainerIdentity) -> [Label] {
    let short = container.id.utf8.count == 64 ? String(container.id.prefix(12)) : container.id
    var labels = [Label("id", short), Label("runtime", container.runtime), Label("name", name(of: container) ?? short)]
    if let pod = container.pod { labels.append(Label("pod_uid", pod)) }
    return labels
  }

  private func name(of container: ContainerIdentity) -> String? {
    switch container.runtime {
    case "docker":
      let place = ProcFile.text(at: root + "/etc/docker/daemon.json").flatMap { Self.field("data-root", of: $0) }
      let path = "\(root)\(place ?? "/var/lib/docker")/containers/\(container.id)/config.v2.json"
      return ProcFile.text(at: path).flatMap { Self.field("Name", of: $0) }.map { String($0.trimmingPrefix("/")) }
    case "podman":
      let path = "\(root)/var/lib/containers/storage/overlay-containers/containers.json"
      guard let text = ProcFile.text(at: path), let place = text.ranges(of: container.id).first else { return nil }
      // The list of names follows the identifier in the same object.
      guard let names = text[place.upperBound...].ranges(of: "\"names\":[\"").first else { return nil }
      return String(text[names.upperBound...].prefix { $0 != "\"" })
    case "containerd", "crio":
      for namespace in ["k8s.io", "moby", "default"] {
        let path = "\(root)/run/containerd/io.containerd.runtime.v2.task/\(namespace)/\(container.id)/config.json"
        guard let text = ProcFile.text(at: path) else { continue }
        return Self.field("io.kubernetes.cri.container-name", of: text) ?? Self.field("nerdctl/name", of: text)
      }
      return nil
    default: return container.id
    }
  }

  /// The text of the first member of that name in a JSON object, as runtimes and people write it.
  private static func field(_ name: String, of text: String) -> String? {
    for found in text.ranges(of: "\"\(name)\"") {
      let colon = text[found.upperBound...].drop(while: \.isWhitespace)
      guard colon.first == ":" else { continue }
      let value = colon.dropFirst().drop(while: \.isWhitespace)
      return value.first == "\"" ? String(value.dropFirst().prefix { $0 != "\"" }) : nil
    }
    return nil
  }
}

extension Folder {
  /// The folders in a folder.
  static func folders(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      guard entry.pointee.d_type == UInt8(DT_DIR) else { continue }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
