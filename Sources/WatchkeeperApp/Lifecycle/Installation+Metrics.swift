internal import Synchronization
internal import Journal
internal import Incidents
internal import Alerting
internal import Probes
internal import PromQL
internal import Records
internal import Telemetry
internal import TimeSeriesStore

extension Installation {
  /// Everything that Watchkeeper says about itself: for `/metrics`, for its own store and so for its own rules.
  func selfMetrics() async -> [SelfMetric] {
    let status = status.withLock { $0 }
    return processMetrics(status) + storeMetrics() + ruleMetrics() + incidentMetrics() + probeMetrics(status)
      + writeMetrics() + remoteStorageMetrics()
      + (await targetMetrics()) + (await runnerMetrics()) + (await journalMetrics())
  }

  /// Lets every counter begin at 0: what was counted while opening, such as damage, is then an increase, also behind a
  /// run that had counted as much.
  func beginCounters() async {
    await appendSelfMetrics { $0.kind == .counter ? $0.beginning : nil }
    await takeOverOwnSeries()
  }

  /// The series that the run before left visible, as a crash does: those that this run does not have end with its next
  /// samples instead of firing on for the whole look-back.
  private func takeOverOwnSeries() async {
    let own = #"{__name__=~"(watchkeeper|process)_.+",job="watchkeeper",instance="# + LabelSet.quoted(hostName) + "}"
    let left = await queries.vector(own, at: now)
    let references = left.compactMap { try? store.reference(for: $0.labels) }
    ownSeries.withLock { $0.formUnion(references) }
  }

  /// Its own series, under the target that a scrape of `/metrics` would have.
  func appendSelfMetrics(_ shown: (SelfMetric) -> SelfMetric? = { $0 }) async {
    let target = LabelSet(["job": "watchkeeper", "instance": hostName])
    var batch = SampleBatch()
    var present: Set<SeriesReference> = []
    let time = now
    let metrics = await selfMetrics()
    ownMetadata.note(metrics.map(\.metadata))
    for metric in metrics.compactMap(shown) {
      for (labels, value) in metric.values {
        let series = LabelSet(labels.labels + target.labels + [Label(LabelSet.metricName, metric.name)])
        guard let reference = try? store.reference(for: series) else { continue }
        batch.append(reference, at: time, value)
        present.insert(reference)
      }
    }
    let ended = ownSeries.withLock { known in
      defer { known = present }
      return known.subtracting(present)
    }
    for reference in ended { batch.append(reference, at: time, .staleMarker) }
    store.append(batch)
  }

  private func processMetrics(_ status: InstallationStatus) -> [SelfMetric] {
    let usage = ProcessUsage.now()
    return [
      SelfMetric(
        "watchkeeper_build_info", .gauge, "Version of the running program.",
        [(LabelSet(["version": programVersion]), 1)]),
      SelfMetric("process_start_time_seconds", .gauge, "Start of the program.", status.startedAt.seconds),
      SelfMetric("process_cpu_seconds_total", .counter, "Processor time used.", usage.processorSeconds),
      SelfMetric("process_resident_memory_bytes", .gauge, "Memory in use, shared pages included.", usage.residentBytes),
      SelfMetric("watchkeeper_private_memory_bytes", .gauge, "Memory that is the program's own.", usage.privateBytes),
      SelfMetric(
        "watchkeeper_disk_reserve_held", .gauge, "1 while space is set aside for incidents.", reserve.isHeld ? 1 : 0),
      SelfMetric("process_open_fds", .gauge, "Open file descriptors.", usage.openDescriptors),
      SelfMetric(
        "watchkeeper_config_last_reload_successful", .gauge, "1 while the configuration on disk is the running one.",
        status.refusedConfiguration == nil ? 1 : 0),
      SelfMetric("watchkeeper_config_reloads_total", .counter, "Configurations taken over.", Double(status.reloads)),
      SelfMetric(
        "watchkeeper_clock_step_seconds", .gauge,
        "How far the clock was set within the last 15 minutes; negative is back.",
        status.clock.shown(at: world.clock.uptime).inSeconds),
      SelfMetric(
        "watchkeeper_heartbeat_held_back", .gauge, "1 while the heartbeat is held back.",
        status.heartbeat.isHeldBack ? 1 : 0),
    ]
  }

