public import Telemetry

/// A probe as a file defines it: what is checked, how often, and whose it is.
public struct ProbeDefinition: Decodable, Sendable {
  /// Distinct in the installation; the schedule's phase comes from it.
  public let name: String
  /// A name of `ProbeCatalog`.
  public let kind: String
  /// From one run's due time to the next. The default is the kind's.
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
  public let settings: any ProbeSettings

  /// The shortest interval: a probe is no load test.
  public static let intervalMin = Duration.milliseconds(100)

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case name, kind, interval, timeout, labels, item, settings
    case seriesMax = "series_max"
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
    timeout = min(self.interval, known.timeoutDefault)
    self.labels = labels
    self.seriesMax = seriesMax ?? known.seriesMaxDefault
    family = name
    self.item = item
    self.settings = settings
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
    interval = try fields.decodeIfPresent(DurationSetting.self, forKey: .interval)?.duration ?? known.intervalDefault
    guard interval >= Self.intervalMin else {
      throw fields.problem(.interval, "fault.probe.interval", ["interval": interval.notation])
    }
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
    // A kind whose settings all have defaults may be written without the block.
    settings =
      fields.contains(.settings)
      ? try Self.decode(known.settings, from: fields)
      : try known.settings.init(from: NoSettings(codingPath: decoder.codingPath))
  }

  private init(_ other: ProbeDefinition, name: String, labels: LabelSet, settings: any ProbeSettings) {
    self.name = name
    kind = other.kind
    interval = other.interval
    timeout = other.timeout
    self.labels = labels
    seriesMax = other.seriesMax
    family = other.family
    item = other.item
    self.settings = settings
  }

  /// The same schedule for another target.
  func derived(name: String, labels: LabelSet, settings: any ProbeSettings) -> ProbeDefinition {
    ProbeDefinition(self, name: name, labels: labels, settings: settings)
  }

  private static func decode<Settings: ProbeSettings>(
    _ type: Settings.Type, from fields: KeyedDecodingContainer<CodingKeys>
  ) throws -> any ProbeSettings { try fields.decode(type, forKey: .settings) }

  /// The labels that every series of this probe carries.
  public func targetLabels(hostName: String) -> LabelSet {
    let job = ProbeCatalog.kind(named: kind)?.job ?? kind
    let defaults = LabelSet(["job": job, "instance": settings.instance ?? hostName])
    return LabelSet(defaults.labels + labels.labels)
  }

  /// Whether a reload may keep the running probe.
  public func isSame(as other: ProbeDefinition) -> Bool {
    name == other.name && kind == other.kind && interval == other.interval && timeout == other.timeout
      && labels == other.labels && seriesMax == other.seriesMax && item == other.item
      && AnyHashable(settings) == AnyHashable(other.settings)
  }

  private static func isLabelName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first), !text.hasPrefix("__")
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
    var problems: [ProbeConflict] = []
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
}
