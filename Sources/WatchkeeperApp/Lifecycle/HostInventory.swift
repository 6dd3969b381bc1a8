internal import Inventory
internal import Probes
internal import Telemetry

/// What discovery found on this host, as the CMDB takes it.
struct HostInventory {
  let findings: HostFindings
  /// The label `instance` of the host's own series.
  let hostName: String

  static func itemID(hostName: String) -> ItemID { ItemID("host/" + hostName) }
  private static let source = "linux-host"

  var host: ItemID { Self.itemID(hostName: hostName) }

  /// In the order in which the inventory must take them.
  var inputs: [InventoryInput] {
    let declaration = ItemDeclaration(
      id: host, className: "host", name: hostName, home: .discovery, labels: ["instance": hostName])
    // What was not looked at is neither new nor gone.
    guard findings.isComplete else { return [.register(declaration, source: Self.source)] }
    return [
      .register(declaration, source: Self.source),
      .observe(Observation(host, attributes, source: Self.source)),
      .discover(
        Discovery(
          below: host, classes: ["filesystem", "interface"], found: children,
          silent: findings.silentMounts.map { Discovery.Found("filesystem", identity: $0) }, source: Self.source)),
    ]
  }

  private var attributes: [String: String] {
    [
      "hostname": findings.hostName, "machine_id": findings.machineID, "kernel": findings.kernel,
      "architecture": findings.architecture, "os": findings.operatingSystem,
      "os_version": findings.operatingSystemVersion, "cpu_count": String(findings.processors),
      "memory_bytes": Self.whole(findings.memoryBytes),
    ].filter { !$0.value.isEmpty }
  }

  /// What a file system says of itself may be no size at all: then nothing is said, `""`.
  static func whole(_ bytes: Double) -> String { Int64(exactly: bytes.rounded()).map { String($0) } ?? "" }

  private var children: [Discovery.Found] {
    findings.filesystems.map { filesystem in
      Discovery.Found(
        "filesystem", identity: filesystem.mountPoint,
        attributes: [
          "device": filesystem.device, "fstype": filesystem.type, "size_bytes": Self.whole(filesystem.sizeBytes),
        ].filter { !$0.value.isEmpty })
    }
      + findings.interfaces.map { interface in
        Discovery.Found(
          "interface", identity: interface.name,
          attributes: [
            "address": interface.hardwareAddress, "speed": interface.speedMegabits.map { "\($0)M" } ?? "",
          ].filter { !$0.value.isEmpty })
      }
  }
}

extension ProbeDefinition {
  /// What is checked, when it has an address of its own and the definition names no item.
  func endpoint(hostName: String) -> ProbedEndpoint? {
    guard item == nil, let network = settings.network else { return nil }
    return ProbedEndpoint(
      probe: name, instance: network.hasCredentials ? nil : targetLabels(hostName: hostName)["instance"],
      attributes: [network.isURL ? "url" : "address": network.address],
      place: network.isOnHost(named: hostName) ? .onHost : .elsewhere)
  }

  /// What an alert about this probe's series is about: the item that the definition names, else the endpoint's, else
  /// the host that looks.
  func subject(hostName: String, in inventory: InventoryBook) -> ItemID {
    if let item { return ItemID(item) }
    return endpoint(hostName: hostName).map(inventory.item(of:)) ?? HostInventory.itemID(hostName: hostName)
  }
}

extension Configuration {
  /// What the CMDB takes from the files, in this order.
  func inventoryInputs(hostName: String) -> [InventoryInput] {
    [
      .declare(inventory, digest: digest),
      .endpoints(
        probes.compactMap { $0.endpoint(hostName: hostName) }, seenFrom: HostInventory.itemID(hostName: hostName),
        digest: digest),
    ]
  }
}

extension TargetTable {
  /// Each probe's (job, instance) and the item it is about.
  init(_ probes: [ProbeDefinition], hostName: String, in inventory: InventoryBook) {
    self.init()
    for probe in probes {
      let labels = probe.targetLabels(hostName: hostName)
      bind(
        job: labels["job"] ?? "", instance: labels["instance"] ?? "",
        to: probe.subject(hostName: hostName, in: inventory))
    }
  }
}
