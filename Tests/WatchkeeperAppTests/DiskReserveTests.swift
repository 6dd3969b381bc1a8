import Foundation
import Telemetry
import Testing
import TimeSeriesStore

@testable import WatchkeeperApp

@Suite("Disk reserve")
struct DiskReserveTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var path: String { folder.path + "/reserve" }
  private static let mebibyte = 1 << 20

  @Test("it is taken with room to spare, given up on a full disk, and taken again") func life() throws {
    let reserve = DiskReserve(path: path)
    #expect(reserve.tend(free: 63 * Self.mebibyte) == nil)
    #expect(reserve.tend(free: 64 * Self.mebibyte) == .take)
    #expect(DiskReserve.size(of: path) == DiskReserve.bytes)
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    #expect(reserve.tend(free: 8 * Self.mebibyte) == nil)
    #expect(reserve.tend(free: 8 * Self.mebibyte - 1) == .release)
    #expect(DiskReserve.size(of: path) == 0)
    #expect(reserve.tend(free: 40 * Self.mebibyte) == nil)
    #expect(reserve.tend(free: 90 * Self.mebibyte) == .take)
    #expect(DiskReserve(path: path).isHeld, "the next run finds it")
  }

  @Test("without it samples leave the last space to incidents") func restraint() {
    #expect(DiskReserve.restraint(isHeld: true, free: 0) == nil)
    #expect(DiskReserve.restraint(isHeld: false, free: 24 * Self.mebibyte) == nil)
    #expect(
      DiskReserve.restraint(isHeld: false, free: 23 * Self.mebibyte) == "23 MiB are free, which are left to incidents")
  }

  @Test("a restart finds enough in what samples leave free, and a new folder in what the reserve leaves")
  func startsAgain() {
    #expect(DataFolder.freeBytesMinOfKnown < DiskReserve.restrainBelow)
    #expect(DataFolder.freeBytesMinOfNew <= DiskReserve.takeFrom - DiskReserve.bytes)
  }

  @Test("a file system that says that endless space is free stops nothing") func endless() {
    #expect(DiskReserve.bytes(blocks: 3, of: 4096) == 12_288)
    #expect(DiskReserve.bytes(blocks: .max, of: 4096) == .max)
    #expect(DiskReserve.bytes(blocks: 1 << 51, of: 1 << 12) == .max)
    #expect(HostInventory.whole(1e12) == "1000000000000")
    for size in [1e30, .infinity, .nan] { #expect(HostInventory.whole(size).isEmpty) }
  }

  @Test("a restrained store keeps samples readable in memory and writes them when it may") func restrained()
    async throws
  {
    let clock = TestClock()
    let store = try EmbeddedStore(folder: folder.path + "/samples", clock: clock)
    store.restrain(because: "full")
    var batch = SampleBatch()
    batch.append(try store.reference(for: LabelSet(["__name__": "up"])), at: clock.now, 1)
    store.append(batch)
    await store.commit()
    #expect(store.health.state == .holding)
    #expect(store.health.lastError == "full")
    #expect(store.health.uncommittedSamples == 1)
    store.restrain(because: nil)
    await store.commit()
    #expect(store.health.state == .healthy)
    #expect(store.health.uncommittedSamples == 0)
    store.restrain(because: "full again")
    clock.advance(by: .seconds(15))
    batch = SampleBatch()
    batch.append(try store.reference(for: LabelSet(["__name__": "up"])), at: clock.now, 0)
    store.append(batch)
    await store.commit()
    #expect(store.health.uncommittedSamples == 1)
    await store.close()
    #expect(store.health.uncommittedSamples == 0, "the end takes nothing from memory that the disk would take")
  }
}
