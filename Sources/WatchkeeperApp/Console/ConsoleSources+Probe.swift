internal import Alerting
internal import Probes
internal import PromQL
internal import Records
internal import ServiceTime
internal import Telemetry
internal import WebInterface

extension ConsoleSources {
  /// How far back the gaps on a probe's page go: a week.
  private static let probeGapsSpan = Duration.seconds(7 * 86_400)

  func probePage(_ name: String) async throws(ConsoleError) -> ProbePage {
    guard let row = await probeRows(at: { _ in true }).first(where: { $0.name == name }),
      let status = await probes().first(where: { $0.name == name }),
      let definition = configuration().probes.first(where: { $0.name == name })
    else { throw .notFound }
    let now = clock.now
    let query = Self.selector(of: status.labels)
    let series =
      (try? await labelSets(matching: [query], from: now.advanced(by: .zero - queries.lookback), through: now)) ?? []
    let question = GapQuestion(subject: name, from: now.advanced(by: .zero - Self.probeGapsSpan), to: now)
    let gaps =
      await gapHistory(name)?.answer(to: question, metric: nil, of: definition, now: now)
      ?? ProbeGaps(probe: name, gaps: [])
    return ProbePage(
      row: row, facts: Self.facts(of: status, definition, series: series.count), gaps: gaps,
      rules: rules(reading: series), query: query)
  }

  /// `{job="…", instance="…"}`
  private static func selector(of labels: LabelSet) -> String {
    let parts = labels.labels.map { "\($0.name)=\(LabelSet.quoted($0.value))" }
    return "{" + parts.joined(separator: ", ") + "}"
  }

  /// Rules with a selector that finds one of the series.
  private func rules(reading series: [LabelSet]) -> [PageLink] {
    var links: [PageLink] = []
    for group in rules().groups {
      for rule in group.rules {
        let isReader = rule.query.expression.selectors.contains { selector in
          series.contains { labels in selector.matchers.allSatisfy { $0.accepts(labels) } }
        }
        guard isReader else { continue }
        links.append(PageLink(.verbatim(rule.name), to: .rule(file: group.file, group: group.name, name: rule.name)))
      }
    }
    return links
  }

  private static func facts(of probe: ProbeStatus, _ definition: ProbeDefinition, series: Int) -> [PageFact] {
    func fact(_ name: String, _ value: Phrase, detail: Phrase? = nil) -> PageFact {
      PageFact(Phrase("probe.fact.\(name)"), value, detail: detail)
    }
    func seconds(_ duration: Duration) -> Phrase { .verbatim(ChartUnit.seconds.text(duration.inSeconds)) }
    var facts = [
      fact(
        "schedule", definition.rhythm.phrase,
        detail: Phrase(
          "probe.fact.timeout",
          ["timeout": ChartUnit.seconds.text(definition.timeout.inSeconds), "priority": String(definition.priority)])),
      fact(
        "next",
        probe.isRunning
          ? Phrase("probe.fact.running") : Phrase("probe.fact.in", ["age": String(probe.nextIn.inSeconds)]),
        detail: Phrase("probe.fact.late", ["late": ChartUnit.seconds.text(probe.late.inSeconds)])),
      fact(
        "took", seconds(probe.duration),
        detail: probe.cost.cpu.map { Phrase("probe.fact.cpu", ["cpu": ChartUnit.seconds.text($0.inSeconds)]) }),
      fact("series", .verbatim(String(series)), detail: Phrase("probe.fact.samples", ["count": String(probe.samples)])),
      fact(
        "runs", .verbatim(String(probe.runs)),
        detail: Phrase(
          "probe.fact.missed", ["skipped": String(probe.skipped), "abandoned": String(probe.abandoned)])),
    ]
    if probe.cost.bytes != nil || probe.cost.packets != nil {
      let packets = probe.cost.packets.map { Phrase("probes.packets", ["count": String($0)]) }
      let bytes = probe.cost.bytes.map { Phrase.verbatim(ChartUnit.bytes.text(Double($0))) }
      facts.append(fact("traffic", bytes ?? packets ?? .verbatim("–"), detail: bytes == nil ? nil : packets))
    }
    if !probe.parents.isEmpty {
      facts.append(fact("behind", .verbatim(probe.parents.joined(separator: ", "))))
    }
    return facts
  }
}

extension Rhythm {
  /// In words.
  var phrase: Phrase {
    switch self {
    case .interval(let interval): return Phrase("probe.rhythm.interval", ["every": String(interval.inSeconds)])
    case .cron(let cron, let zone): return Phrase("probe.rhythm.cron", ["cron": cron.text, "zone": zone.name])
    case .calendar(let hours, let inside, let outside):
      var arguments = [
        "inside": String(inside.inSeconds), "from": hours.from.description, "to": hours.to.description,
        "zone": hours.zone.name,
      ]
      guard let outside else { return Phrase("probe.rhythm.only", arguments) }
      arguments["outside"] = String(outside.inSeconds)
      return Phrase("probe.rhythm.calendar", arguments)
    }
  }
}
