import Foundation
import Telemetry
import Testing

@testable import Probes

/// Our figures beside those of the real node_exporter, series by series.
@Suite(
  "node_exporter compatibility",
  .enabled(if: NodeExporterOracle.isInstalled, "needs the package prometheus-node-exporter"))
struct NodeExporterTests {
  /// What makes no comparison: durations, and what node_exporter has not or was told to leave out.
  private static func isOwn(_ series: LabelSet) -> Bool {
    let more = ["containers", "device_mapper", "listeners", "packages", "smart", "systemd", "systemd_units"]
    return series.metric == "node_scrape_collector_duration_seconds" || more.contains(series["collector"] ?? "")
  }

  /// Where Debian's version is behind: it shifts two NFS operations by two places, knows one state of a pool less, and
  /// shows packets without a handler only where it asks by netlink.
  private static func isNewer(_ series: LabelSet) -> Bool {
    series.metric == "node_nfsd_requests_total" && ["Verify", "Write"].contains(series["method"])
      || series["state"] == "suspended" || series.metric == "node_network_receive_nohandler_total"
  }

  private func ours(_ samples: [ProbeSample]) -> [LabelSet: Double] {
    Dictionary(samples.map { ($0.series, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  @Test("a host with every kind of hardware gives the same series with the same values")
  func hardware() throws {
    let fixture = try HostFixture()
    try fixture.writeHardware()
    let oracle = try NodeExporterOracle([
      "--path.procfs=\(fixture.proc)", "--path.sysfs=\(fixture.sys)", "--path.rootfs=\(fixture.folder)",
      "--path.udev.data=\(fixture.folder)/run/udev/data", "--no-collector.netdev.netlink",
      "--collector.netdev.device-exclude=^$", "--no-collector.systemd",
      "--collector.textfile.directory=",
    ])
    let own = ours(fixture.sampler().sample())
    withExtendedLifetime(fixture) {}
    for (name, type) in oracle.types where name.hasPrefix("node_") && name != "node_exporter_build_info" {
      #expect(MetricDictionary.metric(name).type == type, "\(name)")
    }
    for (series, value) in oracle.samples where !Self.isOwn(series) && !Self.isLive(series) && !Self.isNewer(series) {
      guard let found = own[series] else {
        Issue.record("\(series) is missing, node_exporter has \(value)")
        continue
      }
      #expect(Self.isClose(found, value), "\(series): \(found), node_exporter has \(value)")
    }
    for series in own.keys
    where oracle.samples[series] == nil && series.metric?.hasPrefix("node_") == true && !Self.isOwn(series)
      && !Self.isLive(series)
      && !Self.isNewer(series)
    {
      Issue.record("\(series) is ours alone")
    }
  }

  /// Asked of this machine by system calls, whatever the fixture says.
  private static func isLive(_ series: LabelSet) -> Bool {
    let name = series.metric ?? ""
    return name.hasPrefix("node_timex_") || name.hasPrefix("node_time_") || name.hasPrefix("node_listening_")
      || name == "node_reboot_required" || name.hasPrefix("node_filesystem_")
  }

  private static func isClose(_ one: Double, _ other: Double) -> Bool {
    one == other || abs(one - other) <= 1e-9 * max(abs(one), abs(other))
  }

  @Test("this host gives the same series, read within the same second")
  func live() throws {
    let sampler = HostSampler()
    let before = ours(sampler.sample())
    let oracle = try NodeExporterOracle([
      "--collector.netdev.device-exclude=^$", "--no-collector.systemd",
      "--collector.filesystem.mount-points-exclude="
        + "^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)",
    ])
    let after = ours(sampler.sample())
    #expect(oracle.samples.count > 200)
    for (series, value) in oracle.samples where !Self.isOwn(series) {
      guard let first = before[series], let last = after[series] else {
        Issue.record("\(series) is missing, node_exporter has \(value)")
        continue
      }
      let isMonotone =
        ["counter", "untyped"].contains(oracle.types[series.metric ?? ""]) && first <= last
        && series.metric != "node_netstat_Tcp_CurrEstab"
      if isMonotone {
        let slack = 1e-6 * max(abs(first), abs(last))
        #expect(
          first - slack <= value && value <= last + slack, "\(series): \(first)…\(last), node_exporter has \(value)")
      }
      if first == last, Self.isSteady(series) {
        #expect(Self.isClose(first, value), "\(series): \(first), node_exporter has \(value)")
      }
    }
    let families = Set(oracle.samples.keys.compactMap(\.metric))
    for series in after.keys where !Self.isOwn(series) {
      // A host that tests run on may have containers, units and disks, too.
      let beyond = [
        "node_listening_", "node_reboot_", "apt_", "container_", "node_systemd_unit_", "smartmon_", "nvme_",
      ]
      if beyond.contains(where: { series.metric?.hasPrefix($0) == true }) { continue }
      guard let name = series.metric, families.contains(name) else {
        #expect(series["collector"] != nil, "\(series) is ours alone")
        continue
      }
    }
  }

  /// Values that do not move while the test runs.
  private static func isSteady(_ series: LabelSet) -> Bool {
    let steady = [
      "node_boot_time_", "node_disk_info", "node_entropy_pool_", "node_filefd_maximum", "node_filesystem_readonly",
      "node_filesystem_size_", "node_network_", "node_nf_conntrack_entries_limit", "node_os_",
      "node_scrape_collector_success", "node_selinux_", "node_textfile_", "node_time_clocksource_", "node_time_zone_",
      "node_uname_info",
    ]
    return steady.contains { series.metric?.hasPrefix($0) ?? false }
  }
}
