internal import Alerting
internal import Inventory
internal import Notifiers
internal import Planner
internal import Probes
internal import Telemetry
internal import Yams

/// Reads files into a configuration, and names every fault of every file rather than the first.
struct ConfigurationReader {
  /// The name of this host, for the label `instance` of its own series.
  let hostName: String
  let notifiers: NotifierEnvironment
  private var errors: [SettingsError] = []
  private var warnings: [SettingsError] = []
  private var itemPlaces: [ItemID: SourcePlace] = [:]
  private var patterns: [ProbeDefinition] = []
  /// What definitions of probes need to read themselves.
  private var lookups: [CodingUserInfoKey: any Sendable] = [:]

  init(hostName: String, notifiers: NotifierEnvironment) {
    self.hostName = hostName
    self.notifiers = notifiers
  }

  /// - Parameter own: the operator's files; the packaged ones join as the settings say.
  static func read(
    _ own: ConfigurationFiles, hostName: String, notifiers: NotifierEnvironment
  ) throws(SettingsErrors) -> Configuration {
    var reader = ConfigurationReader(hostName: hostName, notifiers: notifiers)
    let settings = reader.settings(own)
    let files = own.adding(PackagedFiles.files(settings.packaged))
    var configuration = Configuration(
      files: own, settings: settings, probes: reader.probes(files), ruleGroups: reader.rules(files, settings.rules),
      inventory: reader.inventory(files), plans: reader.plans(files), itemPlaces: reader.itemPlaces,
      warnings: own.warnings + reader.warnings)
    configuration.patterns = reader.patterns
    configuration.lookups = reader.lookups
    guard reader.errors.isEmpty else {
      throw SettingsErrors(errors: Set(reader.errors).sorted { ($0.place, $0.key) < ($1.place, $1.key) })
    }
    return configuration
  }

  // MARK: Settings

  private mutating func settings(_ files: ConfigurationFiles) -> WatchkeeperSettings {
    errors += files.unreadable[.settings] ?? []
    guard let file = files.files(of: .settings).first, let document = document(file), let root = document.root else {
      return WatchkeeperSettings()
    }
    var environment = notifiers
    do throws(SettingsErrors) {
      // Receivers take their defaults from it: with a fault here, theirs might be none.
      if let global = root.child(TextKey("global")) {
        environment.mailDefaults = try SettingsDecoder.decode(
          MailDefaults.self, from: global, of: document, at: [TextKey("global")])
      }
      return try SettingsDecoder.decode(
        WatchkeeperSettings.self, from: root, of: document, userInfo: [ReceiverSettings.environmentKey: environment])
    } catch {
      errors += error.errors
      return WatchkeeperSettings()
    }
  }

  // MARK: Probes

  private mutating func probes(_ files: ConfigurationFiles) -> [ProbeDefinition] {
    var found: [(definition: ProbeDefinition, place: SourcePlace)] = []
    errors += files.unreadable[.probes] ?? []
    let userInfo = lookups(files)
    lookups = userInfo
    var patterns: [(definition: ProbeDefinition, place: SourcePlace)] = []
    let templates = ProbeTemplates(files, &errors)
    for file in files.files(of: .probes) {
      guard let document = document(file), let written = document.root else { continue }
      let root = templates.applied(to: written, of: document, &errors)
      guard
        let file = attempt({
          try SettingsDecoder.decode(ProbeFile.self, from: root, of: document, userInfo: userInfo)
        })
      else {
        continue
      }
      let nodes = root.child(TextKey("probes"))?.sequence.map(Array.init) ?? []
      for (definition, node) in zip(file.probes, nodes) {
        if definition.targetSources != nil { patterns.append((definition, document.place(of: node))) }
        found += definition.perTarget.map { ($0, document.place(of: node)) }
      }
    }
    // A file of the operator's takes the place of a packaged probe with the same name.
    let own = Set((found + patterns).filter { !$0.place.file.hasPrefix(PackagedFiles.prefix) }.map(\.definition.name))
    found.removeAll { $0.place.file.hasPrefix(PackagedFiles.prefix) && own.contains($0.definition.name) }
    self.patterns = patterns.map(\.definition)
    for (index, pattern) in patterns.enumerated()
    where (patterns[..<index] + found).contains(where: { $0.definition.name == pattern.definition.name }) {
      errors.append(
        SettingsError(at: pattern.place, key: "probes", "fault.probe.twice", ["name": pattern.definition.name]))
    }
    for conflict in found.map(\.definition).conflicts(hostName: hostName) {
      let culprit = found.last { $0.definition.name == conflict.name }
      errors.append(
        SettingsError(
          at: culprit?.place ?? SourcePlace(file: "probes", line: 1, column: 1), key: "probes", conflict.fault))
    }
    return found.map(\.definition)
  }

