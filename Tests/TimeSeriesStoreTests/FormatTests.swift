import Foundation
import Telemetry
import Testing

@testable import TimeSeriesStore

/// Stores written by earlier builds, which every later one must open. Tests/Fixtures/sample-store-1 was written by this
/// suite with WATCHKEEPER_WRITE_FIXTURES set.
@Suite("Formats")
struct FormatTests {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")
  private static let writes = ProcessInfo.processInfo.environment["WATCHKEEPER_WRITE_FIXTURES"] != nil
  private static let start = TestTime.midnight - 600_000

  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func labels(_ host: Int) -> LabelSet { LabelSet(["__name__": "fixture", "host": "\(host)", "site": "北京"]) }

  private func expected(_ host: Int) -> [(Int64, Double)] {
    var samples: [(Int64, Double)] = []
    for index in 0..<80 {
      let time = Self.start + Int64(index) * 15_000
      let value: Double = index == 70 ? .staleMarker : Double(index * index) / Double(host + 1)
      samples.append((time, value))
    }
    return samples
  }

  @Test("a store of format 1 opens, answers and verifies")
  func format1() async throws {
    try FileManager.default.copyItem(
      atPath: Self.fixtures.appending(path: "sample-store-1").path, toPath: folder.store)
    #expect(EmbeddedStore.verify(folder: folder.store) == [])
    let store = try EmbeddedStore(folder: folder.store, clock: VirtualClock(at: TestTime.midnight + 2 * TestTime.hour))
    for host in 0..<3 {
      #expect(try await store.read([.equal("host", "\(host)")]).first?.pairs == pairs(expected(host)))
    }
    #expect(try folder.files().filter { $0.hasSuffix(".db") }.count == 2)
    await store.close()
  }

  @Test("writes the fixture of this format", .enabled(if: writes, "only with WATCHKEEPER_WRITE_FIXTURES"))
  func write() async throws {
    let clock = VirtualClock(at: TestTime.midnight + 700_000)
    let store = try EmbeddedStore(folder: folder.store, clock: clock)
    for host in 0..<3 {
      let samples = expected(host)
      try store.append(labels(host), samples.enumerated().filter { $0.offset % 7 != 3 }.map(\.element))
      await store.commit()
      try store.append(labels(host), samples.enumerated().filter { $0.offset % 7 == 3 }.map(\.element))
      await store.commit()
    }
    clock.move(to: TestTime.midnight + 6000 * TestTime.second)
    await store.sealFinishedDays(at: clock.now)
    await store.close()
    let target = Self.fixtures.appending(path: "sample-store-1").path
    try? FileManager.default.removeItem(atPath: target)
    try FileManager.default.createDirectory(atPath: Self.fixtures.path, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: folder.store, toPath: target)
  }
}
