public import Interchange

/// Type and meaning of the metrics that probes make.
public enum MetricDictionary {
  /// - Parameter name: of a series.
  /// - Returns: `nil` when no probe makes such a metric by itself. What a target or a device profile tells of its own
  ///   metrics is not here; see `ProbeEnvironment.tellMetadata`.
  public static func metadata(of name: String) -> MetricMetadata? {
    known(name).map { MetricMetadata(family: name, type: MetricType(rawValue: $0.type) ?? .unknown, help: $0.help) }
  }

  static func metric(_ name: String) -> (type: String, help: String) {
    known(name) ?? (counterOrGauge(name), "No description.")
  }

  private static func known(_ name: String) -> (type: String, help: String)? {
    if let known = probeMetrics[name] ?? datagramMetrics[name] ?? hostMetric(name) ?? httpMetrics[name]
      ?? streamMetrics[name] ?? trapMetrics[name] ?? serviceMetric(name)
    {
      return known
    }
    guard let family = familyMetric(name), !isForeign(name, type: family.type) else { return nil }
    return family
  }

  /// Whether only the beginning of the name is that of our metrics: recording rules have a colon, exporters show
  /// histograms and summaries in parts. Where the kernel or a server names the fields, which are untyped, a field may end
  /// like a part: `zil_commit_count` of ZFS.
  private static func isForeign(_ name: String, type: String) -> Bool {
    if name.contains(":") { return true }
    return type != "untyped" && ["_bucket", "_sum", "_count", "_created"].contains { name.hasSuffix($0) }
  }

  /// Of the metrics that come in families with a common beginning.
  private static func familyMetric(_ name: String) -> (type: String, help: String)? {
    if let known = hostFamilyMetric(name) ?? serviceFamilyMetric(name) { return known }
    if name.hasPrefix("node_vmstat_") { return ("untyped", "Field \(name.dropFirst(12)) of /proc/vmstat.") }
    if name.hasPrefix("node_memory_") { return ("gauge", "Field \(name.dropFirst(12)) of /proc/meminfo.") }
    if name.hasPrefix("node_sockstat_") { return ("gauge", "Field \(name.dropFirst(14)) of /proc/net/sockstat.") }
    if name.hasPrefix("node_disk_") { return (counterOrGauge(name), "Field \(name.dropFirst(10)) of the disk.") }
    if name.hasPrefix("node_filesystem_") {
      return ("gauge", "Field \(name.dropFirst(16)) of the mounted file system.")
    }
    return nil
  }

  static func counterOrGauge(_ name: String) -> String { name.hasSuffix("_total") ? "counter" : "gauge" }

