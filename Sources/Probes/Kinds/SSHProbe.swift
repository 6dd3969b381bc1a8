internal import Records
internal import Telemetry

/// Settings of the kind `ssh`.
public struct SSHProbeSettings: StreamProbeSettings {
  let stream: StreamSettings
  /// The lowest version of the software that passes, as `9.2`; the default is any.
  let versionMin: [Int]

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case target
    case versionMin = "version_min"
    case preferredProtocol = "preferred_ip_protocol"
    case fallsBack = "ip_protocol_fallback"
    case source = "source_ip_address"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    stream = try StreamSettings(fields, port: 22)
    let text = try fields.decodeIfPresent(String.self, forKey: .versionMin) ?? ""
    versionMin = text.split(separator: ".").compactMap { Int($0) }
    guard versionMin.map(String.init).joined(separator: ".") == text else {
      throw fields.problem(.versionMin, "fault.stream.software", ["text": text])
    }
  }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    ServiceProbe(stream, nil, in: environment) { _ in SSHDialogue(versionMin: versionMin) }
  }

  static let kind = ProbeKind(
    name: "ssh", summary: "Reads the identification of an SSH server; no key is exchanged.",
    example: """
      name: gateway-ssh
      kind: ssh
      interval: 1m
      timeout: 5s
      settings:
        target: gateway.example.org
        version_min: "9.2"
      """,
    job: "ssh", interval: .seconds(60), timeout: .seconds(5), settings: SSHProbeSettings.self)
}

/// - Source: RFC 4253, section 4.2.
struct SSHDialogue: ServiceDialogue {
  private let versionMin: [Int]
  private var lines = 0
  private var identification: [Label]?

  /// Lines before the identification; the default is 64.
  private static let linesMax = 64

  init(versionMin: [Int]) { self.versionMin = versionMin }

  var awaited: String { "the identification" }

  var samples: [ProbeSample] { identification.map { [ProbeSample("probe_ssh_server_info", $0, 1)] } ?? [] }

  mutating func next(_ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]) -> DialogueStep {
    while let line = input.line() {
      guard line.starts(with: "SSH-".utf8) else {
        lines += 1
        guard lines <= Self.linesMax else {
          return .failed(.broken("there are more than \(Self.linesMax) lines before the identification"))
        }
        continue
      }
      // A server that is left without a word takes the visitor for a scanner.
      output += Array("SSH-2.0-watchkeeper\r\n".utf8)
      return judge(line)
    }
    return .proceed
  }

  private mutating func judge(_ line: [UInt8]) -> DialogueStep {
    let text = String(decoding: line.prefix(255), as: UTF8.self)
    let words = text.split(separator: " ", maxSplits: 1)
    let parts = words[0].split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[2].isEmpty else {
      return .failed(.broken("\(ForeignText.quoted(line)) is no identification of SSH"))
    }
    let software = String(parts[2])
    identification = [
      Label("protocol", String(parts[1])), Label("software", software),
      Label("comments", words.count > 1 ? String(words[1]) : ""),
    ]
    guard parts[1] == "2.0" || parts[1] == "1.99" else {
      return .failed(.declined("the server speaks only SSH \(parts[1])"))
    }
    let version = software.drop { !$0.isNumber }.prefix { $0.isNumber || $0 == "." }.split(separator: ".")
      .compactMap { Int($0) }
    if version.lexicographicallyPrecedes(versionMin) {
      let wanted = versionMin.map(String.init).joined(separator: ".")
      return .failed(ExchangeFailure("reason.stream.old", "'\(software)' is older than \(wanted)"))
    }
    return .done
  }
}
