internal import FoundationEssentials
internal import HashTreeCollections
public import Records
public import Telemetry

extension MaintenanceBook {
  /// The schema of the rows that `snapshot(of:)` writes.
  public static let snapshotSchema = 1

  /// The row of one entity that a fact changed; its body is empty when the entity has left memory.
  ///
  /// The numbers that were given out lie in the row of `planning`: save it whenever a number was given out.
  public func snapshot(of entity: EntityID) -> EntitySnapshot {
    if entity == Self.planning { return row(entity, Counters(lastTask: lastTask, lastWindow: lastWindow)) }
    let name = entity.text.split(separator: "/", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
    let number = RecordNumber(name)
    if let number, let task = self[number] { return row(entity, task) }
    if let number, let window = self[window: number] { return row(entity, window) }
    let care = enrolments.filter { $0.key.plan == name }
    if entity == Self.entity(ofPlan: name), !care.isEmpty {
      return row(entity, care.map { Care(enrolment: $0.key, since: $0.value) }.sorted { $0.enrolment < $1.enrolment })
    }
    return EntitySnapshot(entity: entity, schema: Self.snapshotSchema, body: [])
  }

  /// Every row, as after a full replay.
  public func snapshots() -> [EntitySnapshot] {
    let plans = Set(enrolments.keys.map(\.plan)).map(Self.entity(ofPlan:))
    let entities = plans + tasks.values.map(\.entity) + windows.values.map(\.entity) + [Self.planning]
    return entities.sorted().map(snapshot(of:))
  }

  /// The book as it was when `rows` were written. Facts after them are applied by the caller.
  public init(
    restoring rows: [EntitySnapshot], settings: PlannerSettings = .standard
  ) throws(FactReadError) {
    self.init(settings: settings)
    for row in rows where !row.body.isEmpty {
      guard row.schema <= Self.snapshotSchema else {
        throw .newerSchema(kind: row.entity.text, found: row.schema, known: Self.snapshotSchema)
      }
      do { try restore(row) } catch {
        throw .damaged(kind: row.entity.text, problem: String(describing: error))
      }
    }
  }

  /// Lets finished work that was due before `limit` leave memory, except the latest of each plan and item, which proves
  /// that its occurrence was handled.
  /// - Returns: the entities whose snapshot rows go.
  public mutating func forget(finishedBefore limit: Timestamp) -> [EntityID] {
    var gone: [EntityID] = []
    for (_, numbers) in byEnrolment {
      let known = numbers.compactMap { tasks[$0] }
      let latest = known.filter { $0.terms.dueAt < limit }.max { $0.terms.dueAt < $1.terms.dueAt }
      for task in known where task.state.isFinished && task.terms.dueAt < limit && task.number != latest?.number {
        remove(task)
        gone.append(task.entity)
      }
    }
    for window in windows.values where !window.isOpen && tasks[window.task.number] == nil {
      windows[window.number.number] = nil
      gone.append(window.entity)
    }
    return gone.sorted()
  }

  private mutating func restore(_ row: EntitySnapshot) throws {
    let decoder = JSONDecoder()
    let body = Data(row.body)
    if row.entity == Self.planning {
      let counters = try decoder.decode(Counters.self, from: body)
      lastTask = max(lastTask, counters.lastTask)
      lastWindow = max(lastWindow, counters.lastWindow)
    } else if row.entity.text.hasPrefix("plan/") {
      for care in try decoder.decode([Care].self, from: body) { enrolments[care.enrolment] = care.since }
    } else if row.entity.text.hasPrefix("task/") {
      let task = try decoder.decode(MaintenanceTask.self, from: body)
      lastTask = max(lastTask, task.number.number)
      put(task)
    } else {
      let window = try decoder.decode(TaskWindow.self, from: body)
      lastWindow = max(lastWindow, window.number.number)
      put(window)
    }
  }

  private struct Counters: Codable {
    let lastTask: Int
    let lastWindow: Int
  }

  private struct Care: Codable {
    let enrolment: Enrolment
    let since: Timestamp
  }

  private func row(_ entity: EntityID, _ content: some Encodable) -> EntitySnapshot {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return EntitySnapshot(
        entity: entity, schema: Self.snapshotSchema, body: [UInt8](try encoder.encode(content)))
    } catch {
      preconditionFailure("the snapshot of \(entity) cannot be encoded: \(error)")
    }
  }
}
