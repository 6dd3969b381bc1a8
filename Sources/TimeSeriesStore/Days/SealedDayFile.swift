internal import GRDB
internal import Telemetry

/// A finished day: chunks in (series, start) order, with an index of its labels. Never written again.
final class SealedDayFile: Sendable {
  let name: DayFileName
  let reader: any DatabaseReader
  private let queue: DatabaseQueue

  init(_ name: DayFileName, in folder: StoreFolder) throws {
    self.name = name
    var configuration = Configuration()
    configuration.readonly = true
    configuration.label = "samples.sealed"
    configuration.busyMode = .timeout(5)
    queue = try DatabaseQueue(path: folder.path(of: name), configuration: configuration)
    reader = queue
    let version = try queue.read { try Int32.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
    guard version <= SampleFormat.version else { throw OpenDayFile.NewerFormat(version: version) }
    guard version == SampleFormat.version else {
      throw DatabaseError(resultCode: .SQLITE_NOTADB, message: "is not a sealed day file")
    }
  }

  func close() { try? queue.close() }
}
