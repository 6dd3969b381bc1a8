/// What a caller may do. Every route, command and socket verb declares one; the program does not start when one is
/// missing.
public enum Permission: String, CaseIterable, Hashable, Sendable {
  /// Health, readiness, `/metrics`, the log-in link and static assets: the only doors without a session.
  case anonymous
  case metricsRead = "metrics:read"
  /// Remote write.
  case metricsWrite = "metrics:write"
  case incidentRead = "incident:read"
  case incidentWrite = "incident:write"
  case inventoryRead = "inventory:read"
  case inventoryWrite = "inventory:write"
  case maintenanceRead = "maintenance:read"
  case maintenanceWrite = "maintenance:write"
  case ruleRead = "rule:read"
  case configurationRead = "configuration:read"
  case configurationWrite = "configuration:write"
}

/// A set of permissions with a name.
public enum Role: String, CaseIterable, Hashable, Sendable {
  case viewer, operator_ = "operator", administrator
  /// A program that hands samples over and sees nothing.
  case writer

  public var permissions: Set<Permission> {
    switch self {
    case .viewer:
      [.anonymous, .metricsRead, .incidentRead, .inventoryRead, .maintenanceRead, .ruleRead]
    case .operator_:
      Role.viewer.permissions.union([.incidentWrite, .inventoryWrite, .maintenanceWrite, .configurationRead])
    case .administrator: Set(Permission.allCases)
    case .writer: [.anonymous, .metricsWrite]
    }
  }
}
