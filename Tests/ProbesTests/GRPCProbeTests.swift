import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing
import Transfers

@testable import Probes

@Suite("gRPC health", .timeLimit(.minutes(1)))
struct GRPCProbeTests {
  let environment = ProbeEnvironment(transfers: TransferEngine(), clock: ManualClock(), hostName: "h")

  static let isInstalled = (try? ServerProcess.run("/usr/bin/python3", ["-c", "import grpc"])) == true

  private static let server = """
    import grpc, sys
    from concurrent import futures

    class Health(grpc.GenericRpcHandler):
        def service(self, details):
            if details.method == "/grpc.health.v1.Health/Check":
                return grpc.unary_unary_rpc_method_handler(self.check)

        def check(self, request, context):
            if b"gone" in request:
                context.abort(grpc.StatusCode.NOT_FOUND, "no service")
            return b"what" if b"odd" in request else b"\\x08\\x02" if b"sick" in request else b"\\x08\\x01"

    server = grpc.server(futures.ThreadPoolExecutor(2), handlers=[Health()])
    server.add_insecure_port("127.0.0.1:" + sys.argv[1])
    server.start()
    server.wait_for_termination()
    """

  @Test("a real server's health, beside the real blackbox_exporter", .enabled(if: isInstalled, "needs python3-grpcio"))
  func health() async throws {
    let port = try LoopbackServer.unusedPort()
    let server = try ServerProcess(
      "/usr/bin/python3", ["FOLDER/server.py", String(port)], files: ["server.py": Self.server])
    defer { server.stop() }
    for (service, reason, text) in [
      ("", nil, ""), ("shop.Orders", nil, ""), ("sick", "reason.grpc.health", "the service is NOT_SERVING"),
      ("gone", "reason.grpc.code", "the call ended with code 5: no service"),
      ("odd", "reason.probe.protocol", "the answer is no health message"),
    ] as [(String, String?, String)] {
      let settings = try JSONDecoder().decode(
        GRPCProbeSettings.self, from: Data(#"{"target":"127.0.0.1:\#(port)","service":"\#(service)"}"#.utf8))
      let probe = settings.makeProbe(in: environment)
      let report = await patiently(until: { $0.verdict.reason?.id != "reason.probe.refused" }) {
        await probe.run(within: .seconds(10))
      }
      #expect(report.verdict.reason?.id == reason, "\(service): \(report.explanation)")
      #expect(report.explanation == text)
    }
    guard BlackboxExporter.isInstalled else { return }
    let exporter = try BlackboxExporter(modules: "modules: {health: {prober: grpc, grpc: {service: sick}}}")
    let theirs = await exporter.probe("health", "127.0.0.1:\(port)")
    let settings = try JSONDecoder().decode(
      GRPCProbeSettings.self, from: Data(#"{"target":"127.0.0.1:\#(port)","service":"sick"}"#.utf8))
    let ours = await settings.makeProbe(in: environment).run(within: .seconds(10)).written
    // Without TLS the exporter shows the expiry of no certificate, as 0.
    #expect(Set(theirs.keys).subtracting(ours.keys) == ["probe_ssl_earliest_cert_expiry"])
    for (name, value) in theirs where name.contains("healthcheck") || name.contains("grpc_s") {
      #expect(ours[name] == value, "\(name)")
    }
  }

  @Test("the messages are those of the protocol")
  func messages() {
    #expect(HealthMessage.request(service: "") == [0, 0, 0, 0, 0])
    #expect(HealthMessage.request(service: "a.B") == [0, 0, 0, 0, 5, 0x0a, 3, 0x61, 0x2e, 0x42])
    #expect(
      HealthMessage.request(service: String(repeating: "a", count: 200)).prefix(8) == [0, 0, 0, 0, 203, 0x0a, 200, 1])
    #expect(HealthMessage.status(in: [0, 0, 0, 0, 2, 8, 1]) == 1)
    #expect(HealthMessage.status(in: [0, 0, 0, 0, 0]) == 0)
    #expect(HealthMessage.status(in: [0, 0, 0, 0, 6, 0x12, 2, 9, 9, 8, 2]) == 2)
  }

  @Test(
    "what leaves the format is none",
    arguments: [
      [], [1, 0, 0, 0, 0], [0, 0, 0, 0, 2, 8], [0, 255, 255, 255, 255, 8], [0, 0, 0, 0, 1, 8],
      [0, 0, 0, 0, 2, 0x0a, 200],
      [0, 0, 0, 0, 1, 15], [0, 0, 0, 0, 11, 8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    ] as [[UInt8]])
  func broken(_ frame: [UInt8]) { #expect(HealthMessage.status(in: frame) == nil) }
}
