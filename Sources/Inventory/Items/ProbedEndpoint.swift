internal import HashTreeCollections

/// A network address that a probe checks without naming an item.
///
/// - Source: docs/decisions/0008-endpoints-are-items.md.
public struct ProbedEndpoint: Hashable, Sendable {
  /// Where the address leads, seen from the host that looks.
  public enum Place: Hashable, Sendable {
    /// To that host itself: what listens there fails with it.
    case onHost
    /// Anywhere else: the host is only where it is watched from.
    case elsewhere
  }

  /// The probe's name, which is distinct in the installation.
  public let probe: String
  /// The label `instance` of its series; `nil` when it holds a secret.
  public let instance: String?
  /// For example `url`.
  public let attributes: [String: String]
  public let place: Place

  public init(probe: String, instance: String?, attributes: [String: String], place: Place) {
    self.probe = probe
    self.instance = instance
    self.attributes = attributes
    self.place = place
  }

  /// By the probe's name, so that neither a restart nor another address makes a stranger of it.
  public var id: ItemID { ItemID("endpoint/\(probe)") }

  static let className = "endpoint"

  var declaration: ItemDeclaration {
    ItemDeclaration(
      id: id, className: Self.className, name: probe, home: .discovery, attributes: attributes,
      labels: instance.map { ["instance": $0] } ?? [:])
  }

  func relation(to host: ItemID) -> Relation {
    Relation(id, place == .onHost ? .runsOn : .monitoredThrough, host, home: .discovery)
  }
}

extension Item {
  var isProbedEndpoint: Bool { home == .discovery && parent == nil && className == ProbedEndpoint.className }
}

extension InventoryBook {
  /// The item that an endpoint's alerts are about: the one item of a file or the desk that carries its `instance`
  /// label, else the endpoint's own.
  public func item(of endpoint: ProbedEndpoint) -> ItemID {
    let declared = endpoint.instance.flatMap { byInstance[$0] }?.filter { items[$0]?.home != .discovery } ?? []
    return declared.count == 1 ? declared.first ?? endpoint.id : endpoint.id
  }
}
