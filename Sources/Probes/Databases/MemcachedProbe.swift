internal import Records
internal import Telemetry

/// Settings of the kind `memcached`.
public struct MemcachedProbeSettings: StreamProbeSettings {
  let stream: StreamSettings

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case target
    case preferredProtocol = "preferred_ip_protocol"
    case fallsBack = "ip_protocol_fallback"
    case source = "source_ip_address"
  }

  public init(from decoder: any Decoder) throws {
    stream = try StreamSettings(decoder.container(keyedBy: CodingKeys.self), port: 11211)
  }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    let series = SQLSeries(firstSlot: StreamSeries.ownSlots + 8)
    return ServiceProbe(stream, nil, in: environment) { _ in MemcachedDialogue(series) }
  }

  static let kind = ProbeKind(
    name: "memcached", summary: "Reads the figures of memcached.",
    example: """
      name: session-cache
      kind: memcached
      interval: 15s
      timeout: 5s
      settings:
        target: cache.example.org:11211
      """,
    job: "memcached", interval: .seconds(15), timeout: .seconds(5), settings: MemcachedProbeSettings.self)
}

/// - Source: memcached, doc/protocol.txt, "General-purpose statistics".
struct MemcachedDialogue: ServiceDialogue {
  private let series: SQLSeries
  private var isUp = false
  private var figures: [ProbeSample] = []
  private var lines = 0

  private static let errors: Set = ["ERROR", "SERVER_ERROR"]

  /// Lines of one answer: 1,000.
  private static let linesMax = 1000

  init(_ series: SQLSeries) { self.series = series }

  var awaited: String { "the answer to stats" }

  private static let upSeries = LabelSet([LabelSet.metricName: "memcached_up"])

  var samples: [ProbeSample] { [ProbeSample(Self.upSeries, isUp ? 1 : 0, own: 0)] + figures }

  mutating func next(_ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]) -> DialogueStep {
    if event == .connected {
      output += Array("stats\r\n".utf8)
      return .proceed
    }
    while let line = input.line() {
      if line == Array("END".utf8) {
        isUp = true
        output += Array("quit\r\n".utf8)
        return .done
      }
      lines += 1
      let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
      guard words.count == 3, words[0] == Array("STAT".utf8)[...], lines <= Self.linesMax else {
        // `ERROR` alone means that it does not know the word; with a text it says why it will not answer.
        let declines = words.count > 1 && Self.errors.contains(String(decoding: words[0], as: UTF8.self))
        let text = "\(awaited) is \(ForeignText.quoted(line))"
        return .failed(declines ? .declined(text) : .broken(text))
      }
      take(String(decoding: words[1], as: UTF8.self), words[2])
    }
    return .proceed
  }

  /// - Source: the names of memcached_exporter.
  private static let names: [String: LabelSet] = [
    "uptime": one("uptime_seconds"), "curr_connections": one("current_connections"),
    "max_connections": one("max_connections"), "total_connections": one("connections_total"),
    "rejected_connections": one("connections_rejected_total"),
    "listen_disabled_num": one("connections_listener_disabled_total"), "bytes": one("current_bytes"),
    "limit_maxbytes": one("limit_bytes"), "curr_items": one("current_items"), "total_items": one("items_total"),
    "evictions": one("items_evicted_total"), "bytes_read": one("read_bytes_total"),
    "bytes_written": one("written_bytes_total"), "get_hits": command("get", "hit"),
    "get_misses": command("get", "miss"),
    "delete_hits": command("delete", "hit"), "delete_misses": command("delete", "miss"),
    "cmd_set": one("commands_total", ["command": "set", "status": "hit"]),
  ]

  private static func one(_ name: String, _ labels: [String: String] = [:]) -> LabelSet {
    LabelSet(labels.merging([LabelSet.metricName: "memcached_" + name]) { $1 })
  }

  private static func command(_ command: String, _ status: String) -> LabelSet {
    one("commands_total", ["command": command, "status": status])
  }

  private mutating func take(_ name: String, _ value: ArraySlice<UInt8>) {
    let text = String(decoding: value.prefix(1024), as: UTF8.self)
    if name == "version" {
      let key = Array("version \(text)".utf8)
      if let sample = series.sample(key, 1, { Self.one("version", ["version": text]) }) { figures.append(sample) }
    } else if let labels = Self.names[name], let number = Double(text),
      let sample = series.sample(Array(name.utf8), number, { labels })
    {
      figures.append(sample)
    }
  }
}
