import Glibc
import Interchange
import LoopbackServers
import Telemetry

@testable import Probes

/// A real exporter of Debian, asked once.
struct NodeExporterOracle {
  static let program = "/usr/bin/prometheus-node-exporter"
  static let processProgram = "/usr/bin/prometheus-process-exporter"
  static var isInstalled: Bool { ServerProcess.isInstalled(program) }

  let samples: [LabelSet: Double]
  let types: [String: String]

  struct Failure: Error { let why: String }

  /// Starts it with these options, asks it as soon as it answers, and ends it.
  init(program: String = program, _ options: [String], prefix: String = "node_") throws {
    let port = try LoopbackServer.unusedPort()
    let server = try ServerProcess(program, ["--web.listen-address=127.0.0.1:\(port)"] + options)
    defer { server.stop() }
    for _ in 0..<1000 {
      if let answer = Self.ask(port) {
        (samples, types) = Self.parse(answer, prefix)
        return
      }
      usleep(10_000)  // until it listens
    }
    throw Failure(why: "\(program) does not answer")
  }

  private static func ask(_ port: Int) -> String? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { return nil }
    let request = Array("GET /metrics HTTP/1.0\r\n\r\n".utf8)
    _ = write(descriptor, request, request.count)
    var answer: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(descriptor, &part, part.count), count > 0 { answer += part[..<count] }
    return String(decoding: answer, as: UTF8.self)
  }

  private static func parse(_ text: String, _ prefix: String) -> ([LabelSet: Double], [String: String]) {
    var samples: [LabelSet: Double] = [:]
    var types: [String: String] = [:]
    for line in text.split(separator: "\n") {
      if line.hasPrefix("# TYPE ") {
        let words = line.split(separator: " ")
        types[String(words[2])] = String(words[3])
      }
      guard !line.hasPrefix("#"), let blank = line.lastIndex(of: " ") else { continue }
      let series = line[..<blank]
      let name = series.prefix { $0 != "{" }
      guard name.hasPrefix(prefix), name != "node_exporter_build_info" else { continue }
      var labels = [Label(LabelSet.metricName, String(name))]
      var rest = series.dropFirst(name.count + 1)
      while let equals = rest.firstIndex(of: "=") {
        let label = String(rest[..<equals])
        var value = ""
        var index = rest.index(equals, offsetBy: 2)
        while index < rest.endIndex, rest[index] != "\"" {
          if rest[index] == "\\" {
            index = rest.index(after: index)
            value.append(rest[index] == "n" ? "\n" : rest[index])
          } else {
            value.append(rest[index])
          }
          index = rest.index(after: index)
        }
        labels.append(Label(label, value))
        rest = rest[index...].dropFirst(2)
      }
      samples[LabelSet(labels)] = Double(line[line.index(after: blank)...])
    }
    return (samples, types)
  }
}
