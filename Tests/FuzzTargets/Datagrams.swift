@testable import Probes

// MARK: DNS

/// A message of a name server.
@Sendable func fuzzDNS(_ bytes: UnsafeRawBufferPointer) {
  guard let message = try? DNSMessage(Array(bytes)) else { return }
  let records = message.answers + message.authorities + message.additionals
  demand(records.count <= DNSMessage.recordsMax, "records are bounded")
  for record in records {
    // A byte of the message makes at most four of text, and a name at most 255 of its labels.
    demand(record.text.utf8.count <= 4 * (bytes.count + 8 * DNSName.bytesMax) + 200, "the text of a record is bounded")
  }
  guard let question = message.question, !question.name.labels.isEmpty else { return }
  demand(DNSName(question.name.text) != nil || question.name.text.contains("\\"), "a name reads back")
  let query = question.message(identifier: 1, recursionDesired: true, payloadBytesMax: 1232, wantsSignatures: true)
  demand((try? DNSMessage(query))?.question == question, "a question reads back")
}

// MARK: Syslog

/// A stream of messages, cut after as many bytes as the first one says.
@Sendable func fuzzSyslog(_ bytes: UnsafeRawBufferPointer) {
  guard let cut = bytes.first else { return }
  let stream = Array(bytes.dropFirst())
  func messages(_ chunks: [ArraySlice<UInt8>]) -> (messages: [[UInt8]], isUnderstood: Bool) {
    var splitter = SyslogSplitter()
    var messages: [[UInt8]] = []
    for chunk in chunks {
      let isUnderstood = Array(chunk).withUnsafeBytes { bytes in
        splitter.append(bytes) { message in
          messages.append(Array(message))
          guard let read = try? SyslogMessage(message) else { return }
          let length = read.host.count + read.application.count + read.text.count
          demand(read.facility < 24 && read.severity < 8 && length < message.count, "what is read is in the message")
        }
      }
      if !isUnderstood { return (messages, false) }
    }
    return (messages, true)
  }
  let middle = min(Int(cut), stream.count)
  let (whole, parts) = (messages([stream[...]]), messages([stream[..<middle], stream[middle...]]))
  demand(
    whole.isUnderstood == parts.isUnderstood && whole.messages == parts.messages, "a stream is cut wherever it arrives")
}

enum DatagramSeeds {
  static let syslog: [[UInt8]] = [
    "\u{8}5 <1>ab8 <1>c\nd e<2>line\n\n<3>next\n3 <4>",
    "\u{40}<34>Oct 11 22:14:15 mymachine su[7]: failed\n<0>kernel: oops\n",
    "\u{1}<165>1 2026-10-11T22:14:15Z h app 7 ID [a@1 x=\"\\\"]\" y=\"]\"][b@2] \u{feff}text\n<13>1 - - - - - -\n",
  ].map { Array($0.utf8) }

  /// Answers with a compressed name, an SOA record, text, a bitmap, and one that was cut short.
  static let dns: [[UInt8]] = {
    let question: [UInt8] = [
      3, 119, 119, 119, 7, 101, 120, 97, 109, 112, 108, 101, 4, 116, 101, 115, 116, 0, 0, 1, 0, 1,
    ]
    func message(_ records: [[UInt8]], flags: UInt8 = 0x84) -> [UInt8] {
      [0, 1, flags, 0, 0, 1, 0, UInt8(records.count), 0, 0, 0, 0] + question + records.flatMap { $0 }
    }
    func record(_ type: UInt8, _ data: [UInt8]) -> [UInt8] {
      [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, UInt8(data.count)] + data
    }
    return [
      message([record(1, [192, 0, 2, 80])]), message([], flags: 0x86),
      message([record(6, [0xc0, 16, 0xc0, 12] + [UInt8](repeating: 1, count: 20))]),
      message([record(16, [3, 97, 34, 200]), record(28, [UInt8](repeating: 7, count: 16))]),
      message([record(47, [0xc0, 12, 0, 2, 0x40, 1]), record(15, [0, 10, 0xc0, 16]), record(46, question + question)]),
    ]
  }()
}
