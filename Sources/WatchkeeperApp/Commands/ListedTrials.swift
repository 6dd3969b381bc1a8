internal import Probes
internal import Telemetry
internal import Wording

/// One run of each probe that the lists of a definition name.
struct ListedTrials: Sendable {
  let name: String
  /// In the order of their names.
  let trials: [ProbeTrial]
  /// All that the lists name, chosen or not.
  let targets: Int
  /// Chosen, but beyond the bound.
  let left: Int
  /// The name of one that was not chosen.
  let example: String?
  /// Why lists could not be read.
  let listFaults: [TargetListFault]
  /// Why targets that were chosen cannot be probed.
  let targetFaults: [TargetFault]

  /// How many targets are tried. The default is 20: a list may name thousands, and a person reads this.
  static let targetsMaxDefault = 20
  /// How many at a time. The default is 8.
  private static let concurrencyMax = 8

  /// - Parameter text: what the name of a probe has to contain, whatever its case; `nil`: all are chosen.
  static func run(
    _ subject: ProbeSubject, containing text: String?, atMost targetsMax: Int, in environment: ProbeEnvironment
  ) async -> ListedTrials {
    let pattern = subject.definition
    let discovery = TargetDiscovery(environment: environment, folder: subject.folder, read: TargetListFile.read)
    await discovery.readOnce([pattern])
    let found = pattern.discovered(await discovery.groups[pattern.name] ?? [], reading: subject.lookups)
    let all = (pattern.perTarget + found.probes).sorted { $0.name < $1.name }
    func isChosen(_ name: String) -> Bool {
      let holdsText = text.map { name.lowercased().contains($0.lowercased()) } ?? true
      return holdsText && subject.chosen.map { name == $0 } ?? true
    }
    let chosen = all.filter { isChosen($0.name) }
    return ListedTrials(
      name: pattern.name, trials: await run(Array(chosen.prefix(targetsMax)), in: environment), targets: all.count,
      left: max(0, chosen.count - targetsMax), example: chosen.isEmpty ? all.first?.name : nil,
      listFaults: await discovery.status.flatMap(\.faults),
      targetFaults: found.faults.filter { isChosen("\(pattern.name)/\($0.address)") })
  }

  private static func run(_ probes: [ProbeDefinition], in environment: ProbeEnvironment) async -> [ProbeTrial] {
    await withTaskGroup(of: (Int, ProbeTrial).self) { group in
      var trials: [(Int, ProbeTrial)] = []
      for (index, probe) in probes.enumerated() {
        if index >= concurrencyMax, let trial = await group.next() { trials.append(trial) }
        group.addTask { (index, await ProbeTrial.run(probe, in: environment)) }
      }
      for await trial in group { trials.append(trial) }
      return trials.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  /// The worst of all: a target that is down before one that could not be tried.
  var status: ExitStatus {
    if trials.contains(where: { $0.status == .failure }) { return .failure }
    let isWhole = !trials.isEmpty && listFaults.isEmpty && targetFaults.isEmpty
    return isWhole && trials.allSatisfy { $0.status == .success } ? .success : .usage
  }

  var text: String {
    func words(_ name: String) -> String { Terminal.words("trial.\(name)") }
    var table = TextTable(words("probe"), words("verdict"), words("took"), words("samples"), words("why"))
    for trial in trials {
      table.add(
        trial.definition.name, words("verdict-\(trial.verdictText)"), trial.tookText, String(trial.samples.count),
        trial.why ?? "")
    }
    return table.text + "\n"
  }

  /// What is said beside the runs: what could not be read, and what was left out.
  func remarks(_ reader: Reader) -> [String] {
    var lines = listFaults.map { $0.line(in: reader.language) }
    lines += targetFaults.map { "\($0.address): \($0.fault.text(in: reader.language))" }
    if left > 0 { lines.append(reader.text("trial.targets-left", ["count": String(left)])) }
    if let example {
      let arguments = ["count": String(targets), "name": name, "example": example]
      lines.append(reader.text("trial.targets-other", arguments))
    } else if targets == 0 {
      lines.append(reader.text("trial.targets-none", ["name": name]))
    }
    return lines
  }
}

extension ListedTrials: Encodable {
  private enum CodingKeys: String, CodingKey { case name, targets, left, trials, faults }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(name, forKey: .name)
    try fields.encode(targets, forKey: .targets)
    try fields.encode(left, forKey: .left)
    try fields.encode(trials, forKey: .trials)
    let faults =
      listFaults.map { $0.line(in: .english) }
      + targetFaults.map { "\($0.address): \($0.fault.text(in: .english))" }
    try fields.encode(faults, forKey: .faults)
  }
}
