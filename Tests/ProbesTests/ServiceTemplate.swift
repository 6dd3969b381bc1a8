import Foundation
import LoopbackServers
import Telemetry
import Testing
import Transfers
import Yams

@testable import Probes

/// A packaged template, used as an operator uses it: with an address and perhaps a password of his own.
struct ServiceTemplate {
  static let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  let name: String
  private static let transfers = TransferEngine()

  private static func yaml(_ path: String) throws -> Node {
    let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
    return try #require(try Yams.compose(yaml: text))
  }

  static func names(in folder: String) throws -> Set<String> {
    let files = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path())
    return Set(
      files.filter { $0.hasSuffix(".yaml") && !$0.hasSuffix(".test.yaml") }.map { String($0.dropLast(".yaml".count)) })
  }

  /// What a probe's keys make of it; nulls take a setting away.
  func merged(under probe: Node) throws -> Node {
    var node = try Self.yaml("probes/templates/\(name).yaml")
    node["name"] = Node(name)
    for (key, value) in try #require(probe.mapping) where key.string != "template" {
      if ["labels", "settings"].contains(key.string), var inner = node[key.string ?? ""]?.mapping {
        for (key, value) in value.mapping ?? [:] { inner[key] = value }
        node[key.string ?? ""] = .mapping(inner)
      } else {
        node.mapping?[key] = value
      }
    }
    return node
  }

  /// - Parameter settings: in YAML; each takes the place of the template's.
  func definition(_ settings: String = "{}") throws -> ProbeDefinition {
    let own: Node = ["settings": try #require(try Yams.compose(yaml: settings))]
    return try #require(try YAMLDecoder().decode(ProbeDefinition.self, from: merged(under: own)).perTarget.first)
  }

  /// One run of it.
  func run(_ settings: String = "{}") async throws -> (report: ProbeReport, samples: [ProbeSample]) {
    let definition = try definition(settings)
    let listing = SeriesListing()
    let environment = ProbeEnvironment(transfers: Self.transfers, clock: ManualClock(), hostName: "h")
    let probe = definition.makeProbe(
      in: environment, for: listing, within: SeriesAllowance(limit: definition.seriesMax))
    let report = await probe.run(within: .seconds(20))
    let own = definition.targetLabels(hostName: "h").map(\.name)
    let listed = listing.samples(in: report.batch).map { sample in
      ProbeSample(LabelSet(sample.series.filter { !own.contains($0.name) }), sample.value)
    }
    return (report, listed + report.samples + report.verdictSamples(took: .zero))
  }

  /// The metrics that the expressions of a rule file select.
  static func metrics(ofRules name: String) throws -> Set<String> {
    let groups = try yaml("rules/\(name).yaml")["groups"]?.array() ?? []
    let rules = groups.flatMap { $0["rules"]?.array() ?? [] }
    let recorded = Set(rules.compactMap { $0["record"]?.string })
    return Set(rules.compactMap { $0["expr"]?.string }.flatMap(selected)).subtracting(recorded)
  }

  /// Fails for each metric of the rules that a run did not give.
  static func expectRules(
    _ name: String, seeWhatIs samples: [ProbeSample], but elsewhere: Set<String> = [],
    location: SourceLocation = #_sourceLocation
  ) throws {
    let there = Set(samples.compactMap(\.series.metric))
    let wanted = try metrics(ofRules: name)
    #expect(!wanted.isEmpty, sourceLocation: location)
    #expect(wanted.subtracting(there).sorted() == elsewhere.sorted(), sourceLocation: location)
  }

  /// Names with an underscore that are neither labels nor functions.
  static func selected(by expression: String) -> [String] {
    expression.replacing(
      #/\{[^}]*\}|\b(by|without|on|ignoring|group_left|group_right) *\([^)]*\)|"[^"]*"|'[^']*'/#, with: " "
    )
    .matches(of: #/[a-zA-Z_:][a-zA-Z0-9_:]*(?<call> *\()?/#).filter { $0.call == nil && $0.0.contains("_") }
    .map { String($0.0) }
  }
}

extension ServerProcess {
  /// One server of nginx, whose files lie in a folder of its own.
  ///
  /// - Parameters:
  ///   - address: as `listen` has it.
  ///   - server: what stands in its `server` block; `FOLDER` is the folder.
  static func nginx(at address: String, _ server: String, files: [String: String] = [:]) throws -> ServerProcess {
    let configuration = """
      daemon off; worker_processes 1; pid FOLDER/pid; error_log /dev/null; user root;
      events { worker_connections 64; }
      http {
        access_log off; client_body_temp_path FOLDER/a; proxy_temp_path FOLDER/b; fastcgi_temp_path FOLDER/c;
        uwsgi_temp_path FOLDER/d; scgi_temp_path FOLDER/e;
        server { listen \(address); \(server) }
      }
      """
    return try ServerProcess(
      "/usr/sbin/nginx", ["-p", "FOLDER", "-c", "FOLDER/conf", "-e", "/dev/null"],
      files: files.merging(["conf": configuration]) { $1 })
  }
}