  /// What definitions of probes need to read themselves.
  static func lookups(
    _ files: ConfigurationFiles, notifiers: NotifierEnvironment
  ) throws(SettingsErrors) -> [CodingUserInfoKey: any Sendable] {
    var reader = ConfigurationReader(hostName: "", notifiers: notifiers)
    let lookups = reader.lookups(files)
    guard reader.errors.isEmpty else { throw SettingsErrors(errors: reader.errors) }
    return lookups
  }

  private mutating func lookups(_ files: ConfigurationFiles) -> [CodingUserInfoKey: any Sendable] {
    let mibs = mibs(files)
    let own: [CodingUserInfoKey: any Sendable] = [DeviceProfiles.key: deviceProfiles(files, mibs), MIBFiles.key: mibs]
    return ZoneLibrary.lookup.merging(own) { $1 }
  }

  /// A profile of the operator's takes the place of a packaged one with the same name.
  private mutating func deviceProfiles(_ files: ConfigurationFiles, _ mibs: MIBFiles) -> DeviceProfiles {
    errors += files.unreadable[.deviceProfiles] ?? []
    var own: [String: DeviceProfile] = [:]
    var packaged: [String: DeviceProfile] = [:]
    for file in files.files(of: .deviceProfiles) {
      guard let document = document(file), let root = document.root,
        let profile = attempt({
          try SettingsDecoder.decode(DeviceProfile.self, from: root, of: document, userInfo: [MIBFiles.key: mibs])
        })
      else { continue }
      if file.isPackaged { packaged[profile.name] = profile } else { own[profile.name] = profile }
    }
    return DeviceProfiles(packaged.merging(own) { $1 }.values.sorted { $0.name < $1.name })
  }

  private mutating func mibs(_ files: ConfigurationFiles) -> MIBFiles {
    errors += files.unreadable[.mibs] ?? []
    var mibs = MIBFiles()
    for file in files.files(of: .mibs) {
      do throws(MIBFiles.Fault) {
        try mibs.add(Array(file.text.utf8), file: file.path)
      } catch {
        let place = SourcePlace(file: error.file, line: error.line, column: error.column)
        errors.append(SettingsError(at: place, "fault.snmp.mib", ["problem": error.problem]))
      }
    }
    // Behind the operator's own, which take the place of modules of the same name.
    var faults = files.unreadable[.foreignMIBs] ?? []
    for file in files.files(of: .foreignMIBs) {
      do throws(MIBFiles.Fault) {
        try mibs.addUnknown(Array(file.text.utf8), file: file.path)
      } catch {
        let place = SourcePlace(file: error.file, line: error.line, column: error.column)
        faults.append(SettingsError(at: place, "fault.snmp.mib", ["problem": error.problem]))
      }
    }
    warnings += ForeignMIBs.told(faults)
    return mibs
  }

  // MARK: Rules

