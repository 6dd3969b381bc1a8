internal import Synchronization
internal import Probes
internal import Incidents
internal import Inventory
internal import Notifiers
internal import Records
internal import Telemetry
internal import Wording

extension Installation {
  /// Takes over a configuration that was read whole. What did not change is not touched: phases, running checks, rule
  /// states and incidents stay.
  func adopt(_ new: Configuration, _ environment: NotifierEnvironment) async {
    await targets.adopt(new.patterns)
    let lists = await targets.groups
    let old = configuration.withLock { current in
      let old = current
      current = new.watching(lists, hostName: hostName)
      return old
    }
    status.withLock { status in
      status.refusedConfiguration = nil
      status.reloads += 1
    }
    warn(of: new, since: old)
    guard new.digest != old.digest else { return }
    let settings = new.settings
    let waiting = settings.keysForRestart(since: old.settings)
    if !waiting.isEmpty {
      log.warning("changed, but in force after a restart only: \(waiting.joined(separator: ", "))")
    }
    incidents.adopt { $0.book.settings = IncidentSettings(settings) }
    await deliveries.adopt(
      settings.channels(environment),
      composer: MessageComposer(language: language, zone: ClockZone(zone), consoleURL: publicURL))
    await senders.adopt(settings.remoteWrite)
    await loadProbes()
    await evaluator.reload(new.ruleGroups)
    retireMissingRules()
    plan()
  }

  /// Takes over the targets that are there now; all that did not change runs on.
  func retarget() async {
    let lists = await targets.groups
    configuration.withLock { $0 = $0.watching(lists, hostName: hostName) }
    await loadProbes()
  }

  /// Lets the probes of the configuration run, and no others. Whoever comes second while a set is taken over may bring a
  /// newer one: then that is taken over once more.
  private func loadProbes() async {
    var set = status.withLock { status in
      status.probeSets += 1
      return status.probeSets
    }
    while true {
      let configuration = configuration.withLock { $0 }
      do {
        // Items come first, as at the start.
        for input in configuration.inventoryInputs(hostName: hostName) { try await inventory.perform(input) }
      } catch {
        log.error("inventory: the items of configuration \(configuration.digest) are taken over later: \(error)")
      }
      await probes.load(configuration.probes, parents: probeParents(configuration.probes))
      let names = Set(configuration.probes.map(\.name))
      let newest = status.withLock { status in
        status.probes = status.probes.filter { names.contains($0.key) }
        return status.probeSets
      }
      guard newest != set else { return }
      set = newest
    }
  }

  /// The running configuration stays; `watchkeeper check` and the packaged rule say why.
  func refuse(_ errors: SettingsErrors) {
    status.withLock { $0.refusedConfiguration = errors }
    for error in errors.errors { log.error("configuration refused: \(error)") }
  }

  /// What is odd in a configuration that is in force all the same, as `watchkeeper check` says it.
  ///
  /// - Parameter old: the one before, whose warnings are in the log already: jobs reload without a change.
  func warn(of configuration: Configuration, since old: Configuration? = nil) {
    let told = Set(old?.warnings ?? [])
    for warning in configuration.warnings where !told.contains(warning) { log.warning("configuration: \(warning)") }
  }

  /// What links in notifications begin with.
  var publicURL: String {
    configuration.withLock { $0.settings.web.externalURL } ?? consoleURL.withLock { $0 }
  }
}

extension Installation {
  /// Links in notifications lead to the console that listens, unless the configuration names another address.
  func useConsoleURL() async {
    await deliveries.link(to: MessageComposer(language: language, zone: ClockZone(zone), consoleURL: publicURL))
  }
}
