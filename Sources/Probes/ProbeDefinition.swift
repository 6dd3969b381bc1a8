internal import Interchange
public import Telemetry

/// A probe as a file defines it: what is checked, how often, and whose it is.
public struct ProbeDefinition: Decodable, Sendable {
  /// Distinct in the installation; the schedule's phase comes from it.
  public let name: String
  /// A name of `ProbeCatalog`.
  public let kind: String
  /// When it is due. The default is the kind's interval.
  public let rhythm: Rhythm
  /// From one run's due time to the next, at the closest.
  public let interval: Duration
  /// At most the interval. The default is the kind's, cut to the interval.
  public let timeout: Duration
  /// Added to every series; `job` and `instance` have defaults.
  public let labels: LabelSet
  /// Series that it may have at a time, over all of its targets; more are refused by name and cost only themselves. Its
  /// verdict's are among them and never refused. The default is the kind's.
  public let seriesMax: Int
  /// The name as the file has it, which targets share; see `perTarget`.
  let family: String
  /// The CMDB item that is checked; `nil`: the endpoint that the settings name, or this host.
  public let item: String?
  /// The probe or the CMDB item through which the target is reached; `nil`: as the CMDB's relations say.
  public let behind: String?
  /// 1 to 5, the most important first: who runs on when not all can. The default is 3.
  public internal(set) var priority: Int
  /// How it leaves the interval. The default is `PaceSettings.check` for kinds that check a target over the network.
  public internal(set) var pace: PaceSettings
  /// With `targetSources` only a pattern of what is asked.
  public let settings: any ProbeSettings
  /// Where the targets come from; `nil` when the settings name all there are.
  public let targetSources: TargetSources?

