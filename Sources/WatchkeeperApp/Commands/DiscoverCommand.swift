internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Inventory
internal import Probes
internal import Records
internal import Telemetry
internal import Transfers
internal import Wording

struct DiscoverCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.configurationWrite
  static var configuration: CommandConfiguration {
    .worded(
      "discover",
      examples: [
        "watchkeeper discover", "watchkeeper discover --accept --config /etc/watchkeeper",
        "watchkeeper discover --subnet 192.0.2.0/28 --community-file /etc/watchkeeper/community",
      ], ending: "discover")
  }

  @Flag(help: .words("discover.accept"))
  var accept = false

  @Option(help: .words("discover.subnet"))
  var subnet: [String] = []

  @Option(help: .words("discover.ports"))
  var ports: String?

  @Option(help: .words("discover.community-file"))
  var communityFile: String?

  @Option(help: .words("discover.snmp-user"))
  var snmpUser: String?

  @Option(help: .words("discover.snmp-auth-protocol"))
  var snmpAuthProtocol: String?

  @Option(help: .words("discover.snmp-auth-password-file"))
  var snmpAuthPasswordFile: String?

  @Option(help: .words("discover.snmp-priv-protocol"))
  var snmpPrivProtocol: String?

  @Option(help: .words("discover.snmp-priv-password-file"))
  var snmpPrivPasswordFile: String?

  @Option(help: .words("discover.addresses-max"))
  var addressesMax = SubnetSurvey.addressesMaxDefault

  @OptionGroup var configuration: ConfigurationOption
  @OptionGroup var output: OutputOption
  @OptionGroup var language: LanguageOption

  mutating func run() async throws {
    let (addresses, ports) = (try self.addresses(), try chosenPorts())
    let reader = Reader(language: try language.chosen() ?? Terminal.language)
    let known = try read(reader.language)
    let transfers = TransferEngine()
    defer { transfers.shutdown() }
    let environment = ProbeEnvironment(
      transfers: transfers, clock: LiveClock(), hostName: CommandWorld.hostName)
    var survey = Survey(environment: environment, known: known.probes)
    survey.knownItems = Set(known.inventory.items.map(\.id.text))
    survey.templates = known.files.adding(PackagedFiles.all)
    let logins = try self.logins(survey.templates)
    let diff =
      addresses.isEmpty
      ? await survey.host(HostDiscovery().services())
      : await look(at: addresses, SubnetSurvey(survey: survey, ports: ports, logins: logins), reader)
    let folder = configuration.resolved.map { ConfigurationFiles.folder(of: $0) }
    var written: [String] = []
    if accept, !diff.new.isEmpty {
      guard let folder else { throw UsageError("usage.discover-folder") }
      written = try write(diff, into: folder, reader)
    }
    switch output.format {
    case .table: Terminal.write(DiscoveryText(diff: diff, folder: folder, written: written, reader: reader).text)
    case .json: Terminal.write(try JSONOutput.text(DiscoveryAnswer(diff: diff, written: written)))
    }
    // As diff: there is something to accept, or to take away.
    guard diff.isEmpty || (diff.gone.isEmpty && !written.isEmpty) else { throw ExitStatus.failure.code }
  }

  private func addresses() throws(UsageError) -> [String] {
    var found: [Subnet] = []
    for text in subnet {
      guard let subnet = Subnet(text) else { throw UsageError("usage.subnet-form", ["text": text]) }
      found.append(subnet)
    }
    let count = found.reduce(UInt128(0)) { $0 + $1.count }
    let most = min(UInt128(max(0, addressesMax)), Subnet.countMax)
    guard count <= most else {
      throw UsageError("usage.subnet-large", ["count": String(count), "most": String(most)])
    }
    return found.flatMap(\.texts)
  }

  /// The user of version 3 first: who has one may have closed version 2c.
  private func logins(_ templates: ConfigurationFiles) throws(UsageError) -> [DeviceLogin] {
    for (option, path) in [
      ("--community-file", communityFile), ("--snmp-auth-password-file", snmpAuthPasswordFile),
      ("--snmp-priv-password-file", snmpPrivPasswordFile),
    ] {
      guard let path, access(path, R_OK) != 0 else { continue }
      throw UsageError(
        "usage.secret-file", ["option": option, "path": path, "problem": String(cString: strerror(errno))])
    }
    var logins: [DeviceLogin] = []
    let proofs = [snmpAuthProtocol, snmpAuthPasswordFile, snmpPrivProtocol, snmpPrivPasswordFile]
    if snmpUser != nil || proofs.contains(where: { $0 != nil }) {
      let login = DeviceLogin(
        user: snmpUser ?? "", authentication: .init(algorithm: snmpAuthProtocol, file: snmpAuthPasswordFile),
        privacy: .init(algorithm: snmpPrivProtocol, file: snmpPrivPasswordFile))
      guard snmpUser?.isEmpty == false, login.check(at: "127.0.0.1").definition(among: templates) != nil else {
        throw UsageError("usage.snmp-login")
      }
      logins.append(login)
    }
    return logins + (communityFile.map { [DeviceLogin(communityFile: $0)] } ?? [])
  }

  /// The most ports of one look; the default is 32: this is no scan for holes.
  private static let portsMax = 32

  private func chosenPorts() throws(UsageError) -> [Int] {
    guard let ports else { return SubnetSurvey.portsDefault }
    let numbers = ports.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard numbers.allSatisfy({ (1...65_535).contains($0) }), numbers.count <= Self.portsMax else {
      throw UsageError("usage.ports", ["text": ports, "most": String(Self.portsMax)])
    }
    return numbers
  }

  private func look(
    at addresses: [String], _ subnets: SubnetSurvey, _ reader: Reader
  ) async -> DiscoveryDiff {
    let isWatched = isatty(STDERR_FILENO) == 1
    let (diff, problems) = await subnets.look(at: addresses) { done in
      guard isWatched else { return }
      Terminal.tellProgress(
        done == addresses.count
          ? "" : reader.text("discover.progress", ["done": String(done), "count": String(addresses.count)]))
    }
    for reason in problems { Terminal.tell(reader.text(reason.id, reason.arguments)) }
    return diff
  }

  private func read(_ language: Language) throws -> Configuration {
    do throws(SettingsErrors) {
      return try Self.read(configuration.resolved)
    } catch {
      for line in error.lines(in: language) { Terminal.tell(line) }
      throw ExitStatus.usage.code
    }
  }

  /// Faults of rules or plans do not keep anybody from looking around.
  private static func read(_ path: String?) throws(SettingsErrors) -> Configuration {
    let files = try path.map { path throws(SettingsErrors) in try ConfigurationFiles.read(path) }
    let own = (files ?? ConfigurationFiles(files: [])).keeping([
      .probes, .probeTemplates, .settings, .inventory, .deviceProfiles, .mibs, .foreignMIBs,
    ])
    return try ConfigurationReader.read(
      own, hostName: CommandWorld.hostName, notifiers: CommandWorld.offlineNotifiers)
  }

  /// What cannot be read with the rest is taken back.
  private func write(_ diff: DiscoveryDiff, into folder: String, _ reader: Reader) throws -> [String] {
    let files = ProposalFiles(folder: folder)
    let written = try files.write(diff, reader)
    do throws(SettingsErrors) {
      _ = try Self.read(configuration.resolved)
    } catch {
      files.remove(written)
      for line in error.lines(in: reader.language) { Terminal.tell(line) }
      throw ExitStatus.failure.code
    }
    return written
  }
}

