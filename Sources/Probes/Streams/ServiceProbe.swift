internal import FoundationEssentials
internal import Records
internal import Telemetry

/// When a service's connection is encrypted.
enum ServiceEncryption: String, CaseIterable, Hashable, Sendable {
  case none
  /// First in clear, then on demand.
  case starttls
  /// From the first byte.
  case tls
}

/// Who logs in: `username`, and `password` with its text, file, variable or command, or `password_file`.
struct ServiceLogin: Hashable, Sendable {
  let userName: String
  /// The default is an empty one.
  let password: SecretSource?

  /// - Returns: `nil` when no user is named.
  init?<Key: CodingKey>(_ fields: KeyedDecodingContainer<Key>, userName: Key, password: Key, file: Key) throws {
    let source = try fields.secret(password, orFile: file)
    guard let name = try fields.decodeIfPresent(String.self, forKey: userName) else {
      if source != nil { throw fields.problem(userName, "fault.stream.password-alone") }
      return nil
    }
    guard !name.isEmpty, !ServiceCredentials.hasControls(name) else {
      throw fields.problem(userName, "fault.stream.user")
    }
    self.userName = name
    self.password = source
  }
}

/// A user name and the clear password, for the dialogue that sends them.
struct ServiceCredentials: Sendable {
  let userName: String
  let password: Secret

  /// Whether a line that is sent would end where the text goes on.
  static func hasControls(_ text: String) -> Bool { text.utf8.contains { $0 < 0x20 || $0 == 0x7f } }
}

/// A dialogue that learns figures of its service.
protocol ServiceDialogue: Dialogue {
  /// Series without slots of their own are looked up by their labels.
  var samples: [ProbeSample] { get }

  /// What an exchange that went well could not learn, one line; empty when nothing is lacking, which is the default.
  var remark: String { get }
}

extension ServiceDialogue {
  var remark: String { "" }
}

/// One exchange with a service per run.
struct ServiceProbe<Spoken: ServiceDialogue>: Probe {
  private let stream: StreamSettings
  private let login: ServiceLogin?
  private let client: StreamClient
  private let secrets: ProbeSecrets
  private let dialogue: @Sendable (ServiceCredentials?) -> Spoken
  private let series = StreamSeries()

  init(
    _ stream: StreamSettings, _ login: ServiceLogin?, in environment: ProbeEnvironment,
    dialogue: @escaping @Sendable (ServiceCredentials?) -> Spoken
  ) {
    self.stream = stream
    self.login = login
    client = environment.network.streams
    secrets = environment.secrets
    self.dialogue = dialogue
  }

  func run(within limit: Duration) async -> ProbeReport {
    var credentials: ServiceCredentials?
    if let login {
      do throws(SecretFault) {
        let password = if let source = login.password { try await secrets.reveal(source) } else { Secret("") }
        guard !ServiceCredentials.hasControls(password.reveal()) else {
          return ProbeReport(of: .ours("the password of '\(login.userName)' has line ends or control characters"), [])
        }
        credentials = ServiceCredentials(userName: login.userName, password: password)
      } catch {
        return .unknown(error.fault)
      }
    }
    var request = stream.request
    request.limit = limit
    let report = await client.exchange(request, dialogue(credentials))
    let samples = series.samples(of: report) + report.dialogue.samples
    var told = ProbeReport(of: report.failure, samples, cost: report.cost)
    told.notes = [report.dialogue.remark].filter { !$0.isEmpty }
    return told
  }
}

extension ProbeSample {
  /// A series of a service's own, at a fixed place behind those of every stream.
  init(_ series: LabelSet, _ value: Double, own slot: Int) {
    self.init(series, value, slot: StreamSeries.ownSlots + slot)
  }
}

/// Base 64 as SASL wants it.
enum Base64 {
  static func encoded(_ bytes: [UInt8]) -> [UInt8] { [UInt8](Data(bytes).base64EncodedData()) }

  static func decoded(_ text: some Sequence<UInt8>) -> [UInt8]? {
    Data(base64Encoded: Data(text)).map { [UInt8]($0) }
  }
}