  private mutating func rules(_ files: ConfigurationFiles, _ settings: RuleSettings) -> [RuleGroup] {
    errors += files.unreadable[.rules] ?? []
    errors += files.unreadable[.ruleSettings] ?? []
    var sides = Dictionary(files.files(of: .ruleSettings).map { ($0.path, $0) }) { first, _ in first }
    let groups = files.files(of: .rules).flatMap { file -> [RuleGroup] in
      let own = file.isPackaged ? String(file.path.dropFirst(PackagedFiles.prefix.count)) : file.path
      let side = sides.removeValue(forKey: RuleSideFile.path(beside: own)).flatMap { file in
        attempt { try RuleSideFile(try SettingsDocument(text: file.text, file: file.path)) }
      }
      guard let document = document(file, .firstOfSeveral), let root = document.root else { return [] }
      if let surplus = document.surplus { warnings.append(SettingsError(at: surplus, "fault.rule.second-document")) }
      return Self.ruleFile(root, of: document, defaults: settings.defaults, side: side, &errors, &warnings)
    }
    errors += sides.keys.sorted().map { SettingsError(ofFile: $0, "fault.rule.no-rule-file") }
    return groups
  }

  /// Reads one rule file; faults are added to `errors`, what is odd to `warnings`.
  static func ruleFile(
    _ root: Node, of document: SettingsDocument, defaults: RuleDefaults = RuleDefaults(), side: RuleSideFile? = nil,
    _ errors: inout [SettingsError], _ warnings: inout [SettingsError]
  ) -> [RuleGroup] {
    var definition: RuleFileDefinition
    do throws(SettingsErrors) {
      definition = try SettingsDecoder.decode(RuleFileDefinition.self, from: root, of: document)
    } catch {
      errors += error.errors
      definition = readable(root, of: document)
    }
    var side = side
    side?.apply(to: &definition, &errors)
    let file = RuleFile(definition, file: document.file, defaults: defaults) { path in
      document.place(of: root.deepest(on: Self.keys(of: path))).line
    }
    func located(_ problem: RuleError) -> SettingsError {
      if let located = side?.located(problem) { return located }
      let keys = Self.keys(of: problem.path)
      return SettingsError(at: document.place(of: root.deepest(on: keys)), key: keys.settingsText, problem.fault)
    }
    errors += file.problems.map(located)
    warnings += file.oddities.map(located)
    return file.groups
  }

  /// What can be read of a refused file, so that its expressions are checked as well; a rule without a fault stands in
  /// for each that cannot.
  private static func readable(_ root: Node, of document: SettingsDocument) -> RuleFileDefinition {
    func nodes(_ key: String, of node: Node) -> [Node] { node.child(TextKey(key))?.sequence.map(Array.init) ?? [] }
    return RuleFileDefinition(
      groups: nodes("groups", of: root).enumerated().map { index, group in
        RuleGroupDefinition(
          name: group.child(TextKey("name"))?.string ?? "group \(index)",
          interval: group.child(TextKey("interval"))?.string,
          rules: nodes("rules", of: group).map { rule in
            (try? SettingsDecoder.decode(RuleDefinition.self, from: rule, of: document))
              ?? RuleDefinition(record: "unreadable", expression: "0")
          })
      })
  }

  private static func keys(of path: [RuleError.Step]) -> [any CodingKey] {
    path.map { step in
      switch step {
      case .key(let name): TextKey(name)
      case .index(let index): TextKey(index: index)
      }
    }
  }

  // MARK: Inventory

  private mutating func inventory(_ files: ConfigurationFiles) -> InventoryDeclaration {
    var declaration = InventoryDeclaration()
    var groupPlaces: [String: SourcePlace] = [:]
    let before = errors.count
    errors += files.unreadable[.inventory] ?? []
    for file in files.files(of: .inventory) {
      guard let document = document(file), let root = document.root else { continue }
      guard let content = attempt({ try SettingsDecoder.decode(InventoryFile.self, from: root, of: document) }) else {
        continue
      }
      let nodes = root.child(TextKey("items"))?.sequence.map(Array.init) ?? []
      for (item, node) in zip(content.items, nodes) { itemPlaces[item.declaration.id] = document.place(of: node) }
      let groupNodes = root.child(TextKey("groups"))?.sequence.map(Array.init) ?? []
      for (entry, node) in zip(content.groups, groupNodes) { groupPlaces[entry.group.name] = document.place(of: node) }
      declaration.items += content.items.map(\.declaration)
      declaration.relations += content.items.flatMap(\.relations)
      declaration.groups += content.groups.map(\.group)
    }
    // What a refused file declares would be missed by the others.
    guard errors.count == before else { return declaration }
    for problem in declaration.problems() {
      let place = problem.item.flatMap { itemPlaces[$0] } ?? problem.group.flatMap { groupPlaces[$0] }
      errors.append(
        SettingsError(
          at: place ?? SourcePlace(file: "inventory", line: 1, column: 1),
          key: problem.item == nil ? "groups" : "items", problem.fault))
    }
    return declaration
  }

