internal import Foundation
internal import Synchronization
internal import TimeSeriesStore

/// How far one endpoint has taken the batch log.
struct RemoteWriteCursor: Codable, Sendable, Equatable {
  /// Behind what is done with.
  var position: LogPosition
  /// Of the request that was last on its way: after a crash the very same one is made again, because a receiver that
  /// knows its samples may refuse it, and nothing else may be in it then.
  var flight: Flight?
  /// The newest time among what came in order so far, in milliseconds: about when the next sample was committed.
  var newest: Int64?

  struct Flight: Codable, Sendable, Equatable {
    let file: String
    let end: LogPlace
  }

  /// The same without places that the store does not have any more.
  ///
  /// A store whose whole log was pruned counts its rows anew after a start, so a place beyond the end is one before
  /// all that will come.
  func within(_ end: LogPosition) -> RemoteWriteCursor {
    var bounded = self
    bounded.position = Dictionary(
      uniqueKeysWithValues: position.compactMap { file, place in end[file].map { (file, min(place, $0)) } })
    if let flight, end[flight.file].map({ flight.end > $0 }) ?? true { bounded.flight = nil }
    return bounded
  }
}

/// The cursors of all endpoints in one file of the data folder.
///
/// It is replaced before each request and not synced: a kill loses nothing, and after a power cut a few seconds are sent
/// again.
final class RemoteWriteCursors: Sendable {
  private let path: String
  private let known: Mutex<[String: RemoteWriteCursor]>
  /// The file was there and could not be read: how far endpoints are is not known.
  let isDamaged: Bool

  init(path: String) {
    self.path = path
    let bytes = FileManager.default.contents(atPath: path)
    let read = bytes.flatMap { try? JSONDecoder().decode([String: RemoteWriteCursor].self, from: $0) }
    isDamaged = read == nil && FileManager.default.fileExists(atPath: path)
    known = Mutex(read ?? [:])
  }

  subscript(name: String) -> RemoteWriteCursor? { known.withLock { $0[name] } }

  /// - Returns: what the disk said when it did not take it.
  func save(_ cursor: RemoteWriteCursor, of name: String) -> String? {
    known.withLock { known in
      known[name] = cursor
      return write(known)
    }
  }

  func keep(_ names: Set<String>) {
    known.withLock { known in
      guard !names.isSuperset(of: known.keys) else { return }
      known = known.filter { names.contains($0.key) }
      _ = write(known)
    }
  }

  private func write(_ cursors: [String: RemoteWriteCursor]) -> String? {
    do {
      try JSONEncoder().encode(cursors).write(to: URL(filePath: path), options: .atomic)
      return nil
    } catch {
      return "\(error)"
    }
  }
}
