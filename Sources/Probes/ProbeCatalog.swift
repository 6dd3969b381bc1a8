/// The kinds of probes that exist.
public enum ProbeCatalog {
  public static let kinds: [ProbeKind] = [
    LinuxHostSettings.kind,
    LogsSettings.kind,
    HTTPProbeSettings.kind,
    ScenarioSettings.kind,
    GRPCProbeSettings.kind,
    TCPProbeSettings.kind,
    TLSProbeSettings.kind,
    WebSocketProbeSettings.kind,
    CertificateFilesSettings.kind,
    DomainProbeSettings.kind,
    SMTPProbeSettings.kind,
    IMAPProbeSettings.kind,
    POP3ProbeSettings.kind,
    SSHProbeSettings.kind,
    FTPProbeSettings.kind,
    LDAPProbeSettings.kind,
    PostgreSQLProbeSettings.kind,
    MySQLProbeSettings.kind,
    RedisProbeSettings.kind,
    MemcachedProbeSettings.kind,
    PostfixProbeSettings.kind,
    ICMPProbeSettings.kind,
    DNSProbeSettings.kind,
    NTPProbeSettings.kind,
    SyslogProbeSettings.kind,
    ScrapeSettings.kind,
    TextfileSettings.kind,
    FilesProbeSettings.kind,
    ExecProbeSettings.kind,
    SNMPProbeSettings.kind,
    TrapsProbeSettings.kind,
  ]

  public static func kind(named name: String) -> ProbeKind? { kinds.first { $0.name == name } }
}
