internal import Foundation
internal import Probes
internal import Records
internal import Telemetry

// Why probes have gaps: plain rows, because an observation of ours is no fact about the world.

extension Installation {
  /// The runner's own row. A probe's begins with another letter.
  private static let runnerRow = "runner"
  private static let probeRow = "probe/"

  /// Rows that cannot be read are left out: a gap without a reason is no cause to stand still.
  func restoreGaps() async {
    let rows: [(key: String, value: [UInt8])]
    do { rows = try await world.rows.rows(of: .probeGaps) } catch {
      return log.warning("gaps: what earlier runs noted cannot be read: \(error)")
    }
    var known = GapRows()
    for (key, value) in rows {
      if key == Self.runnerRow {
        known.runner = try? JSONDecoder().decode(RunnerTimes.self, from: Data(value))
      } else if let record = try? JSONDecoder().decode(GapRecord.self, from: Data(value)) {
        known.probes[String(key.dropFirst(Self.probeRow.count))] = record
      }
    }
    await probes.restoreGaps(known)
  }

  func saveGaps(_ changes: GapChanges) async {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var rows: [String: [UInt8]?] = [:]
    rows[Self.runnerRow] = (try? encoder.encode(changes.runner)).map { [UInt8]($0) }
    for (name, record) in changes.probes {
      rows.updateValue(
        record.flatMap { try? encoder.encode($0) }.map { [UInt8]($0) }, forKey: Self.probeRow + name)
    }
    do { try await world.rows.write(rows, to: .probeGaps) } catch { await probes.keepUnsaved(changes) }
  }
}
