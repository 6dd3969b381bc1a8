internal import Interchange
public import Telemetry

/// A target that cannot be probed; the others are.
public struct TargetFault: Hashable, Sendable {
  /// As the list has it.
  public let address: String
  public let fault: SettingsFault

  public init(_ address: String, _ fault: SettingsFault) { (self.address, self.fault) = (address, fault) }
}

/// What became of the targets of one definition.
public struct DiscoveredProbes: Sendable {
  public fileprivate(set) var probes: [ProbeDefinition] = []
  public fileprivate(set) var faults: [TargetFault] = []
}

extension ProbeDefinition {
  /// One probe for each target that relabelling leaves, named as the definition with the target's `instance` behind it.
  ///
  /// A target's labels are those of its group, over the definition's; what begins with `__` is there for relabelling
  /// alone, and `__address__` is what the kind is pointed at.
  ///
  /// - Parameter lookups: what the definition was given to read itself.
  public func discovered(
    _ groups: [DiscoveredGroup], reading lookups: [CodingUserInfoKey: any Sendable] = [:]
  ) -> DiscoveredProbes {
    guard let sources = targetSources else { return DiscoveredProbes() }
    var found = DiscoveredProbes()
    var taken: [String: ProbeDefinition] = [:]
    for group in groups {
      for address in group.targets {
        do throws(SettingsFault) {
          let made = try probe(at: address, group.labels, sources, lookups)
          for probe in made {
            guard let other = taken.updateValue(probe, forKey: probe.name) else {
              found.probes.append(probe)
              continue
            }
            taken[probe.name] = other
            // The same target in two lists is one.
            if !other.isSame(as: probe) { throw SettingsFault("fault.targets.same", ["name": probe.name]) }
          }
        } catch {
          found.faults.append(TargetFault(address, error))
        }
      }
    }
    return found
  }

  /// What is wrong with the files of its lists just now.
  public func listFaults(in folder: String, _ read: TargetListReader) -> [TargetListFault] {
    (targetSources?.files ?? []).flatMap { settings in
      let look = TargetFiles(settings, in: folder, knowing: [:], read)
      let faults = look.lists.sorted { $0.key < $1.key }.compactMap { path, list -> TargetListFault? in
        if case .failure(let fault) = list { fault } else { nil }
      }
      return faults + look.missing
    }
  }

  /// - Returns: none when relabelling drops the target.
  private func probe(
    at address: String, _ groupLabels: [String: String], _ sources: TargetSources,
    _ lookups: [CodingUserInfoKey: any Sendable]
  ) throws(SettingsFault) -> [ProbeDefinition] {
    if let scrape = settings as? ScrapeSettings {
      return derived(
        name: name, labels: labels, settings: try scrape.asking(address, groupLabels, sources.rules)
      ).perTarget(suffixed: true)
    }
    var written = ["__address__": address, "job": targetLabels(hostName: "")["job"] ?? ""]
    for label in labels { written[label.name] = label.value }
    written.merge(groupLabels) { _, own in own }
    guard let relabelled = RelabelRule.apply(sources.rules, to: LabelSet(written)) else { return [] }
    guard let known = ProbeCatalog.kind(named: kind), let target = known.target, let wanted = relabelled["__address__"],
      !wanted.isEmpty
    else { throw SettingsFault("fault.targets.address", ["text": String(address.prefix(40))]) }
    var tree = sources.template
    // As blackbox_exporter has it, an address without a scheme is asked over HTTP.
    let isBare = target.key == "url" && !wanted.contains("://")
    tree[target.key] = .text(isBare ? "http://" + wanted : wanted)
    let own: any ProbeSettings
    do {
      own = try Self.settings(known.settings, from: tree, lookups)
    } catch let error as DecodingError {
      throw error.settingsFault ?? SettingsFault("fault.targets.address", ["text": String(wanted.prefix(40))])
    } catch {
      throw SettingsFault("fault.targets.address", ["text": String(wanted.prefix(40))])
    }
    let shown = LabelSet(relabelled.filter { !$0.name.hasPrefix("__") })
    let instance = shown["instance"] ?? own.instance ?? wanted
    return [derived(name: "\(name)/\(instance)", labels: shown, settings: own)]
  }

  private static func settings<Settings: ProbeSettings>(
    _ type: Settings.Type, from tree: SettingsTree, _ lookups: [CodingUserInfoKey: any Sendable]
  ) throws -> any ProbeSettings { try Settings(from: TreeDecoder(tree: tree, userInfo: lookups)) }
}