  /// The shortest interval: a probe is no load test.
  public static let intervalMin = Duration.milliseconds(100)

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case name, kind, interval, cron, zone, calendar, timeout, labels, item, behind, priority, confirm, zoom, settings
    case backOff = "back_off"
    case seriesMax = "series_max"
    case fileTargets = "file_sd_configs"
    case serverTargets = "http_sd_configs"
    case targetRules = "relabel_configs"
  }

  /// For definitions made by the program, such as this host's own. - Returns: `nil` for an unknown kind.
  public init?(
    name: String, kind: String, interval: Duration? = nil, labels: LabelSet = .empty, seriesMax: Int? = nil,
    item: String? = nil, settings: any ProbeSettings
  ) {
    guard let known = ProbeCatalog.kind(named: kind) else { return nil }
    self.name = name
    self.kind = kind
    self.interval = max(Self.intervalMin, interval ?? known.intervalDefault)
    rhythm = .interval(self.interval)
    timeout = min(self.interval, known.timeoutDefault)
    self.labels = labels
    self.seriesMax = seriesMax ?? known.seriesMaxDefault
    family = name
    self.item = item
    behind = nil
    priority = LoadShedding.priorityDefault
    pace = settings.paceDefault
    self.settings = settings
    targetSources = nil
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    name = try fields.decode(String.self, forKey: .name)
    guard !name.isEmpty, name.utf8.count <= 200 else {
      throw fields.problem(.name, "fault.probe.name", ["name": name])
    }
    kind = try fields.decode(String.self, forKey: .kind)
    guard let known = ProbeCatalog.kind(named: kind) else {
      let names = Spelling.argument(for: kind, among: ProbeCatalog.kinds.map(\.name))
      throw fields.problem(.kind, "fault.probe.kind", ["word": kind, "known": names])
    }
    rhythm = try Self.rhythm(from: fields, in: decoder, default: known.intervalDefault)
    interval = rhythm.interval
    let given = try fields.decodeIfPresent(DurationSetting.self, forKey: .timeout)?.duration
    if let given, given > interval || given <= .zero {
      throw fields.problem(
        .timeout, "fault.probe.timeout", ["timeout": given.notation, "interval": interval.notation],
        beside: .interval)
    }
    timeout = given ?? min(interval, known.timeoutDefault)
    let pairs = try fields.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
    if let bad = pairs.keys.sorted().first(where: { !Self.isLabelName($0) }) {
      throw fields.problem(.labels, "fault.probe.label", ["name": bad])
    }
    labels = LabelSet(pairs)
    seriesMax = try fields.decodeIfPresent(Int.self, forKey: .seriesMax) ?? known.seriesMaxDefault
    guard seriesMax > 0 else {
      throw fields.problem(.seriesMax, "fault.settings.limit", ["number": String(seriesMax)])
    }
    family = name
    item = try fields.decodeIfPresent(String.self, forKey: .item)
    behind = try fields.decodeIfPresent(String.self, forKey: .behind)
    priority = try fields.decodeIfPresent(Int.self, forKey: .priority) ?? LoadShedding.priorityDefault
    guard LoadShedding.priorities.contains(priority) else {
      throw fields.problem(.priority, "fault.probe.priority", ["number": String(priority)])
    }
    targetSources = try Self.targetSources(fields, of: known)
    // A kind whose settings all have defaults may be written without the block.
    if fields.contains(.settings) {
      settings =
        targetSources == nil
        ? try Self.decode(known.settings, from: fields) : try Self.decodeAimed(known.settings, from: fields)
    } else {
      let none = NoSettings(codingPath: decoder.codingPath)
      settings =
        targetSources == nil ? try known.settings.init(from: none) : try Self.decodeAimed(known.settings, from: none)
    }
    pace = try Self.pace(from: fields, default: settings.paceDefault, interval: interval)
  }

  private static func rhythm(
    from fields: KeyedDecodingContainer<CodingKeys>, in decoder: any Decoder, default standard: Duration
  ) throws -> Rhythm {
    let interval = try fields.decodeIfPresent(DurationSetting.self, forKey: .interval)?.duration
    if let interval, interval < Self.intervalMin {
      throw fields.problem(.interval, "fault.probe.interval", ["interval": interval.notation])
    }
    let zone = try fields.decodeIfPresent(String.self, forKey: .zone)
    if let text = try fields.decodeIfPresent(String.self, forKey: .cron) {
      for key in [CodingKeys.interval, .calendar] where fields.contains(key) {
        throw fields.problem(.cron, "fault.schedule.two", ["other": key.stringValue])
      }
      let rules = try ZoneLookup.zone(zone, in: decoder) { fields.problem(.zone, $0) }
      do { return .cron(try CronExpression(text), rules) } catch { throw fields.problem(.cron, error.fault) }
    }
    if zone != nil { throw fields.problem(.zone, "fault.schedule.zone", beside: .cron) }
    guard fields.contains(.calendar) else { return .interval(interval ?? standard) }
    return try fields.decode(CalendarSettings.self, forKey: .calendar).rhythm(interval ?? standard)
  }

  private static func pace(
    from fields: KeyedDecodingContainer<CodingKeys>, default standard: PaceSettings, interval: Duration
  ) throws -> PaceSettings {
    var pace = standard
    if let given = try fields.decodeIfPresent(Switchable<PaceSettings.Confirmation>.self, forKey: .confirm) {
      pace.confirmation = given.settings
    }
    if let given = try fields.decodeIfPresent(Switchable<PaceSettings.BackOff>.self, forKey: .backOff) {
      pace.backOff = given.settings
    }
    pace.zoom = try fields.decodeIfPresent(PaceSettings.Zoom.self, forKey: .zoom)
    if let zoom = pace.zoom, zoom.interval >= interval {
      throw fields.problem(
        .zoom, "fault.pace.zoom", ["zoom": zoom.interval.notation, "interval": interval.notation], beside: .interval)
    }
    return pace
  }

  private init(_ other: ProbeDefinition, name: String, labels: LabelSet, settings: any ProbeSettings) {
    self.name = name
    kind = other.kind
    rhythm = other.rhythm
    interval = other.interval
    timeout = other.timeout
    self.labels = labels
    seriesMax = other.seriesMax
    family = other.family
    item = other.item
    behind = other.behind
    priority = other.priority
    pace = other.pace
    self.settings = settings
    targetSources = nil
  }

  /// The same schedule for another target.
  func derived(name: String, labels: LabelSet, settings: any ProbeSettings) -> ProbeDefinition {
    ProbeDefinition(self, name: name, labels: labels, settings: settings)
  }

  private static func decode<Settings: ProbeSettings>(
    _ type: Settings.Type, from fields: KeyedDecodingContainer<CodingKeys>
  ) throws -> any ProbeSettings { try fields.decode(type, forKey: .settings) }

  private static func decodeAimed<Settings: ProbeSettings>(
    _ type: Settings.Type, from fields: KeyedDecodingContainer<CodingKeys>
  ) throws -> any ProbeSettings { try fields.decode(Aimed<Settings>.self, forKey: .settings).settings }

  private static func decodeAimed<Settings: ProbeSettings>(
    _ type: Settings.Type, from decoder: any Decoder
  ) throws -> any ProbeSettings { try Aimed<Settings>(from: decoder).settings }

  private static func targetSources(
    _ fields: KeyedDecodingContainer<CodingKeys>, of kind: ProbeKind
  ) throws -> TargetSources? {
    let files = try fields.decodeIfPresent([FileTargets].self, forKey: .fileTargets) ?? []
    let servers = try fields.decodeIfPresent([ServerTargets].self, forKey: .serverTargets) ?? []
    let rules = try fields.decodeIfPresent([RelabelRule].self, forKey: .targetRules) ?? []
    guard !files.isEmpty || !servers.isEmpty else {
      if !rules.isEmpty { throw fields.problem(.targetRules, "fault.targets.rules", beside: .fileTargets) }
      return nil
    }
    guard kind.takesTargets else {
      throw fields.problem(
        files.isEmpty ? .serverTargets : .fileTargets, "fault.targets.kind", ["kind": kind.name], beside: .kind)
    }
    return TargetSources(
      files: files, servers: servers, rules: rules,
      template: try fields.decodeIfPresent(SettingsTree.self, forKey: .settings) ?? .empty)
  }

  /// The labels that every series of this probe carries.
  public func targetLabels(hostName: String) -> LabelSet {
    let job = ProbeCatalog.kind(named: kind)?.job ?? kind
    let defaults = LabelSet(["job": job, "instance": settings.instance ?? hostName])
    return LabelSet(defaults.labels + labels.labels)
  }

  /// Whether a reload may keep the running probe.
  public func isSame(as other: ProbeDefinition) -> Bool {
    name == other.name && kind == other.kind && rhythm == other.rhythm && timeout == other.timeout
      && labels == other.labels && pace == other.pace && priority == other.priority && seriesMax == other.seriesMax
      && item == other.item
      && AnyHashable(settings) == AnyHashable(other.settings)
  }

  enum ReservedNames { case allowed, refused }

  /// - Parameter reserved: names with `__` before them, which only relabelling sees.
  static func isLabelName(_ text: String, reserved: ReservedNames = .refused) -> Bool {
    guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
      reserved == .allowed || !text.hasPrefix("__")
    else { return false }
    return text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
  }
}

