internal import Telemetry

/// One step of `query_response`: what must come, what is sent then, and whether encryption begins.
struct ExpectStep: Decodable, Hashable, Sendable {
  /// A label of `probe_expect_info`, whose value may name groups of the pattern.
  struct ExpectLabel: Decodable, Hashable, Sendable {
    let name: String
    let value: String

    private enum CodingKeys: String, CodingKey, CaseIterable { case name, value }
  }

  /// Lines are read until one matches.
  let expect: Pattern?
  /// Bytes are read until these have come.
  let expectBytes: [UInt8]
  /// A line; groups of the pattern may be named as `${1}`.
  let send: String
  let startsTLS: Bool
  let labels: [ExpectLabel]

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case expect, send, labels
    case expectBytes = "expect_bytes"
    case startsTLS = "starttls"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    expect = try fields.pattern(forKey: .expect)
    expectBytes = Array((try fields.decodeIfPresent(String.self, forKey: .expectBytes) ?? "").utf8)
    if expect != nil, !expectBytes.isEmpty {
      throw fields.problem(.expectBytes, "fault.stream.expect", beside: .expect)
    }
    send = try fields.decodeIfPresent(String.self, forKey: .send) ?? ""
    startsTLS = try fields.decodeIfPresent(Bool.self, forKey: .startsTLS) ?? false
    labels = try fields.decodeIfPresent([ExpectLabel].self, forKey: .labels) ?? []
    if !labels.isEmpty, expect == nil { throw fields.problem(.labels, "fault.stream.labels") }
    for label in labels where !ProbeDefinition.isLabelName(label.name) {
      throw fields.problem(.labels, "fault.probe.label", ["name": label.name])
    }
  }
}

/// Carries the steps of `query_response` out, as blackbox_exporter does.
struct ExpectDialogue: Dialogue {
  private let steps: [ExpectStep]
  private var position = 0
  /// What the last step with labels caught.
  private(set) var caught: [Label] = []
  /// Whether the peer ended without what was expected.
  private(set) var missesPattern = false
  private(set) var missesBytes = false

  init(_ steps: [ExpectStep]) { self.steps = steps }

  var awaited: String {
    guard position < steps.count else { return "the end" }
    if let pattern = steps[position].expect { return "a line that matches '\(pattern.text)'" }
    return steps[position].expectBytes.isEmpty ? "the end" : "\(steps[position].expectBytes.count) expected bytes"
  }

  mutating func next(
    _ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]
  ) -> DialogueStep {
    while position < steps.count {
      let step = steps[position]
      var line = Array(step.send.utf8)
      if let pattern = step.expect {
        guard let found = matchingLine(pattern, event, &input) else { return missed(event, &missesPattern) }
        line = []
        GroupTemplate(step.send, for: pattern).append(found.match, in: found.line, to: &line)
        if !step.labels.isEmpty {
          caught = step.labels.map { label in
            Label(label.name, GroupTemplate(label.value, for: pattern).expanded(found.match, in: found.line))
          }
        }
      } else if !step.expectBytes.isEmpty {
        guard let end = input.end(of: step.expectBytes) else {
          // What cannot be the beginning of the wanted bytes is not kept.
          input.drop(max(0, input.count - step.expectBytes.count + 1))
          return missed(event, &missesBytes)
        }
        input.drop(end)
      }
      position += 1
      if !line.isEmpty { output += line + [UInt8(ascii: "\n")] }
      if step.startsTLS { return .startTLS }
    }
    return .done
  }

  private func missed(_ event: DialogueEvent, _ fault: inout Bool) -> DialogueStep {
    guard event == .closed else { return .proceed }
    fault = true
    return .failed(ExchangeFailure("reason.stream.unexpected", "the server ended without \(awaited)"))
  }

  private func matchingLine(
    _ pattern: Pattern, _ event: DialogueEvent, _ input: inout StreamBuffer
  ) -> (line: [UInt8], match: Pattern.Match)? {
    while let line = input.line() {
      if let match = pattern.firstMatch(in: line) { return (line, match) }
    }
    // The last line may have no end.
    guard event == .closed, !input.isEmpty else { return nil }
    let rest = input.takeAll()
    return pattern.firstMatch(in: rest).map { (rest, $0) }
  }
}
