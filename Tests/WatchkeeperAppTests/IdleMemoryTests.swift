import CLinux
import Foundation
import Testing

@Suite("Idle memory")
struct IdleMemoryTests {
  /// MiB by name from /proc/self/status.
  private static func resident(_ name: String) throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("\(name):") })
    return try #require(Int(line.filter(\.isNumber))) / 1024
  }

  @Test("free blocks and pages of code are given back, and the program goes on") func release() throws {
    // Small blocks, so that the allocator does not give them back by itself; the last one keeps them from its end.
    var blocks = (0..<131_072).map { _ in UnsafeMutableRawPointer.allocate(byteCount: 1024, alignment: 8) }
    for block in blocks { block.storeBytes(of: 1, as: Int.self) }
    let last = blocks.removeLast()
    for block in blocks { block.deallocate() }
    let (ownBefore, fileBefore) = (try Self.resident("RssAnon"), try Self.resident("RssFile"))
    watchkeeper_release_idle_memory()
    let (ownAfter, fileAfter) = (try Self.resident("RssAnon"), try Self.resident("RssFile"))
    last.deallocate()
    #expect(ownAfter < ownBefore - 64, "\(ownBefore) MiB before, \(ownAfter) MiB after")
    #expect(fileAfter < fileBefore, "\(fileBefore) MiB before, \(fileAfter) MiB after")
  }
}
