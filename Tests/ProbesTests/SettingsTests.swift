import Foundation
import Interchange
import Telemetry
import Testing
import Wording
import Yams

@testable import Probes

@Suite("Probe settings")
struct SettingsTests {
  private func problem(_ json: String) -> (path: [String], text: String)? {
    do {
      _ = try JSONDecoder().decode(ProbeFile.self, from: Data(json.utf8))
      return nil
    } catch DecodingError.dataCorrupted(let context) {
      let fault = DecodingError.dataCorrupted(context).settingsFault
      return (context.codingPath.map(\.stringValue), fault.map(text) ?? context.debugDescription)
    } catch DecodingError.keyNotFound(let key, let context) {
      return (context.codingPath.map(\.stringValue) + [key.stringValue], "missing")
    } catch {
      return ([], "\(error)")
    }
  }

  private func text(_ fault: SettingsFault) -> String { Reader(language: .english).text(fault.id, fault.arguments) }

  @Test(
    "errors name the key and the remedy",
    arguments: [
      (#"{"probes":[{"name":"a","kind":"htpp"}]}"#, "kind", "unknown kind 'htpp' – did you mean 'http'?"),
      (
        #"{"probes":[{"name":"a","kind":"tcp","interval":"5x"}]}"#, "interval",
        "'5x' is not a duration – write a number and a unit, e.g. 5s, 2m, 1h30m"
      ),
      (
        #"{"probes":[{"name":"a","kind":"tcp","interval":"5s","timeout":"6s"}]}"#, "timeout",
        "'6s' is no part of the interval of 5s – write 1ms to 5s"
      ),
      (
        #"{"probes":[{"name":"a","kind":"tcp","interval":"1ms"}]}"#, "interval",
        "'1ms' is too short – write at least 100ms"
      ),
      (
        #"{"probes":[{"name":"a","kind":"tcp","settings":{"target":"db"}}]}"#, "target",
        "'db' is not a target – write host:port, e.g. db.example.org:5432"
      ),
      (#"{"probes":[{"name":"a","kind":"tcp"}]}"#, nil, "the key 'settings' is missing – add 'settings: {target: …}'"),
      (
        #"{"probes":[{"name":"a","kind":"http","settings":{"url":"shop"}}]}"#, "url",
        "is not a URL – write http://host/path or https://host/path"
      ),
      (
        #"{"probes":[{"name":"a","kind":"http","settings":{"url":"http://s","fail_if_body_matches":["("]}}]}"#,
        "fail_if_body_matches", "'(' is not a regular expression: missing ): ( – RE2 syntax applies"
      ),
      (
        #"{"probes":[{"name":"a","kind":"http","settings":{"url":"http://s","valid_status_codes":[2000]}}]}"#,
        "valid_status_codes", "2000 is not an HTTP status – write numbers from 100 to 599"
      ),
      (
        #"{"probes":[{"name":"a","kind":"tcp","priority":6,"settings":{"target":"d:1"}}]}"#, "priority",
        "6 is not a priority – write 1 to 5"
      ),
      (
        #"{"probes":[{"name":"a","kind":"tcp","confirm":{"runs":11},"settings":{"target":"d:1"}}]}"#, "runs",
        "11 is out of range – write 0 to 10"
      ),
      (
        #"{"probes":[{"name":"a","kind":"tcp","zoom":{"when":"slow"},"settings":{"target":"d:1"}}]}"#, "when",
        "'slow' is not a condition – write a metric of this probe, a comparison and a number, e.g. "
          + "probe_duration_seconds > 0.5"
      ),
      (
        #"{"probes":[{"name":"a","kind":"tcp","interval":"1s","zoom":{"when":"m>1"},"settings":{"target":"d:1"}}]}"#,
        "zoom", "1s is no closer than the interval of 1s – write less"
      ),
      (
        #"{"probes":[{"name":"a","kind":"linux-host","labels":{"a-b":"c"}}]}"#, "labels",
        "'a-b' is not a label name – use letters, digits and _, no digit first"
      ),
      (#"{"probes":[{"name":"","kind":"tcp"}]}"#, "name", "'' is not a name – write 1 to 200 characters"),
    ])
  func errors(_ json: String, _ key: String?, _ text: String) throws {
    let found = try #require(problem(json))
    #expect(found.path.last == key ?? "Index 0")
    #expect(found.text == text)
  }

  @Test("defaults come from the kind, and a block without settings may be left out")
  func defaults() throws {
    let json =
      #"{"probes":[{"name":"a","kind":"linux-host"},{"name":"b","kind":"http","interval":"4s","settings":{"url":"http://s"}}]}"#
    let probes = try JSONDecoder().decode(ProbeFile.self, from: Data(json.utf8)).probes
    #expect(probes[0].interval == .seconds(15))
    #expect(probes[0].targetLabels(hostName: "h").description == #"{instance="h", job="node"}"#)
    #expect(probes[1].timeout == .seconds(4))
    #expect(probes[1].targetLabels(hostName: "h").description == #"{instance="http://s", job="blackbox"}"#)
    #expect(probes[0].isSame(as: probes[0]))
    #expect(!probes[0].isSame(as: probes[1]))
  }

  @Test("two probes that would write the same series are refused")
  func conflicts() throws {
    let json =
      #"{"probes":[{"name":"a","kind":"tcp","settings":{"target":"s:1"}},{"name":"b","kind":"tcp","settings":{"target":"s:1"}},{"name":"a","kind":"tcp","settings":{"target":"s:2"}}]}"#
    let problems = try JSONDecoder().decode(ProbeFile.self, from: Data(json.utf8)).probes.conflicts(hostName: "h")
    #expect(problems.count == 2)
    #expect(text(problems[0].fault).hasPrefix("probes 'a' and 'b' would write the same series"))
    #expect(text(problems[1].fault) == "two probes are named 'a' – rename one")
  }

  @Test("every kind's example names its kind")
  func examples() {
    for kind in ProbeCatalog.kinds { #expect(kind.example.contains("kind: \(kind.name)\n")) }
    #expect(Set(ProbeCatalog.kinds.map(\.name)).count == ProbeCatalog.kinds.count)
  }
}

@Suite("Exposition")
struct ExpositionTests {
  @Test("families are sorted, typed and escaped")
  func text() {
    let samples = [
      ProbeSample("probe_success", [], 1), ProbeSample("node_load1", [], 0.25),
      ProbeSample("node_disk_info", [Label("model", "a\"b\\c\nd"), Label("device", "x")], .infinity),
    ]
    #expect(
      Exposition.text(samples) == """
        # HELP node_disk_info What udev knows of the disk.
        # TYPE node_disk_info gauge
        node_disk_info{device="x",model="a\\"b\\\\c\\nd"} +Inf
        # HELP node_load1 Load average over 1 minute.
        # TYPE node_load1 gauge
        node_load1 0.25
        # HELP probe_success Whether the target passed the check.
        # TYPE probe_success gauge
        probe_success 1

        """)
  }

  @Test("what a probe says of its own metrics is written with them, but not the types of several series")
  func told() {
    var told = MetadataTable()
    told.note(MetricMetadata(family: "acmeLoad", type: .counter, help: "Percent busy."))
    told.note(MetricMetadata(family: "acmeWait", type: .summary, help: "Seconds."))
    #expect(
      Exposition.text([ProbeSample("acmeLoad", [], 1), ProbeSample("acmeWait", [], 2)], told: told) == """
        # HELP acmeLoad Percent busy.
        # TYPE acmeLoad counter
        acmeLoad 1
        # HELP acmeWait No description.
        # TYPE acmeWait gauge
        acmeWait 2

        """)
  }

  @Test("every metric of this host has a type and a sentence")
  func dictionary() {
    for sample in HostSampler().sample() {
      let metric = MetricDictionary.metric(sample.series.metric ?? "")
      #expect(metric.help != "No description.", "\(sample.series)")
    }
    #expect(MetricDictionary.metadata(of: "node_vmstat_pgfault")?.type == .unknown)
    for foreign in ["", "requests_total", "node"] { #expect(MetricDictionary.metadata(of: foreign) == nil) }
  }

  @Test(
    "recording rules and parts of histograms that only begin like our metrics are not described",
    arguments: [
      "node_network_receive_bytes:rate5m", "node_disk_io_time:rate5m", "node_vmstat_pgfault:rate5m",
      "mysql_global_status_queries:rate5m", "container_runtime_operations_duration_seconds_bucket",
      "container_runtime_operations_duration_seconds_sum", "nvme_wait_seconds_count", "node_disk_wait_seconds_bucket",
      "node_filesystem_scan_seconds_created",
    ])
  func foreign(_ name: String) {
    #expect(MetricDictionary.metadata(of: name) == nil)
    #expect(MetricDictionary.metric(name).help == "No description.")
  }

  @Test(
    "metrics of ours may end like the parts of a histogram",
    arguments: [
      "pg_locks_count", "pg_stat_activity_count", "mysql_global_status_prepared_stmt_count",
      "mysql_global_variables_max_prepared_stmt_count", "node_zfs_zil_zil_commit_count",
    ])
  func endings(_ name: String) {
    #expect(MetricDictionary.metadata(of: name)?.help.isEmpty == false)
  }

  @Test("what logs in is not asked again quickly, wrong passwords in a row lock accounts")
  func logins() throws {
    let logins = ["smtp", "imap", "pop3", "ftp", "ldap", "postgresql", "mysql", "redis", "scenario"]
    for name in logins + ["tcp", "http", "dns"] {
      let kind = try #require(ProbeCatalog.kind(named: name))
      let definition = try YAMLDecoder().decode(ProbeDefinition.self, from: kind.example)
      #expect((definition.pace.confirmation == nil) == logins.contains(name), "\(name)")
      #expect(definition.pace.backOff != nil, "\(name)")
    }
  }
}
