public import Records
public import Wording

/// A piece of text on a page, not yet in anybody's language.
///
/// As JSON it carries the message id with its arguments and, when the encoder knows the reader, the finished text.
public enum Phrase: Hashable, Sendable {
  /// A message of the catalogue.
  case message(Reason)
  /// What an operator or a device wrote, the same for every reader.
  case verbatim(String)
  /// What an operator wrote in both languages, for example the annotations `summary` and `summary_zh_cn`.
  case both(english: String, chinese: String)

  /// A message of the catalogue.
  public init(_ id: String, _ arguments: [String: String] = [:]) { self = .message(Reason(id, arguments)) }

  /// What an operator wrote.
  public init(_ text: BilingualText) {
    self = text.chinese.map { .both(english: text.text, chinese: $0) } ?? .verbatim(text.text)
  }

  public func text(for reader: Reader) -> String {
    switch self {
    case .message(let reason): reader.text(reason.id, reason.arguments)
    case .verbatim(let text): text
    case .both(let english, let chinese): reader.language == .english ? english : chinese
    }
  }
}

extension Phrase: Encodable {
  private enum CodingKeys: String, CodingKey { case id, arguments, text, en, zh = "zh-CN" }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    let reader = CodingUserInfoKey(rawValue: Self.readerKey).flatMap { encoder.userInfo[$0] as? Reader }
    switch self {
    case .message(let reason):
      try container.encode(reason.id, forKey: .id)
      if !reason.arguments.isEmpty { try container.encode(reason.arguments, forKey: .arguments) }
      if let reader { try container.encode(text(for: reader), forKey: .text) }
    case .verbatim(let text): try container.encode(text, forKey: .text)
    case .both(let english, let chinese):
      try container.encode(english, forKey: .en)
      try container.encode(chinese, forKey: .zh)
      if let reader { try container.encode(text(for: reader), forKey: .text) }
    }
  }

  /// The encoder's `userInfo` key under which the `Reader` travels.
  static let readerKey = "watchkeeper.reader"
}

/// The state of a thing or of a condition, in the order of the design's state language.
public enum PageState: String, CaseIterable, Hashable, Sendable, Encodable {
  case ok, warning, critical, unknown, unreachable, maintenance

  /// The badness for "worst first": critical, warning, unreachable, unknown, maintenance, ok.
  public var rank: Int {
    switch self {
    case .critical: 0
    case .warning: 1
    case .unreachable: 2
    case .unknown: 3
    case .maintenance: 4
    case .ok: 5
    }
  }
}

/// A small picture beside a sentence.
public enum PageIcon: String, CaseIterable, Hashable, Sendable, Encodable {
  case ok, warning, critical, unknown, unreachable, maintenance
  case acknowledged, silenced, change, note, sent, grouped, person, desk, knowledge
}

/// A sentence with a state, for badges and for reasons.
public struct StatedPhrase: Hashable, Sendable, Encodable {
  public let state: PageState
  public let phrase: Phrase
  /// A second, quieter line.
  public let detail: Phrase?

  public init(_ state: PageState, _ phrase: Phrase, detail: Phrase? = nil) {
    self.state = state
    self.phrase = phrase
    self.detail = detail
  }
}

/// A label with its value and an optional second line.
public struct PageFact: Hashable, Sendable, Encodable {
  public let label: Phrase
  public let value: Phrase
  public let detail: Phrase?
  public let state: PageState?

  public init(_ label: Phrase, _ value: Phrase, detail: Phrase? = nil, state: PageState? = nil) {
    self.label = label
    self.value = value
    self.detail = detail
    self.state = state
  }
}

/// Something on a page that leads to another page.
public struct PageLink: Hashable, Sendable, Encodable {
  public let phrase: Phrase
  public let target: PageTarget

  public init(_ phrase: Phrase, to target: PageTarget) {
    self.phrase = phrase
    self.target = target
  }
}

/// Where a link leads; the path is made in one place.
public enum PageTarget: Hashable, Sendable {
  case overview, incidents, hosts, items, maintenance, rules, explore, probes
  case incident(RecordNumber)
  case host(String)
  /// An item of the CMDB by its id.
  case item(String)
  case task(RecordNumber)
  /// A maintenance window by its number; shown with its task.
  case window(RecordNumber)
  /// A probe by its name.
  case probe(String)
  /// A rule by file, group and name: another file may have a group of the same name.
  case rule(file: String, group: String, name: String)
  /// The same rule tried on the past.
  case backtest(file: String, group: String, name: String)

  public var path: String {
    switch self {
    case .overview: "/"
    case .incidents: "/incidents"
    case .hosts: "/hosts"
    case .items: "/cmdb"
    case .maintenance: "/maintenance"
    case .rules: "/rules"
    case .explore: "/explore"
    case .probes: "/probes"
    case .incident(let number): "/incidents/\(number)"
    case .host(let name): "/hosts/" + PercentCoding.encode(name)
    case .item(let id): "/cmdb/" + PercentCoding.encode(id)
    case .task(let number): "/maintenance/tasks/\(number)"
    case .window(let number): "/maintenance/windows/\(number)"
    case .probe(let name): "/probes/" + PercentCoding.encode(name)
    case .rule(let file, let group, let name):
      "/rules#" + PercentCoding.encode(Self.ruleAnchor(file: file, group: group, name: name))
    case .backtest(let file, let group, let name):
      "/rules/" + [file, group, name].map(PercentCoding.encode).joined(separator: "/") + "/past"
    }
  }

  static func ruleAnchor(file: String, group: String, name: String) -> String { "\(file).\(group).\(name)" }
}

extension PageTarget: Encodable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(path)
  }
}