struct DiscoveryAnswer: Encodable {
  let diff: DiscoveryDiff
  let written: [String]

  private enum CodingKeys: String, CodingKey { case written }

  func encode(to encoder: any Encoder) throws {
    try diff.encode(to: encoder)
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(written, forKey: .written)
  }
}

struct DiscoveryText {
  let diff: DiscoveryDiff
  /// `nil` when there is no configuration.
  let folder: String?
  let written: [String]
  let reader: Reader

  var text: String {
    func words(_ name: String, _ arguments: [String: String] = [:]) -> String {
      reader.text("discover.\(name)", arguments)
    }
    var parts: [String] = []
    var table = TextTable(words("what"), words("probe"), words("kind"), words("target"), words("remark"))
    for proposal in diff.new {
      let remarks = [proposal.unit, proposal.isToFillIn ? words("to-fill-in") : nil].compactMap { $0 }
      table.add(
        words("new"), proposal.name, proposal.template ?? proposal.kind, proposal.target,
        remarks.joined(separator: ", "))
    }
    for probe in diff.gone { table.add(words("gone"), probe.name, probe.kind, probe.target, words("silent-port")) }
    for known in diff.watched {
      table.add(words("watched"), known.by, known.service, known.target, "")
    }
    if !table.rows.isEmpty { parts.append(table.text) }
    if !diff.silent.isEmpty { parts.append(words("silent", ["targets": diff.silent.joined(separator: ", ")])) }
    if written.isEmpty, !diff.new.isEmpty {
      let paths = folder.map { ProposalFiles(folder: $0).paths() }
      parts.append(Self.added(diff.probesText(reader), to: paths?.probes ?? "probes/discovered.yaml"))
      if let items = diff.itemsText {
        parts.append(Self.added(items, to: paths?.items ?? "inventory/discovered.yaml"))
      }
      parts.append(words("preview", ["count": String(diff.new.count)]))
    } else if !written.isEmpty {
      parts.append(words("written", ["count": String(diff.new.count), "files": written.joined(separator: ", ")]))
    } else {
      parts.append(words(diff.gone.isEmpty ? "nothing" : "only-gone"))
    }
    let open = diff.new.filter(\.isToFillIn).map(\.name)
    if !open.isEmpty { parts.append(words("open", ["names": open.joined(separator: ", ")])) }
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// As `diff` shows a new file.
  private static func added(_ text: String, to path: String) -> String {
    (["--- /dev/null", "+++ \(path)"] + text.split(separator: "\n").map { "+\($0)" }).joined(separator: "\n")
  }
}