  // MARK: Plans

  private mutating func plans(_ files: ConfigurationFiles) -> [MaintenancePlan] {
    var windows: [String: MaintenanceHours] = [:]
    var packagedWindows: Set<String> = []
    var packagedPlans: Set<String> = []
    var entries: [(entry: PlanEntry, node: Node, document: SettingsDocument)] = []
    let before = errors.count
    errors += files.unreadable[.plans] ?? []
    // The packaged files come first, so that of two with one name the operator's has the fault.
    let planFiles = files.files(of: .plans)
    for file in planFiles.filter(\.isPackaged) + planFiles.filter({ !$0.isPackaged }) {
      guard let document = document(file), let root = document.root else { continue }
      guard let content = attempt({ try SettingsDecoder.decode(PlanFile.self, from: root, of: document) }) else {
        continue
      }
      let windowNodes = root.child(TextKey("windows"))?.sequence.map(Array.init) ?? []
      for (window, node) in zip(content.windows, windowNodes)
      where windows.updateValue(window.hours, forKey: window.hours.name) != nil {
        errors.append(
          SettingsError(
            at: document.place(of: node), key: "windows",
            packagedWindows.contains(window.hours.name) ? "fault.window.twice-packaged" : "fault.window.twice",
            ["name": window.hours.name, "setting": Self.withoutPackagedPlans]))
      }
      if file.isPackaged { packagedWindows.formUnion(content.windows.map(\.hours.name)) }
      let nodes = root.child(TextKey("plans"))?.sequence.map(Array.init) ?? []
      for (entry, node) in zip(content.plans, nodes) { entries.append((entry, node, document)) }
    }
    let allWindowsAreKnown = errors.count == before
    var plans: [String: MaintenancePlan] = [:]
    for (entry, node, document) in entries {
      let place = document.place(of: node)
      do {
        let plan = try entry.plan(with: windows, source: place.description)
        if place.file.hasPrefix(PackagedFiles.prefix) { packagedPlans.insert(plan.name) }
        if plans.updateValue(plan, forKey: plan.name) != nil {
          errors.append(
            SettingsError(
              at: place, key: "plans",
              packagedPlans.contains(plan.name) ? "fault.plan.twice-packaged" : "fault.plan.twice",
              ["name": plan.name, "setting": Self.withoutPackagedPlans]))
        }
      } catch {
        let key = PlanEntry.key(forPlannerKey: error.key)
        // A window may stand in a file that was refused.
        if key == "window", !allWindowsAreKnown { continue }
        let culprit = node.child(TextKey(key)) ?? node
        errors.append(
          SettingsError(at: document.place(of: culprit), key: "plans.\(key)", error.fault))
      }
    }
    return plans.values.sorted { $0.name < $1.name }
  }

  private static let withoutPackagedPlans = "packaged: {plans: false}"

  // MARK: Steps

  private mutating func document(
    _ file: ConfigurationFiles.File, _ documents: SettingsDocument.Documents = .one
  ) -> SettingsDocument? {
    attempt { try SettingsDocument(text: file.text, file: file.path, documents) }
  }

  private mutating func attempt<Value>(_ body: () throws -> Value) -> Value? {
    do {
      return try body()
    } catch let error as SettingsError {
      errors.append(error)
    } catch let several as SettingsErrors {
      errors += several.errors
    } catch {
      preconditionFailure("settings are refused with SettingsError only, not \(error)")
    }
    return nil
  }
}
