import Dispatch
import Foundation
import Incidents
import Interchange
import Inventory
import Journal
import Notifiers
import Planner
import Probes
import PromQL
import Records
import ServiceTime
import Synchronization
import Telemetry
import Testing
import Transfers
import WebInterface
import Wording

@testable import TimeSeriesStore
@testable import WatchkeeperApp

/// All parts together on a virtual clock: real journal, real store, real rules.
@Suite("Installation", .serialized)
struct InstallationTests {
  private static let files: [ConfigurationFiles.File] = [
    .init(
      kind: .settings, path: "watchkeeper.yaml",
      text: """
        packaged: {probes: false, rules: false, plans: false}
        incidents: {verify_rounds: 1, verify_for: 0s}
        """),
    .init(
      kind: .rules, path: "rules/a.yaml",
      text: """
        groups:
          - name: g
            interval: 15s
            rules:
              - {alert: Down, expr: probe_success == 0, labels: {severity: critical}}
        """),
    .init(
      kind: .plans, path: "plans/a.yaml",
      text: """
        windows: [{name: always, from: "00:00", to: "24:00", zone: UTC}]
        plans:
          - {name: care, activity: Look after it, classes: [host], start: 2026-01-01T00:00, repeat: FREQ=DAILY,
             zone: UTC, window: always, duration: 1h, opening: manual}
        """),
  ]

  let clock = TestClock()
  private let folder = NSTemporaryDirectory() + "watchkeeper-installation-\(UUID().uuidString)"

