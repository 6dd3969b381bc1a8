internal import Wording

/// What `watchkeeper run` was told.
struct RunOptions: Sendable {
  /// A folder or a settings file; `nil` runs on the packaged definitions alone.
  var configuration: String?
  var dataFolder: String?
  /// `HOST:PORT`; without it the first free port from the standard one.
  var listen: String?
  var language: Language?
  /// A refused configuration ends the start instead of falling back to the last good one.
  var isStrict = false
}
