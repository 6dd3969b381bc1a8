/// How far all sources of one probe were read, kept over a restart.
struct LogPositions: Codable, Equatable {
  var files: [String: LogPosition] = [:]
  /// The journal's.
  var cursor: String?
}
