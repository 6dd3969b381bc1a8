internal import Telemetry

/// Into which groups processes are put.
struct ProcessGroupSettings: Decodable, Hashable, Sendable {
  enum Key: String, CaseIterable, Decodable { case name, user, cgroup }

  /// Own groups: a process belongs to the first that all its patterns match.
  struct Group: Decodable, Hashable, Sendable {
    let name: String
    /// Of the command's name, at most 15 bytes as the kernel has it.
    let comm: PatternSetting?
    /// Of the arguments, blanks between them.
    let cmdline: PatternSetting?
    let user: PatternSetting?
    let cgroup: PatternSetting?

    private enum CodingKeys: String, CodingKey, CaseIterable { case name, comm, cmdline, user, cgroup }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      name = try fields.decode(String.self, forKey: .name)
      comm = try fields.decodeIfPresent(PatternSetting.self, forKey: .comm)
      cmdline = try fields.decodeIfPresent(PatternSetting.self, forKey: .cmdline)
      user = try fields.decodeIfPresent(PatternSetting.self, forKey: .user)
      cgroup = try fields.decodeIfPresent(PatternSetting.self, forKey: .cgroup)
    }
  }

  /// How the processes are grouped that are in no own group; the default is by name.
  var key = Key.name
  /// Groups by key that are shown; by default all.
  var include: PatternSetting?
  var exclude: PatternSetting?
  var groups: [Group] = []

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case include, exclude, groups
    case key = "by"
  }

  init() {}

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    key = try fields.choice(forKey: .key, else: "fault.host.group-key") ?? .name
    include = try fields.decodeIfPresent(PatternSetting.self, forKey: .include)
    exclude = try fields.decodeIfPresent(PatternSetting.self, forKey: .exclude)
    groups = try fields.decodeIfPresent([Group].self, forKey: .groups) ?? []
  }

  /// - Returns: `nil` for a process that is not watched. What is dear to know is asked for only when a pattern needs it.
  func group(
    command: String, commandLine: () -> String, user: () -> String, controlGroup: () -> String
  ) -> String? {
    for group in groups {
      if let pattern = group.comm, !pattern.matches(command) { continue }
      if let pattern = group.cmdline, !pattern.matches(commandLine().replacing("\0", with: " ")) { continue }
      if let pattern = group.user, !pattern.matches(user()) { continue }
      if let pattern = group.cgroup, !pattern.matches(controlGroup()) { continue }
      return group.name
    }
    let name =
      switch key {
      case .name: command
      case .user: user()
      case .cgroup: controlGroup()
      }
    guard !name.isEmpty, include?.matches(name) ?? true, exclude?.matches(name) != true else { return nil }
    return name
  }
}

/// Paths of control groups.
enum ControlGroupPath {
  /// From /proc/PID/cgroup: the innermost unit or container; the group `/` itself is "/".
  static func ofProcess(_ text: String) -> String {
    let line = text.split(separator: "\n").first { $0.hasPrefix("0::") } ?? ""
    let path = line.dropFirst(3)
    let parts = path.split(separator: "/")
    let unit = parts.last { $0.hasSuffix(".service") || $0.hasSuffix(".scope") || $0.hasSuffix(".slice") }
    return unit.map(String.init) ?? parts.last.map(String.init) ?? "/"
  }
}
