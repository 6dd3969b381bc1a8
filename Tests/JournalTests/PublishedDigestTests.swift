import Foundation
import Journal
import Records
import Telemetry
import Testing

@Suite("Published digests", .ownFolder)
struct PublishedDigestTests {
  private let digest = PublishedDigest(
    position: position(7), digest: Digest(of: [1]), publishedAt: Timestamp(milliseconds: 1_795_242_600_000))

  @Test("a line says it all, whatever stands in front") func lines() {
    let hexadecimal = Digest(of: [1]).hexadecimal
    #expect(digest.line == "journal: position 7, digest \(hexadecimal), at 2026-11-21T06:30:00Z")
    #expect(PublishedDigest(line: digest.line) == digest)
    #expect(PublishedDigest(line: "<5>" + "x " + digest.line + "\r") == digest)
    let without = PublishedDigest(line: "journal: position 7, digest \(hexadecimal)")
    #expect(without == PublishedDigest(position: position(7), digest: Digest(of: [1])))
  }

  @Test(
    "other lines are passed over",
    arguments: ["", "journal: position 7", "journal: position -7, digest 00", "position 7, digest", "journal: digest"])
  func others(_ line: String) { #expect(PublishedDigest(line: line) == nil) }

  @Test("a digest with a wrong digit is none") func damaged() {
    let line = digest.line
    #expect(PublishedDigest(line: line.replacing(Digest(of: [1]).hexadecimal.suffix(1) + ",", with: "g,")) == nil)
    #expect(PublishedDigest(line: line.replacing(Digest(of: [1]).hexadecimal, with: "00")) == nil)
  }

  @Test("the file keeps them in order, for its owner alone, and outlives half a line") func file() throws {
    let file = PublishedDigestFile(path: OwnFolder.path + "/digests")
    #expect(try file.read() == [])
    try file.append(digest)
    let handle = try #require(FileHandle(forWritingAtPath: file.path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("journal: position 8, dig".utf8))
    try handle.close()
    let next = PublishedDigest(position: position(9), digest: .zero)
    try file.append(next)
    #expect(try file.read() == [digest, next])
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(throws: JournalError.self) {
      try PublishedDigestFile(path: OwnFolder.path + "/none/digests").append(digest)
    }
  }
}
