internal import Telemetry

/// How a probe leaves its interval: sooner when it fails, later when its target is long dead, closer when a value comes
/// near a threshold.
public struct PaceSettings: Hashable, Sendable {
  /// Runs that follow a failed one quickly, before its verdict counts as confirmed.
  public struct Confirmation: Hashable, Sendable {
    /// The default is 3.
    public var runs = 3
    /// From one to the next. The default is 2.5 s, so that three make 7.5 s.
    public var every = Duration.milliseconds(2500)

    public init() {}
  }

  /// For a target that has been down for long: each pause is twice the last.
  public struct BackOff: Hashable, Sendable {
    /// The default is 30 minutes.
    public var after = Duration.seconds(1800)
    /// The longest pause. The default is 4 minutes: shorter than the look-back of rules, which still see it down.
    public var to = Duration.seconds(240)

    public init() {}
  }

  /// Runs close together for a while, as soon as a value of the probe's own satisfies a condition.
  public struct Zoom: Hashable, Sendable {
    public let when: MetricCondition
    /// The default is 1 s.
    public var interval = Duration.seconds(1)
    /// How long after the condition held last. The default is 5 minutes.
    public var length = Duration.seconds(300)
  }

  /// `nil`: a failure counts at once.
  public var confirmation: Confirmation?
  /// `nil`: the interval is kept for ever.
  public var backOff: BackOff?
  public var zoom: Zoom?

  public init() {}

  /// Of a kind that asks a target over the network whether it is well. What is collected in full, such as a scrape, keeps
  /// its interval: whoever draws it counts on that.
  public static let check: PaceSettings = {
    var settings = PaceSettings()
    settings.confirmation = Confirmation()
    settings.backOff = BackOff()
    return settings
  }()

  /// Of such a kind that logs in.
  static let login: PaceSettings = {
    var settings = check
    settings.confirmation = nil
    return settings
  }()

  /// From one run to the next behind a dead parent: at least this, and at least the interval. The default is 1 minute.
  public static let unreachableInterval = Duration.seconds(60)
}

extension PaceSettings.Confirmation: Decodable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case runs, every }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    runs = try fields.decodeIfPresent(Int.self, forKey: .runs) ?? runs
    guard (0...10).contains(runs) else { throw fields.problem(.runs, "fault.pace.runs", ["number": String(runs)]) }
    every = try fields.decodeIfPresent(DurationSetting.self, forKey: .every)?.duration ?? every
    guard every >= ProbeDefinition.intervalMin else {
      throw fields.problem(.every, "fault.probe.interval", ["interval": every.notation])
    }
  }
}

extension PaceSettings.BackOff: Decodable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case after, to }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    after = try fields.decodeIfPresent(DurationSetting.self, forKey: .after)?.duration ?? after
    to = try fields.decodeIfPresent(DurationSetting.self, forKey: .to)?.duration ?? to
  }
}

extension PaceSettings.Zoom: Decodable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case when, interval
    case length = "for"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let text = try fields.decode(String.self, forKey: .when)
    guard let condition = MetricCondition(text) else {
      throw fields.problem(.when, "fault.pace.condition", ["text": text])
    }
    when = condition
    interval = try fields.decodeIfPresent(DurationSetting.self, forKey: .interval)?.duration ?? interval
    guard interval >= ProbeDefinition.intervalMin else {
      throw fields.problem(.interval, "fault.probe.interval", ["interval": interval.notation])
    }
    length = try fields.decodeIfPresent(DurationSetting.self, forKey: .length)?.duration ?? length
  }
}

/// A part of a definition that can be written as `off`.
enum Switchable<Settings: Decodable & Sendable>: Decodable, Sendable {
  case off
  case on(Settings)

  init(from decoder: any Decoder) throws {
    if let word = try? decoder.singleValueContainer().decode(String.self), word == "off" {
      self = .off
    } else {
      self = .on(try Settings(from: decoder))
    }
  }

  var settings: Settings? {
    switch self {
    case .off: nil
    case .on(let settings): settings
    }
  }
}
