internal import GRDB
internal import Synchronization
internal import Telemetry

extension EmbeddedStore {
  /// A newer format refuses the whole store before anything is changed.
  func open() throws(StoreError) {
    let names = try folder.dayFiles()
    for name in names {
      if let version = folder.declaredVersion(of: name), version > SampleFormat.version {
        throw .newerFormat(file: name.text, version: version)
      }
    }
    var newestEpoch: UInt32 = 0
    for name in names where name.state == .sealed { try openSealed(name) }
    let sealed = files.withLock { files in Set(files.sealed.map(\.name)) }
    for name in names where name.state == .open {
      if sealed.contains(DayFileName(day: name.day, part: name.part, state: .sealed)) {
        // The rename of sealing came through, the removal of the original did not.
        folder.unlinkDay(name)
      } else {
        newestEpoch = max(newestEpoch, try openForWriting(name))
      }
    }
    head.withLock { head in head.epoch = max(newestEpoch &+ 1, Head.firstEpoch) }
  }

  private func openSealed(_ name: DayFileName) throws(StoreError) {
    do {
      let file = try SealedDayFile(name, in: folder)
      files.withLock { $0.add(file) }
    } catch let error as OpenDayFile.NewerFormat {
      throw .newerFormat(file: name.text, version: error.version)
    } catch {
      try setAside(name, error)
    }
  }

  private func openForWriting(_ name: DayFileName) throws(StoreError) -> UInt32 {
    do {
      let file = try OpenDayFile(name, in: folder)
      files.withLock { $0.add(file) }
      return replay(file)
    } catch let error as OpenDayFile.NewerFormat {
      throw .newerFormat(file: name.text, version: error.version)
    } catch {
      try setAside(name, error)
      return 0
    }
  }

  func replay(_ file: OpenDayFile) -> UInt32 {
    let outcome = head.withLock { head in
      var replay = Replay(file)
      replay.run(into: &head)
      return replay.outcome
    }
    if outcome.damagedTables > 0 { files.withLock { $0.wearOut(file.name) } }
    let now = clock.now
    condition.withLock { condition in
      for finding in outcome.findings { condition.note(finding, at: now) }
      condition.statistics.damagedChunks += UInt64(outcome.damagedChunks)
      condition.statistics.damagedSeriesRows += UInt64(outcome.damagedSeriesRows)
      condition.statistics.damagedBatches += UInt64(outcome.damagedBatches)
      condition.statistics.damagedTables += UInt64(outcome.damagedTables)
    }
    return outcome.newestEpoch
  }

  /// Only what is no database is moved away; a full disk or a missing right is the operator's to mend.
  private func setAside(_ name: DayFileName, _ error: any Error) throws(StoreError) {
    let code = (error as? DatabaseError)?.resultCode
    guard code == .SQLITE_NOTADB || code == .SQLITE_CORRUPT || code == .SQLITE_ERROR else {
      throw .folderUnusable(path: folder.path(of: name), problem: "\(error)")
    }
    guard let target = folder.quarantine(name) else {
      throw .folderUnusable(path: folder.path(of: name), problem: "is damaged and cannot be moved to quarantine/")
    }
    let now = clock.now
    condition.withLock { condition in
      condition.statistics.filesQuarantined += 1
      condition.note(
        StoreFinding(.damage, file: name.text, place: "", problem: "is no database (\(error)); moved to \(target)"),
        at: now)
    }
  }
}
