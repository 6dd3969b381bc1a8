internal import Telemetry

/// One of `samples`: a number, or several, of an answer's body that become series.
struct AnswerSample: Decodable, Hashable {
  enum Source: Hashable {
    /// A number; or an object whose numbers are told apart by a label.
    case json([ConditionStep], label: String?)
    /// Every match is a sample: its group `value`, else its first group without a name, is the number, its other named
    /// groups are labels. Without such a group matches are counted. What has the same labels is added up.
    case pattern(Pattern)
  }

  let metric: String
  let labels: [String: String]
  let source: Source
  /// What the number is multiplied by, for pages that do not use base units; the default is 1.
  let factor: Double
  /// The value where the object that would hold the number is there and the number is not: servers leave out counters
  /// while they are zero. `nil`: such a number is missing.
  let fallback: Double?

  /// Entries of one probe: 200.
  static let countMax = 200

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case metric, labels, json, label, regexp
    case factor = "scale"
    case fallback = "default"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    metric = try fields.decode(String.self, forKey: .metric)
    // The probe's own series begin with it.
    guard Placeholders.isName(metric), !metric.hasPrefix("probe_") else {
      throw fields.problem(.metric, "fault.sample.metric", ["text": metric])
    }
    labels = try fields.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
    factor = try fields.decodeIfPresent(Double.self, forKey: .factor) ?? 1
    fallback = try fields.decodeIfPresent(Double.self, forKey: .fallback)
    let label = try fields.decodeIfPresent(String.self, forKey: .label)
    let path = try fields.decodeIfPresent(String.self, forKey: .json)
    let text = try fields.decodeIfPresent(String.self, forKey: .regexp)
    var names = Array(labels.keys) + (label.map { [$0] } ?? [])
    switch (path, text) {
    case (let path?, nil):
      do throws(ConditionFault) {
        source = .json(try ConditionParser.path(path), label: label)
      } catch {
        throw DecodingError.refused(error.fault, at: fields.codingPath + [CodingKeys.json], character: error.column)
      }
    case (nil, let text?) where label == nil:
      do throws(PatternError) {
        let pattern = try Pattern(text)
        names += pattern.groupNames.compactMap { $0 }
        source = .pattern(pattern)
      } catch {
        throw fields.problem(.regexp, error.fault)
      }
    default: throw fields.problem(.json, "fault.sample.source", beside: .regexp, .label)
    }
    if fallback != nil, path == nil { throw fields.problem(.fallback, "fault.sample.default") }
    if let bad = names.sorted().first(where: { !ProbeDefinition.isLabelName($0) }) {
      throw fields.problem(.labels, "fault.probe.label", ["name": bad])
    }
    if Set(names).count != names.count { throw fields.problem(.labels, "fault.sample.twice") }
  }
}

/// The series of `samples`, each labelled when it is first seen.
struct AnswerSeries {
  /// One entry and the series it has made.
  private struct Entry {
    let sample: AnswerSample
    /// The pattern's group that holds the number; `nil`: matches are counted.
    let valueGroup: Int?
    /// The pattern's groups that are labels.
    let labelGroups: [(group: Int, name: String)]
    /// By the values of the labels that the answer gives, each with a zero behind it.
    var numbers: [[UInt8]: Int] = [:]

    init(_ sample: AnswerSample) {
      self.sample = sample
      guard case .pattern(let pattern) = sample.source else {
        (valueGroup, labelGroups) = (nil, [])
        return
      }
      let groups = pattern.groupNames.enumerated().map { (group: $0.offset + 1, name: $0.element) }
      let value = groups.first { $0.name == "value" } ?? groups.first { $0.name == nil }
      valueGroup = value?.group
      labelGroups = groups.compactMap { group, name in
        name.flatMap { $0 == "value" ? nil : (group, $0) }
      }
    }

    mutating func number(of key: [UInt8], _ labels: () -> [Label], _ sink: inout HostSink) -> Int {
      if let number = numbers[key] { return number }
      guard numbers.count < AnswerSeries.seriesMax else { return HostSink.refused }
      let own = sample.labels.map { Label($0.key, $0.value) }
      let number = sink.bind(sample.metric, own + labels())
      numbers[key] = number
      return number
    }
  }

