/// The kinds of probes that exist.
public enum ProbeCatalog {
  public static let kinds: [ProbeKind] = [
    LinuxHostSettings.kind,
    HTTPProbeSettings.kind,
    TCPProbeSettings.kind,
    ScrapeSettings.kind,
    TextfileSettings.kind,
  ]

  public static func kind(named name: String) -> ProbeKind? { kinds.first { $0.name == name } }
}