extension ProbeDefinition: CustomStringConvertible {
  public var description: String { "\(name) (\(kind))" }
}

/// A file under `probes/`: a list of definitions.
public struct ProbeFile: Decodable, Sendable {
  public let probes: [ProbeDefinition]

  private enum CodingKeys: String, CodingKey, CaseIterable { case probes }

  public init(from decoder: any Decoder) throws {
    probes = try decoder.container(keyedBy: CodingKeys.self).decode([ProbeDefinition].self, forKey: .probes)
  }
}

/// Why a definition cannot stand beside an earlier one.
public struct ProbeConflict: Sendable {
  /// Of the later one.
  public let name: String
  public let fault: SettingsFault
}

extension Sequence<ProbeDefinition> {
  /// What is wrong with these definitions together; empty when nothing is.
  public func conflicts(hostName: String) -> [ProbeConflict] {
    var problems = circles
    var names: Set<String> = []
    var owners: [LabelSet: String] = [:]
    for definition in self {
      if !names.insert(definition.name).inserted {
        problems.append(
          ProbeConflict(name: definition.name, fault: SettingsFault("fault.probe.twice", ["name": definition.name])))
        continue
      }
      let labels = definition.targetLabels(hostName: hostName)
      if let owner = owners.updateValue(definition.name, forKey: labels) {
        problems.append(
          ProbeConflict(
            name: definition.name,
            fault: SettingsFault(
              "fault.probe.same-series",
              ["first": owner, "second": definition.name, "labels": labels.description])))
      }
    }
    return problems
  }

  /// Definitions that are behind each other.
  private var circles: [ProbeConflict] {
    let above = Dictionary(map { ($0.name, $0.behind) }) { $1 }.compactMapValues { $0 }
    return above.keys.sorted().compactMap { name in
      var path = [name]
      while let next = above[path[path.count - 1]], path.count <= above.count {
        path.append(next)
        guard next == name else { continue }
        let fault = SettingsFault("fault.probe.behind-circle", ["path": path.joined(separator: " → ")])
        return ProbeConflict(name: name, fault: fault)
      }
      return nil
    }
  }
}