  private var entries: [Entry]

  /// Series of one entry: 1,000. Later ones are left out.
  private static let seriesMax = 1000
  /// Matches of one pattern in one answer: 100,000.
  private static let matchesMax = 100_000
  /// A longer value of a label is cut: 128 bytes.
  private static let labelBytesMax = 128

  init(_ samples: [AnswerSample]) { entries = samples.map(Entry.init) }

  /// What became of an answer.
  struct Harvest {
    /// The metrics of which it has no number.
    var lacking: [String] = []
    /// Whether it gave any sample.
    var hasNumbers = false
  }

  /// - Parameter json: called when an entry wants it.
  mutating func put(_ body: [UInt8], _ json: () -> ConditionValue, into sink: inout HostSink) -> Harvest {
    var harvest = Harvest()
    for index in entries.indices {
      var totals: [Int: Double] = [:]
      func add(_ key: [UInt8], _ value: Double, _ labels: () -> [Label]) {
        let number = entries[index].number(of: key, labels, &sink)
        totals[number, default: 0] += value * entries[index].sample.factor
      }
      var isMissed = true
      switch entries[index].sample.source {
      case .json(let path, let label):
        let found = ConditionExpression.follow(path, in: json())
        if let label, case .object(let members) = found {
          isMissed = entries[index].sample.fallback == nil || !members.isEmpty
          for (name, value) in members {
            if let value = Self.number(value) { add(Array(name.utf8), value) { [Self.label(label, name.utf8)] } }
          }
        } else if label == nil, let value = Self.number(found) {
          add([], value) { [] }
        } else if case .missing = found, !path.isEmpty, let fallback = entries[index].sample.fallback,
          case .object = ConditionExpression.follow(Array(path.dropLast()), in: json())
        {
          isMissed = false
          if label == nil { totals[entries[index].number(of: [], { [] }, &sink)] = fallback }
        }
      case .pattern(let pattern):
        let (valueGroup, labelGroups) = (entries[index].valueGroup, entries[index].labelGroups)
        if valueGroup == nil, labelGroups.isEmpty { add([], 0) { [] } }
        Self.eachMatch(of: pattern, in: body) { groups in
          var value: Double? = 1
          if let valueGroup { value = groups[valueGroup].flatMap { Self.number(body[$0]) } }
          guard let value else { return }
          var key: [UInt8] = []
          for (group, _) in labelGroups { key += body[groups[group] ?? 0..<0] + [0] }
          add(key, value) { labelGroups.map { Self.label($0.name, body[groups[$0.group] ?? 0..<0]) } }
        }
      }
      for (number, total) in totals.sorted(by: { $0.key < $1.key }) { sink.put(number, total) }
      if !totals.isEmpty {
        harvest.hasNumbers = true
      } else if isMissed, !harvest.lacking.contains(entries[index].sample.metric) {
        harvest.lacking.append(entries[index].sample.metric)
      }
    }
    return harvest
  }

  private static func eachMatch(of pattern: Pattern, in body: [UInt8], _ take: ([Range<Int>?]) -> Void) {
    var start = 0
    for _ in 0..<matchesMax {
      guard start <= body.count, let match = pattern.firstMatch(in: body, from: start) else { return }
      take(match.groups)
      start = max(match.whole.upperBound, start + 1)
    }
  }

  private static func label(_ name: String, _ bytes: some Sequence<UInt8>) -> Label {
    Label(name, String(decoding: Array(bytes.prefix(labelBytesMax)), as: UTF8.self))
  }

  private static func number(_ value: ConditionValue) -> Double? {
    switch value {
    case .number(let number): number
    case .truth(let truth): truth ? 1 : 0
    case .text(let text): number(Array(text.utf8)[...])
    default: nil
    }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Double? {
    guard bytes.count <= 64 else { return nil }
    return Double(String(decoding: bytes, as: UTF8.self))
  }
}
