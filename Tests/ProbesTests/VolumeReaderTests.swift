import Dispatch
import LoopbackServers
import Synchronization
import Testing

@testable import Probes

@Suite("Dead mounts", .timeLimit(.minutes(1)))
struct VolumeReaderTests {
  /// Mounts under /dead wait for the gate, the others answer like the root.
  private func reader(
    _ gate: DispatchSemaphore, _ asked: Asked, _ stuck: StuckMounts = StuckMounts(),
    patience: DispatchTimeInterval = .seconds(2)
  ) -> VolumeReader {
    VolumeReader(patience: patience, stuck: stuck) { path in
      asked.count(path)
      if path.hasPrefix("/dead") { gate.wait() }
      return VolumeState(ofMountAt: "/")
    }
  }

  final class Asked: Sendable {
    private let counts = Mutex<[String: Int]>([:])
    func count(_ path: String) { counts.withLock { $0[path, default: 0] += 1 } }
    subscript(path: String) -> Int { counts.withLock { $0[path] ?? 0 } }
  }

  @Test("a dead mount costs only itself, and is not asked again while its thread hangs")
  func dead() async {
    let gate = DispatchSemaphore(value: 0)
    let asked = Asked()
    let reader = reader(gate, asked)
    let paths = ["/a", "/dead", "/b"]
    for _ in 0..<3 { #expect(reader.states(of: paths).map { $0 != nil } == [true, false, true]) }
    #expect(asked["/dead"] == 1)
    #expect(asked["/b"] == 3)
    gate.signal()
    let isBack = await patiently(until: { $0 }) {
      gate.signal()
      return reader.states(of: paths).allSatisfy { $0 != nil }
    }
    #expect(isBack, "a mount that answers again is asked again")
  }

  @Test("two readers of one program leave one thread with a dead mount, not two")
  func shared() {
    let gate = DispatchSemaphore(value: 0)
    let (asked, stuck) = (Asked(), StuckMounts())
    for _ in 0..<3 {
      #expect(reader(gate, asked, stuck).states(of: ["/dead", "/a"]).map { $0 != nil } == [false, true])
    }
    #expect(asked["/dead"] == 1)
    #expect(VolumeReader().sharesStuckMounts(with: VolumeReader()))
    gate.signal()
  }

  @Test("many dead mounts at once do not stretch a round without bound")
  func many() {
    let gate = DispatchSemaphore(value: 0)
    let asked = Asked()
    let paths = (0..<10).map { "/dead\($0)" }
    let reader = reader(gate, asked, patience: .milliseconds(50))
    #expect(reader.states(of: paths).allSatisfy { $0 == nil })
    #expect(paths.filter { asked[$0] > 0 }.count == VolumeReader.givenUpMax)
    for _ in paths { gate.signal() }
  }
}