  func withInstallation(
    _ files: [ConfigurationFiles.File] = Self.files, _ body: (Installation) async throws -> Void
  ) async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let transfers = TransferEngine()
    defer { transfers.shutdown() }
    let notifiers = NotifierEnvironment(
      carry: { await transfers.perform($0) }, readSecret: { Secret($0) }, write: { _ in })
    let configuration = try ConfigurationReader.read(
      ConfigurationFiles(files: files), hostName: "web01", notifiers: notifiers)
    let installation = try await Installation(
      configuration: configuration, folder: try DataFolder(creating: folder),
      base: InstallationBase(
        clock: clock, identifiers: CountingIdentifiers(), log: .test, transfers: transfers, notifiers: notifiers,
        hostName: "web01", zone: .utc, language: .english, configurationFolder: folder))
    let loops = try await installation.start(HostFindings())
    do {
      try await body(installation)
    } catch {
      await installation.stop(loops)
      throw error
    }
    await installation.stop(loops)
  }

  /// Lets a quarter of a minute pass with `probe_success` at a value, until a rule round has seen it.
  func pass(
    _ installation: Installation, _ metric: String = "probe_success",
    of targets: [[String: String]] = [["instance": "web01", "job": "x"]], success value: Double
  ) async throws {
    var batch = SampleBatch()
    for target in targets {
      let labels = LabelSet(target.merging(["__name__": metric]) { $1 })
      batch.append(try installation.store.reference(for: labels), at: clock.now, value)
    }
    installation.store.append(batch)
    let before = installation.evaluator.view.rounds
    try await wait { installation.evaluator.view.rounds > before }
  }

  /// Advances the clock second by second until the condition holds.
  func wait(_ condition: () -> Bool) async throws {
    for _ in 0..<600 {
      if condition() { return }
      clock.advance(by: .seconds(1))
      for _ in 0..<200 where !condition() { await Task.yield() }
    }
    try #require(condition(), "the condition did not come within 10 minutes")
  }

  @Test("a breach inside a window pages nobody, and opens by itself when it outlives the window")
  func window() async throws {
    try await withInstallation { installation in
      try await pass(installation, success: 1)
      try await wait { !installation.maintenance.state.book.openTasks.isEmpty }
      let task = try #require(installation.maintenance.state.book.openTasks.first)
      try await installation.maintenance.perform(
        PlanningInput(
          input: .start(task.number, .respectConstraints, by: .localUser("ann")), scene: installation.scene))
      let window = try #require(installation.maintenance.state.book.allWindows.first { $0.isOpen })

      try await pass(installation, success: 0)
      try await wait { !installation.incidents.state.book.withheldAlerts.isEmpty }
      let withheld = try #require(installation.incidents.state.book.withheldAlerts.first)
      #expect(withheld.window.number == window.number, "listed with the window as its reason")
      #expect(installation.incidents.state.book.all.isEmpty, "no incident, so nobody was told")

      try await installation.maintenance.perform(
        PlanningInput(
          input: .finish(task.number, .done, TaskResult(text: "looked after"), by: .localUser("ann")),
          scene: installation.scene))
      try await wait { !installation.incidents.state.book.all.isEmpty }
      let incident = try #require(installation.incidents.state.book.all.first)
      #expect(incident.reasons.contains { $0.id == "reason.incident.outlived-window" })
      #expect(incident.subject.item?.id == ItemID("host/web01"))
      try await wait { installation.deliveries.view.delivered == 1 }

      try await pass(installation, success: 1)
      try await wait { installation.incidents.state.book.all.first?.status == .resolved }
      try await wait { installation.deliveries.view.delivered == 2 }
    }
  }

  @Test("targets come and go with their file, and what is wrong with it stands on the page of probes")
  func targets() async throws {
    let probes = ConfigurationFiles.File(
      kind: .probes, path: "probes/a.yaml",
      text: """
        probes:
          - {name: fixed, kind: tcp, interval: 1h, settings: {target: "127.0.0.1:1"}}
          - name: listed
            kind: tcp
            interval: 1h
            file_sd_configs: [{files: [list.json]}]
            settings: {}
        """)
    func write(_ text: String) throws {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(filePath: folder + "/list.json"))
    }
    func names(_ installation: Installation) async -> [String] { await installation.probes.status().map(\.name) }
    func advance(until isTrue: () async -> Bool) async throws {
      for _ in 0..<600 {
        if await isTrue() { return }
        clock.advance(by: .seconds(1))
        for _ in 0..<200 { await Task.yield() }
      }
      Issue.record("it did not come within 10 minutes")
    }
    try write(#"[{"targets": ["127.0.0.1:2"], "labels": {"team": "web"}}]"#)
    try await withInstallation(Self.files + [probes]) { installation in
      #expect(await names(installation) == ["fixed", "listed/127.0.0.1:2"])
      #expect(installation.inventory.state.book[ItemID("endpoint/listed/127.0.0.1:2")] != nil)
      try write(#"[{"targets": ["127.0.0.1:2", "127.0.0.1:3", "127.0.0.1:1", "nowhere"], "labels": {"team": "web"}}]"#)
      try await advance { await names(installation).count == 4 }
      try write("[{\n  \"targets\": 7}]")
      try await advance { await installation.targets.status.first?.faults.isEmpty == false }
      let page = await installation.console.sources.probesPage()
      let row = try #require(page.sources.first)
      #expect(row.targets == 4 && page.rows.count == 4)
      let remarks = row.remarks.map { "\($0.place): \($0.fault.text(for: Reader(language: .english)))" }
      #expect(remarks.first?.hasPrefix("\(folder)/list.json:2:14: [0].targets: ") == true, "\(remarks)")
      #expect(remarks.contains { $0.hasPrefix("nowhere: 'nowhere' is not ") }, "\(remarks)")
      #expect(
        await installation.selfMetrics().contains {
          $0.name == "watchkeeper_sd_failed_lists" && $0.values[0].value == 1
        })
      try write("[]")
      try await advance { await names(installation) == ["fixed"] }
      let gaps = await installation.probes.gapHistory(of: "listed/127.0.0.1:2")?.gaps
      #expect(gaps?.last?.cause == .notDefined)
    }
  }

  @Test("a relation that devices told ends 15 minutes after they told it last, where they tell another")
  func neighbours() async throws {
    let items = ConfigurationFiles.File(
      kind: .inventory, path: "inventory/a.yaml",
      text: "items: [one, two, access]".replacing(#/\w+(?=[,\]])/#) { "{id: network-device/\($0.0), name: \($0.0)}" })
    let probes = ConfigurationFiles.File(
      kind: .probes, path: "probes/a.yaml",
      text: "probes:\n"
        + ["one", "two", "access"].enumerated().map {
          "  - {name: \($1), kind: snmp, interval: 1h, item: network-device/\($1), settings: {target: \"127.0.0.1:\($0 + 1)\"}}\n"
        }.joined())
    try await withInstallation(Self.files + [items, probes]) { installation in
      let definitions = installation.configuration.withLock { $0.probes }
      func tell(_ seen: [String: [String]]) throws {
        var batch = SampleBatch()
        for (device, neighbours) in seen {
          let target = try #require(definitions.first { $0.name == device }).targetLabels(hostName: "web01").labels
          for neighbour in neighbours {
            let names = [Label("__name__", "lldpRemSysName"), Label("lldpRemSysName", neighbour)]
            batch.append(try installation.store.reference(for: LabelSet(names + target)), at: clock.now, 1)
          }
        }
        installation.store.append(batch)
      }
      func above() -> [String] {
        let item = installation.inventory.state.book[ItemID("network-device/access")]
        return (item?.relations ?? []).filter { $0.type == .connectedTo }.map(\.target.text).sorted()
      }
      let (first, second) = ("network-device/one", "network-device/two")
      try tell(["one": ["web01", "access"], "two": ["web01"]])
      try await wait { above() == [first] }
      let moved = clock.now
      var ended: Duration?
      for minute in 1...40 where ended == nil {
        try tell(["one": ["web01"], "two": ["web01", "access"]])
        for _ in 0..<60 {
          clock.advance(by: .seconds(1))
          for _ in 0..<100 { await Task.yield() }
        }
        if minute == 14 { #expect(above() == [first, second], "both, for as long as both were told lately") }
        if above() == [second] { ended = clock.now.elapsed(since: moved) }
      }
      #expect(ended.map { $0 >= .seconds(840) && $0 <= .seconds(1800) } == true, "\(ended as Any)")
    }
  }

  @Test("an endpoint is an item: a window over the host withholds what runs on it, and nothing else")
  func endpoints() async throws {
    let probes = ConfigurationFiles.File(
      kind: .probes, path: "probes/a.yaml",
      text: """
        probes:
          - {name: local, kind: tcp, interval: 1h, settings: {target: "127.0.0.1:1"}}
          - {name: far, kind: tcp, interval: 1h, settings: {target: "db.invalid:5432"}}
        """)
    // What the probes themselves see is no matter here.
    let rules = ConfigurationFiles.File(
      kind: .rules, path: "rules/a.yaml",
      text: "groups: [{name: g, interval: 15s, rules: [{alert: Down, expr: answers == 0}]}]")
    let files = Self.files.filter { $0.kind != .rules } + [probes, rules]
    let (local, far) = (ItemID("endpoint/local"), ItemID("endpoint/far"))
    let targets = ["127.0.0.1:1", "db.invalid:5432"].map { ["instance": $0, "job": "blackbox"] }
    try await withInstallation(files) { installation in
      let book = installation.inventory.state.book
      #expect(book[local]?.home == .discovery)
      #expect(book[local]?.relations.map(\.type) == [.runsOn])
      #expect(book[far]?.relations.map(\.type) == [.monitoredThrough])
      try await wait { !installation.maintenance.state.book.openTasks.isEmpty }
      let task = try #require(installation.maintenance.state.book.openTasks.first)
      try await installation.maintenance.perform(
        PlanningInput(
          input: .start(task.number, .respectConstraints, by: .localUser("ann")), scene: installation.scene))

      try await pass(installation, "answers", of: targets, success: 0)
      try await wait { !installation.incidents.state.book.withheldAlerts.isEmpty }
      try await wait { !installation.incidents.state.book.all.isEmpty }
      #expect(installation.incidents.state.book.withheldAlerts.map(\.report.subject.item?.id) == [local])
      #expect(installation.incidents.state.book.all.map(\.subject.item?.id) == [far])

      let environment = NotifierEnvironment(
        carry: { _ in preconditionFailure("a reload sends nothing") }, readSecret: { Secret($0) }, write: { _ in })
      let fewer = ConfigurationFiles(files: Self.files)
      await installation.adopt(
        try ConfigurationReader.read(fewer, hostName: "web01", notifiers: environment), environment)
      let after = installation.inventory.state.book
      #expect(after[local]?.retired?.reason.id == "reason.item.probe-removed")
      #expect(after[local]?.createdAt == book[local]?.createdAt, "its record stays")
    }
  }

  @Test("a reload without change leaves states, slots and incidents alone") func reload() async throws {
    try await withInstallation { installation in
      try await pass(installation, success: 0)
      try await wait { installation.incidents.state.book.all.count == 1 }
      let facts = try await installation.journal.head().position
      let configuration = installation.configuration.withLock { $0 }
      let environment = NotifierEnvironment(
        carry: { _ in preconditionFailure("a reload sends nothing") }, readSecret: { Secret($0) }, write: { _ in })
      await installation.adopt(configuration, environment)
      try await pass(installation, success: 0)
      let incident = try #require(installation.incidents.state.book.all.first)
      try await wait { installation.incidents.state.tally.progress(of: incident).count >= 2 }
      #expect(installation.incidents.state.book.all.map(\.number.number) == [1])
      let after = try await installation.journal.facts(after: facts, limit: 100)
      #expect(after.allSatisfy { $0.stream != .configuration && !$0.kind.name.hasPrefix("incident.cleared") })
    }
  }

  @Test("another file with a group of the same name leaves the first one's incidents alone") func namesakes()
    async throws
  {
    try await withInstallation { installation in
      try await pass(installation, success: 0)
      try await wait { installation.incidents.state.book.all.count == 1 }
      let environment = NotifierEnvironment(
        carry: { _ in preconditionFailure("a reload sends nothing") }, readSecret: { Secret($0) }, write: { _ in })
      let second = ConfigurationFiles.File(
        kind: .rules, path: "rules/b.yaml",
        text: "groups: [{name: g, interval: 15s, rules: [{alert: Other, expr: nothing == 0}]}]")
      let more = ConfigurationFiles(files: Self.files + [second])
      await installation.adopt(
        try ConfigurationReader.read(more, hostName: "web01", notifiers: environment), environment)
      try await pass(installation, success: 0)
      try await pass(installation, success: 0)
      let incidents = installation.incidents.state.book.all
      #expect(incidents.map(\.number.number) == [1])
      #expect(incidents.allSatisfy { $0.status.isActive })
      #expect(incidents.first?.origin.rule?.description == "g/Down", "the file is not part of what is shown")
    }
  }

  @Test("the heartbeat's ages follow the rounds; without rule groups, the evaluator's own sign of life")
  func heartbeatAges() async throws {
    try await withInstallation { installation in
      try await pass(installation, success: 1)
      let age = try #require(installation.heartbeatAges.evaluation)
      #expect(age < .seconds(16))
      #expect(installation.heartbeatAges.roundInterval == .seconds(15))
      #expect(installation.heartbeatAges.undelivered == .zero)
    }
    let files = Self.files.filter { $0.kind != .rules }
    try await withInstallation(files) { installation in
      try await wait { installation.heartbeatAges.evaluation != nil }
      clock.advance(by: .seconds(600))
      try await wait { installation.heartbeatAges.evaluation.map { $0 < .seconds(60) } ?? false }
      #expect(installation.heartbeatAges.roundInterval == nil)
    }
  }

  @Test("a resolution is not more durable than the samples that prove it") func resolutionBarrier() async throws {
    try await withInstallation { installation in
      try await pass(installation, success: 0)
      try await wait { installation.incidents.state.book.all.count == 1 }
      try await pass(installation, success: 1)
      try await wait { installation.incidents.state.book.all.first?.status == .resolved }
      let facts = try await installation.journal.facts(of: .incidents, after: .start, limit: 100)
      let opening = try #require(facts.first { $0.kind.name == "incident.opened" })
      let resolution = try #require(facts.first { $0.kind.name == "incident.resolved" })

      // A commit of the loop's own may fall between; an opening that needs one would do so every time.
      var openingsWithout = 0
      for attempt in 1...20 {
        var batch = SampleBatch()
        let time = clock.now.advanced(by: .milliseconds(attempt))
        batch.append(try installation.store.reference(for: LabelSet(["__name__": "x"])), at: time, 1)
        installation.store.append(batch)
        let commits = installation.store.statistics.commits
        await installation.keepSamples(behind: [try IncidentFact(opening)])
        if installation.store.statistics.commits == commits { openingsWithout += 1 }
        await installation.keepSamples(behind: [try IncidentFact(resolution)])
        #expect(installation.store.statistics.commits > commits)
      }
      #expect(openingsWithout > 0, "an opening needs no sample on disk")
    }
  }

  @Test("a disk that takes no samples holds a resolution for two seconds only") func boundedBarrier() async throws {
    try await withInstallation { installation in
      try await pass(installation, success: 0)
      try await wait { installation.incidents.state.book.all.count == 1 }
      let gate = DispatchSemaphore(value: 0)
      defer { gate.signal() }
      installation.store.writer.async { gate.wait() }
      let begun = clock.uptime
      let number = RecordNumber(.incident, 1)
      try await pass(installation, success: 1)
      try await wait { installation.incidents.state.book.all.first?.status == .resolved }
      #expect(installation.incidents.state.book[number]?.resolution?.code == "self-recovered")
      #expect(clock.uptime - begun < .seconds(120))
    }
  }

  @Test("a series of its own that only the run before had ends with the first samples") func leftOwnSeries()
    async throws
  {
    try await withInstallation { installation in
      var batch = SampleBatch()
      let names = ["watchkeeper_left": "watchkeeper", "foreign_left": "watchkeeper", "watchkeeper_other": "node"]
      for (name, job) in names {
        let labels = LabelSet(["__name__": name, "job": job, "instance": "web01"])
        batch.append(try installation.store.reference(for: labels), at: clock.now, 1)
      }
      installation.store.append(batch)
      await installation.beginCounters()
      clock.advance(by: .seconds(15))
      await installation.appendSelfMetrics()
      let left = await installation.queries.vector(
        #"{__name__=~"watchkeeper_left|foreign_left|watchkeeper_other"}"#, at: clock.now)
      #expect(Set(left.map { $0.labels["__name__"] }) == ["foreign_left", "watchkeeper_other"])
      #expect(await installation.queries.vector("process_open_fds", at: clock.now).count == 1)
    }
  }

  @Test("its own series are described, but not noted as a target's") func ownMetadata() async throws {
    try await withInstallation { installation in
      clock.advance(by: .seconds(15))
      await installation.appendSelfMetrics()
      let known = await installation.console.metadata(of: nil).families
      for metric in await installation.selfMetrics() where !metric.values.isEmpty {
        #expect(known[metric.name] == [metric.metadata])
      }
      #expect(known["watchkeeper_store_series"]?.first?.help == "Series that receive samples.")
      for name in ["watchkeeper_store_series", "process_open_fds"] {
        #expect(installation.metadata.table.families[name] == nil, "remote write would send it as a target's")
      }
    }
  }

  @Test("what the store refuses is counted by its reason, late and repeated samples are not") func refusals()
    async throws
  {
    try await withInstallation { installation in
      let reference = try installation.store.reference(for: LabelSet(["__name__": "m"]))
      let hour = Duration.seconds(3600)
      func append(_ distance: Duration, _ value: Double) {
        var batch = SampleBatch()
        batch.append(reference, at: clock.now.advanced(by: distance), value)
        installation.store.append(batch)
      }
      append(.zero, 1)
      append(.zero, 1)
      append(.zero - hour, 1)
      append(.zero, 2)
      for _ in 0..<2 { append(.zero - hour - .milliseconds(1), 1) }
      for _ in 0..<3 { append(.seconds(601), 1) }
      clock.advance(by: .seconds(15))
      await installation.appendSelfMetrics()
      let counts = await installation.queries.vector("watchkeeper_store_samples_refused_total > 0", at: clock.now)
      let byReason = Dictionary(uniqueKeysWithValues: counts.map { ($0.labels["reason"] ?? "", $0.value) })
      #expect(byReason == ["duplicate": 1, "out_of_order": 2, "future": 3])
    }
  }

  @Test("damage that is found while opening is an increase from the first moment") func damageAtOpening() async throws {
    let samples = folder + "/samples"
    try FileManager.default.createDirectory(atPath: samples, withIntermediateDirectories: true)
    try Foundation.Data(repeating: 0x5a, count: 8192).write(
      to: URL(filePath: samples + "/samples-2026-11-17.0.open.db"))
    try await withInstallation { installation in
      #expect(installation.store.statistics.filesQuarantined == 1)
      clock.advance(by: .seconds(15))
      await installation.appendSelfMetrics()
      let rises = await installation.queries.vector(
        "increase(watchkeeper_store_damaged_total[1h]) > 0", at: clock.now)
      #expect(rises.count == 1)
    }
  }

  @Test("a rule that a reload removes ends its incidents") func removal() async throws {
    try await withInstallation { installation in
      try await pass(installation, success: 0)
      try await wait { installation.incidents.state.book.all.count == 1 }
      let environment = NotifierEnvironment(
        carry: { _ in preconditionFailure("a reload sends nothing") }, readSecret: { Secret($0) }, write: { _ in })
      let fewer = ConfigurationFiles(files: Self.files.filter { $0.kind != .rules })
      let configuration = try ConfigurationReader.read(fewer, hostName: "web01", notifiers: environment)
      await installation.adopt(configuration, environment)
      try await wait { installation.incidents.state.book.all.allSatisfy { !$0.status.isActive } }
      #expect(installation.incidents.state.book.all.first?.resolution?.code == "rule-retired")
    }
  }

  @Test("what is said again every five minutes changes nothing") func reconciles() async throws {
    try await withInstallation { installation in
      try await pass(installation, success: 0)
      try await wait { installation.incidents.state.book.all.count == 1 && installation.deliveries.view.delivered == 1 }
      try await wait { !installation.maintenance.state.book.openTasks.isEmpty }
      let before = try await installation.journal.head().position
      installation.reconcile()
      try await pass(installation, success: 0)
      try await pass(installation, success: 0)
      #expect(try await installation.journal.head().position == before)
    }
  }

  @Test("only its owner reads what the data folder holds") func permissions() async throws {
    try await withInstallation { _ in
      for part in ["", "/journal", "/samples"] {
        let mode = try FileManager.default.attributesOfItem(atPath: folder + part)[.posixPermissions] as? Int
        #expect(try #require(mode) & 0o007 == 0, "\(part)")
      }
    }
  }
}