  private static let probeMetrics: [String: (type: String, help: String)] = [
    "up": ("gauge", "Whether the probe could be carried out."),
    "scrape_duration_seconds": ("gauge", "How long the scrape took."),
    "scrape_samples_scraped": ("gauge", "Samples that the target showed."),
    "scrape_samples_post_metric_relabeling": ("gauge", "Samples that relabelling left."),
    "scrape_series_added": ("gauge", "Series that were not there in the scrape before."),
    "node_textfile_mtime_seconds": ("gauge", "Unix time at which the file was last changed."),
    "node_textfile_scrape_error": ("gauge", "1 when a file could not be read."),
    "probe_success": ("gauge", "Whether the target passed the check."),
    "probe_duration_seconds": ("gauge", "How long the check took."),
    "probe_dns_lookup_time_seconds": ("gauge", "How long the name's resolution took."),
    "probe_ip_protocol": ("gauge", "4 or 6: the version of IP used."),
    "probe_ip_addr_hash": ("gauge", "Changes when the resolved address changes."),
    "probe_failed_due_to_regex": ("gauge", "Whether a pattern for the body made the check fail."),
    "probe_http_status_code": ("gauge", "The status of the last answer, 0 when none came."),
    "probe_http_duration_seconds": ("gauge", "Duration of each phase, summed over redirects."),
    "probe_http_redirects": ("gauge", "How many redirects were followed."),
    "probe_http_version": ("gauge", "The version of HTTP of the last answer."),
    "probe_http_ssl": ("gauge", "Whether the last answer came over TLS."),
    "probe_http_content_length": ("gauge", "The announced length of the body, -1 when there was none."),
    "probe_http_last_modified_timestamp_seconds": ("gauge", "Unix time at which the page was last changed."),
    "probe_http_uncompressed_body_length": ("gauge", "Bytes of the body that were read."),
    "probe_ssl_earliest_cert_expiry": ("gauge", "Unix time at which the first certificate of the chain expires."),
    "probe_ssl_last_chain_expiry_timestamp_seconds": ("gauge", "Unix time at which the verified chain expires."),
    "probe_ssl_last_chain_info": ("gauge", "Names and fingerprint of the server's certificate."),
    "probe_tls_version_info": ("gauge", "The negotiated TLS version."),
    "probe_tls_cipher_info": ("gauge", "The negotiated cipher."),
    "watchkeeper_probe_late_seconds": ("gauge", "How long after its due time the check began."),
    "watchkeeper_probe_skipped_total": ("counter", "Due times that passed while a check was still going."),
    "watchkeeper_probe_abandoned_total": ("counter", "Checks that did not come back in time."),
    "watchkeeper_probe_cpu_seconds": ("gauge", "Processor time that the last check took."),
    "watchkeeper_probe_packets": ("gauge", "Packets that the last check sent and received."),
    "watchkeeper_probe_bytes": ("gauge", "Bytes that the last check sent and received."),
    "watchkeeper_probe_interval_seconds": ("gauge", "From one check to the next at the present pace."),
    "watchkeeper_probe_down_confirmed": ("gauge", "1 when a verdict of down was repeated as often as it takes."),
    "watchkeeper_probe_last_success": (
      "gauge", "While the check says nothing of its target: 1 when it was good before, 0 when it had failed repeatedly."
    ),
    "watchkeeper_probe_last_up": (
      "gauge", "While nobody can scrape the target: 1 when that was good before, 0 when it had failed repeatedly."
    ),
    "watchkeeper_probe_unreachable": ("gauge", "1 when the check failed behind a parent that is down."),
    "node_boot_time_seconds": ("gauge", "Unix time of the last boot."),
    "node_context_switches_total": ("counter", "Context switches."),
    "node_cpu_guest_seconds_total": ("counter", "Seconds the processors ran guests, by mode."),
    "node_cpu_seconds_total": ("counter", "Seconds the processors spent in each mode."),
    "node_filefd_allocated": ("gauge", "Open file descriptors."),
    "node_filefd_maximum": ("gauge", "The most file descriptors that can be open."),
    "node_forks_total": ("counter", "Processes and threads started."),
    "node_intr_total": ("counter", "Interrupts served."),
    "node_load1": ("gauge", "Load average over 1 minute."),
    "node_load5": ("gauge", "Load average over 5 minutes."),
    "node_load15": ("gauge", "Load average over 15 minutes."),
    "node_os_info": ("gauge", "The operating system's names."),
    "node_os_version": ("gauge", "The operating system's major and minor version."),
    "node_pressure_cpu_waiting_seconds_total": ("counter", "Seconds in which some process waited for a processor."),
    "node_pressure_io_waiting_seconds_total": ("counter", "Seconds in which some process waited for a disk."),
    "node_pressure_io_stalled_seconds_total": ("counter", "Seconds in which all processes waited for a disk."),
    "node_pressure_memory_waiting_seconds_total": ("counter", "Seconds in which some process waited for memory."),
    "node_pressure_memory_stalled_seconds_total": ("counter", "Seconds in which all processes waited for memory."),
    "node_pressure_irq_stalled_seconds_total": ("counter", "Seconds lost to interrupt handling."),
    "node_procs_blocked": ("gauge", "Processes that wait for a disk."),
    "node_procs_running": ("gauge", "Processes that run or could run."),
    "node_scrape_collector_duration_seconds": ("gauge", "How long a group of figures took to read."),
    "node_scrape_collector_success": ("gauge", "Whether a group of figures could be read."),
    "node_time_clocksource_available_info": ("gauge", "The kernel's clock sources."),
    "node_time_clocksource_current_info": ("gauge", "The clock source in use."),
    "node_time_seconds": ("gauge", "Unix time of this host."),
    "node_time_zone_offset_seconds": ("gauge", "This host's offset from UTC."),
    "node_uname_info": ("gauge", "The kernel's names."),
    "node_disk_info": ("gauge", "What udev knows of the disk."),
  ]
}
