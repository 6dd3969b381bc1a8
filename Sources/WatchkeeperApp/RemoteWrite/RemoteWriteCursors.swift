internal import Dispatch
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
/// On disk before a request leaves. An older cursor would do no harm to what the store still holds, but behind a power
/// cut samples that the endpoint knows would share a request with new ones, and a receiver may refuse them together.
final class RemoteWriteCursors: Sendable {
  private let path: String
  private let known: Mutex<[String: RemoteWriteCursor]>
  /// A disk takes its time for a sync, which no task of the program waits for but the one that asks.
  private let disk = DispatchQueue(label: "watchkeeper.remote-write.cursors")
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
  func save(_ cursor: RemoteWriteCursor, of name: String) async -> String? { await change { $0[name] = cursor } }

  func keep(_ names: Set<String>) async {
    guard known.withLock({ !names.isSuperset(of: $0.keys) }) else { return }
    _ = await change { known in known = known.filter { names.contains($0.key) } }
  }

  private func change(_ step: @escaping @Sendable (inout [String: RemoteWriteCursor]) -> Void) async -> String? {
    await withCheckedContinuation { continuation in
      disk.async { [self] in
        let cursors = known.withLock { known in
          step(&known)
          return known
        }
        continuation.resume(returning: write(cursors))
      }
    }
  }

  private func write(_ cursors: [String: RemoteWriteCursor]) -> String? {
    do {
      return DurableFile.replace(path, with: [UInt8](try JSONEncoder().encode(cursors)))
    } catch {
      return "\(error)"
    }
  }
}
