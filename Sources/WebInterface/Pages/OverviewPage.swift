public import Telemetry

/// The first page: what is true, who must act, what happened and what comes.
public struct OverviewPage: Sendable, Encodable {
  public var verdict: StatedPhrase
  /// Worst first; the page shows five and counts the rest.
  public var needs: [IncidentRow]
  public var watch: WatchTimeline
  /// Endpoints that are watched, worst first.
  public var endpoints: [EndpointRow]
  public var fleet: [FleetSite]
  /// Totals under the fleet, for example interfaces, file systems, the next certificate to expire.
  public var totals: [PageFact]
  public var next: [ComingEntry]
  /// Newest first.
  public var activity: [ActivityEntry]

  public init(
    verdict: StatedPhrase, needs: [IncidentRow], watch: WatchTimeline, endpoints: [EndpointRow], fleet: [FleetSite],
    totals: [PageFact], next: [ComingEntry], activity: [ActivityEntry]
  ) {
    self.verdict = verdict
    self.needs = needs
    self.watch = watch
    self.endpoints = endpoints
    self.fleet = fleet
    self.totals = totals
    self.next = next
    self.activity = activity
  }
}

/// The day behind and the day ahead on one scale. What lies outside is cut off.
public struct WatchTimeline: Sendable, Encodable {
  public var now: Timestamp
  public var incidents: [WatchBar]
  public var maintenance: [WatchBar]

  public init(now: Timestamp, incidents: [WatchBar], maintenance: [WatchBar]) {
    self.now = now
    self.incidents = incidents
    self.maintenance = maintenance
  }

  /// How far the timeline reaches to each side.
  public static let reach = Duration.seconds(86_400)
}

public struct WatchBar: Sendable, Encodable {
  public enum Kind: String, Sendable, Encodable { case critical, warning, solved, planned, forbidden }

  public var kind: Kind
  public var start: Timestamp
  /// `nil` while it lasts.
  public var end: Timestamp?
  public var label: Phrase

  public init(_ kind: Kind, from start: Timestamp, to end: Timestamp?, _ label: Phrase) {
    self.kind = kind
    self.start = start
    self.end = end
    self.label = label
  }
}

public struct EndpointRow: Sendable, Encodable {
  public var name: String
  public var state: PageState
  public var target: PageTarget
  /// What it answers now, for example `200 in 34 ms`.
  public var answer: Phrase
  /// One per day, oldest first, at most 90; empty hides the bar.
  public var days: [EndpointDay]

  public init(name: String, state: PageState, target: PageTarget, answer: Phrase, days: [EndpointDay] = []) {
    self.name = name
    self.state = state
    self.target = target
    self.answer = answer
    self.days = days
  }
}

public enum EndpointDay: String, Sendable, Encodable { case inOrder, degraded, down, maintenance, notWatched }

public struct FleetSite: Sendable, Encodable {
  /// Empty when items have no place.
  public var name: String
  public var hosts: [FleetHost]

  public init(name: String, hosts: [FleetHost]) {
    self.name = name
    self.hosts = hosts
  }
}

public struct FleetHost: Sendable, Encodable {
  public var name: String
  public var state: PageState

  public init(_ name: String, _ state: PageState) {
    self.name = name
    self.state = state
  }
}

public struct ComingEntry: Sendable, Encodable {
  public var at: Timestamp
  public var what: Phrase
  public var detail: Phrase?
  public var state: PageState?

  public init(at: Timestamp, _ what: Phrase, detail: Phrase? = nil, state: PageState? = nil) {
    self.at = at
    self.what = what
    self.detail = detail
    self.state = state
  }
}

public struct ActivityEntry: Sendable, Encodable {
  public var at: Timestamp
  public var icon: PageIcon
  /// Record numbers in it become links.
  public var what: Phrase
  /// What it is about, in the words of a rule's author; stands behind `what`.
  public var title: Phrase?

  public init(at: Timestamp, _ icon: PageIcon, _ what: Phrase, title: Phrase? = nil) {
    self.at = at
    self.icon = icon
    self.what = what
    self.title = title
  }
}