  private func storeMetrics() -> [SelfMetric] {
    let statistics = store.statistics
    let health = store.health
    let refused: [(String, UInt64)] = [
      ("out_of_order", statistics.refusedOutOfOrder), ("duplicate", statistics.refusedDuplicate),
      ("future", statistics.refusedTooFarInFuture), ("series_gone", statistics.refusedGone),
      ("buckets", statistics.refusedTooManyBuckets), ("malformed_histogram", statistics.refusedMalformedHistogram),
      ("series_limit", statistics.seriesRefused),
    ]
    let damaged =
      statistics.damagedChunks + statistics.damagedBatches + statistics.damagedSeriesRows + statistics.damagedTables
      + statistics.filesQuarantined
    return [
      SelfMetric("watchkeeper_store_series", .gauge, "Series that receive samples.", Double(statistics.activeSeries)),
      SelfMetric(
        "watchkeeper_store_samples_total", .counter, "Samples taken.", Double(statistics.samplesAppended)),
      SelfMetric(
        "watchkeeper_store_samples_refused_total", .counter, "Samples refused, by reason.",
        refused.map { (LabelSet(["reason": $0.0]), Double($0.1)) }),
      SelfMetric("watchkeeper_store_bytes", .gauge, "Bytes on disk.", Double(statistics.bytesOnDisk)),
      SelfMetric(
        "watchkeeper_store_commit_age_seconds", .gauge, "How long the oldest sample has waited for the disk.",
        health.lag.inSeconds),
      SelfMetric(
        "watchkeeper_store_commit_failures_total", .counter, "Commits that the disk refused.",
        Double(statistics.commitFailures)),
      SelfMetric("watchkeeper_store_samples_lost_total", .counter, "Samples lost.", Double(statistics.samplesLost)),
      SelfMetric("watchkeeper_store_damaged_total", .counter, "Damaged parts found.", Double(damaged)),
      SelfMetric(
        "watchkeeper_store_chunks_read_total", .counter, "Chunks that queries read from files.",
        Double(statistics.reads.chunks)),
      SelfMetric(
        "watchkeeper_store_chunk_bytes_read_total", .counter, "Bytes of these.", Double(statistics.reads.chunkBytes)),
    ]
  }

  private func ruleMetrics() -> [SelfMetric] {
    let view = evaluator.view
    let groups = view.groups
    func perGroup(_ value: (RuleGroup) -> Double) -> [(labels: LabelSet, value: Double)] {
      groups.map { (LabelSet(["rule_group": $0.key.description]), value($0)) }
    }
    return [
      SelfMetric(
        "watchkeeper_rule_group_duration_seconds", .gauge, "Time of the last round.",
        perGroup { view.lastTook[$0.key]?.inSeconds ?? 0 }),
      SelfMetric(
        "watchkeeper_rule_group_missed_total", .counter, "Rounds skipped because the one before took too long.",
        perGroup { Double(view.states[$0.key]?.missedSlots ?? 0) }),
      SelfMetric(
        "watchkeeper_rule_failures_total", .counter, "Evaluations that failed.",
        perGroup { Double(view.failures[$0.key] ?? 0) }),
      SelfMetric("watchkeeper_rule_rounds_total", .counter, "Rounds evaluated.", Double(view.rounds)),
      SelfMetric(
        "watchkeeper_rule_template_failures_total", .counter, "Label and annotation templates that failed.",
        Double(view.templateErrors)),
      SelfMetric(
        "watchkeeper_rule_samples_refused_total", .counter, "Samples of rules that the store refused.",
        Double(view.samplesRefused)),
    ] + incrementalMetrics(view)
  }

  private func incrementalMetrics(_ view: RuleEvaluator.View) -> [SelfMetric] {
    let costs = view.costs.values.lazy.flatMap(\.values)
    let modes = [("incremental", costs.filter { $0.plain == nil }), ("plain", costs.filter { $0.plain != nil })]
    func perMode(_ value: (RuleCost) -> Double) -> [(labels: LabelSet, value: Double)] {
      modes.map { mode, costs in (LabelSet(["mode": mode]), costs.reduce(0) { $0 + value($1) }) }
    }
    let engine = view.incremental.engine
    return [
      SelfMetric("watchkeeper_rules", .gauge, "Rules by how their last round was evaluated.", perMode { _ in 1 }),
      SelfMetric(
        "watchkeeper_rule_evaluation_seconds", .gauge, "Time of the last round of all rules.",
        perMode { $0.took.inSeconds }),
      SelfMetric(
        "watchkeeper_rule_samples_read", .gauge, "Samples read in the last round of all rules.",
        perMode { Double($0.cost.samples) }),
      SelfMetric("watchkeeper_rule_window_series", .gauge, "Series kept for windows.", Double(engine.series)),
      SelfMetric("watchkeeper_rule_window_bytes", .gauge, "Memory of windows.", Double(engine.bytes)),
      SelfMetric(
        "watchkeeper_rule_window_refills_total", .counter, "Times that too many samples waited for the rules.",
        Double(view.incremental.breaks)),
      SelfMetric(
        "watchkeeper_rule_shadow_checks_total", .counter, "Evaluations done both ways.", Double(view.shadowChecks)),
      SelfMetric(
        "watchkeeper_rule_shadow_differences_total", .counter, "Evaluations in which the two ways differed.",
        Double(view.shadowDifferences)),
    ]
  }

