internal import Dispatch
internal import GRDB
internal import Synchronization
internal import Telemetry

extension EmbeddedStore {
  /// Which open chunks `closeChunks` closes.
  public enum ChunkClosing: Sendable {
    /// Those whose series was silent for a chunk's span.
    case idle
    case all
  }

  /// Writes what there is to write and closes the files. The store refuses everything afterwards.
  public func close() async {
    head.withLock { $0.isShut = true }
    await onWriter { store in
      store.commitNow(.due)
      store.condition.withLock { $0.health.state = .closed }
      let files = store.files.withLock { files in
        defer { files = StoreFiles() }
        return files
      }
      for file in files.open {
        file.checkpoint(.truncate)
        file.close()
      }
      for file in files.sealed { file.close() }
    }
  }
}
