import Testing

@testable import SNMP

@Suite("How much an agent is asked for")
struct ReplySizeTests {
  @Test("answers that fill what was asked let the next be twice as long, up to the ceiling")
  func grows() {
    var size = ReplySize(ceiling: 5000)
    #expect(size.bytes == ReplySize.safeBytes)
    size.notice(bytes: 1300, bindings: 40)
    #expect(size.bytes == 2 * ReplySize.safeBytes)
    size.notice(bytes: 2700, bindings: 90)
    #expect(size.bytes == 5000)
  }

  @Test("an agent that cuts its answers is not asked for ever more, and takes no more room than it fills")
  func cut() {
    var size = ReplySize()
    for _ in 0..<10 { size.notice(bytes: 1472, bindings: 50) }
    #expect(size.bytes == 4 * ReplySize.safeBytes)
    #expect(size.expectedBytes == 2 * 1472)
  }

  @Test("a lost answer halves what may be asked for, and short ones stay")
  func lost() {
    var size = ReplySize()
    for bytes in [1400, 2800, 5600] { size.notice(bytes: bytes, bindings: bytes / 30) }
    #expect(size.bytes == 8 * ReplySize.safeBytes)
    size.lose()
    #expect(size.bytes == ReplySize.safeBytes)
    for bytes in [1400, 2800, 5600, 5600] { size.notice(bytes: bytes, bindings: bytes / 30) }
    #expect(size.bytes == 4 * ReplySize.safeBytes)
  }
}
