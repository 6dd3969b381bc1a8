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
    let old = configuration.withLock { current in
      let old = current
      current = new
      return old
    }
    status.withLock { status in
      status.refusedConfiguration = nil
      status.reloads += 1
    }
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
    do {
      // Items come first, as at the start.
      for input in new.inventoryInputs(hostName: hostName) { try await inventory.perform(input) }
    } catch {
      log.error("inventory: the items of configuration \(new.digest) are taken over later: \(error)")
    }
    await probes.load(new.probes)
    let names = Set(new.probes.map(\.name))
    status.withLock { status in status.probes = status.probes.filter { names.contains($0.key) } }
    await evaluator.reload(new.ruleGroups)
    retireMissingRules()
    plan()
  }

  /// The running configuration stays; `watchkeeper check` and the packaged rule say why.
  func refuse(_ errors: SettingsErrors) {
    status.withLock { $0.refusedConfiguration = errors }
    for error in errors.errors { log.error("configuration refused: \(error)") }
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