  private func incidentMetrics() -> [SelfMetric] {
    let book = incidents.state.book
    let deliveries = deliveries.view
    let waiting = deliveries.waiting.sorted { $0.key < $1.key }
    return [
      SelfMetric(
        "watchkeeper_incidents", .gauge, "Incidents that are not over.", Double(book.activeCount)),
      SelfMetric(
        "watchkeeper_alerts_withheld", .gauge, "Alerts withheld by a window.", Double(book.withheldAlerts.count)),
      SelfMetric("watchkeeper_deliveries_total", .counter, "Notifications delivered.", Double(deliveries.delivered)),
      SelfMetric(
        "watchkeeper_deliveries_retried_total", .counter, "Attempts to be repeated.", Double(deliveries.retried)),
      SelfMetric(
        "watchkeeper_deliveries_refused_total", .counter, "Notifications that a receiver will never take.",
        Double(deliveries.refused)),
      SelfMetric(
        "watchkeeper_deliveries_pending_oldest_seconds", .gauge, "Age of the oldest waiting notification.",
        waiting.map { (LabelSet(["receiver": $0.key]), now.elapsed(since: $0.value.oldest).inSeconds) }),
    ]
  }

  private func probeMetrics(_ status: InstallationStatus) -> [SelfMetric] {
    let probes = status.probes.values.sorted { $0.name < $1.name }
    func perProbe(_ value: (ProbeStatus) -> Double) -> [(labels: LabelSet, value: Double)] {
      probes.map { (LabelSet(["probe": $0.name]), value($0)) }
    }
    return [
      SelfMetric(
        "watchkeeper_probe_runs_total", .counter, "Runs of each probe.", perProbe { Double($0.runs) }),
      SelfMetric(
        "watchkeeper_probe_skipped_total", .counter, "Due times that passed while a check was still going.",
        perProbe { Double($0.skipped) }),
      SelfMetric(
        "watchkeeper_probe_samples_refused_total", .counter, "Samples refused because a limit on series was reached.",
        perProbe { Double($0.refusedInAll) }),
    ]
  }

  /// As Prometheus' own `prometheus_sd_…`, by definition and mechanism.
  private func targetMetrics() async -> [SelfMetric] {
    let sources = Dictionary(grouping: await targets.status) {
      LabelSet(["probe": $0.name, "mechanism": $0.mechanism])
    }
    guard !sources.isEmpty else { return [] }
    func each(_ value: (TargetSourceStatus) -> Double) -> [(labels: LabelSet, value: Double)] {
      sources.sorted { $0.key < $1.key }.map { labels, members in (labels, members.reduce(0) { $0 + value($1) }) }
    }
    return [
      SelfMetric(
        "watchkeeper_sd_discovered_targets", .gauge, "Targets of the lists in force.", each { Double($0.targets) }),
      SelfMetric(
        "watchkeeper_sd_failed_lists", .gauge, "Lists that cannot be read or are missing; the last good ones stay.",
        each { Double($0.faults.count) }),
      SelfMetric(
        "watchkeeper_sd_refresh_failures_total", .counter, "Readings of lists that failed.",
        each { Double($0.failures) }),
    ]
  }

  private func runnerMetrics() async -> [SelfMetric] {
    let pressure = await probes.pressure
    return [
      SelfMetric("watchkeeper_probes_running", .gauge, "Runs of probes that are going.", Double(pressure.running)),
      SelfMetric(
        "watchkeeper_probe_runs_shed_total", .counter, "Runs left out because this machine could not keep up.",
        Double(pressure.shed)),
      SelfMetric(
        "watchkeeper_probes_shed_priority", .gauge,
        "Probes of this priority and less important ones run rarely; 0 when all keep their time.",
        Double(pressure.shedFrom ?? 0)),
    ]
  }

  private func writeMetrics() -> [SelfMetric] {
    let tally = remoteWrite.tally
    return [
      SelfMetric(
        "watchkeeper_remote_write_requests_total", .counter, "Requests of remote write.", Double(tally.requests)),
      SelfMetric(
        "watchkeeper_remote_write_samples_total", .counter, "Samples by remote write, taken and refused.",
        [
          (LabelSet(["outcome": "taken"]), Double(tally.samples)),
          (LabelSet(["outcome": "refused"]), Double(tally.refused)),
        ]),
      SelfMetric(
        "watchkeeper_remote_write_exemplars_dropped_total", .counter, "Exemplars, which the store does not keep.",
        Double(tally.exemplars)),
    ]
  }

  private func journalMetrics() async -> [SelfMetric] {
    guard let head = try? await journal.head() else { return [] }
    return [SelfMetric("watchkeeper_journal_facts", .gauge, "Facts in the journal.", Double(head.position.number))]
  }
}
