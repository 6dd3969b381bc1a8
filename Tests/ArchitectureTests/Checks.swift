/// What a check found: where, and what to do.
struct Finding: CustomStringConvertible {
  let path: String
  let line: Int
  let problem: String

  var description: String { "\(path):\(line): \(problem)" }
}

enum Checks {
  static let fileLineLimit = 500
  static let functionLineLimit = 70

  static func imports(_ source: SwiftSource, in module: String) -> [Finding] {
    guard let rule = moduleTable[module] else {
      return [Finding(path: source.path, line: 1, problem: "module '\(module)' is not in the module table")]
    }
    return source.imports.compactMap { module, line in
      if rule.ours.contains(module) || rule.others.contains(module) { return nil }
      let why =
        moduleTable[module].map { "that is '\($0.purpose)', which is not below '\(rule.purpose)'" }
        ?? "a third-party module needs its line in the module table"
      return Finding(path: source.path, line: line, problem: "must not import \(module): \(why)")
    }
  }

  static func sizes(_ source: SwiftSource) -> [Finding] {
    var findings: [Finding] = []
    if source.lineCount > fileLineLimit {
      findings.append(
        Finding(path: source.path, line: 1, problem: "\(source.lineCount) lines, the budget is \(fileLineLimit)"))
    }
    for function in source.functions where function.length > functionLineLimit {
      findings.append(
        Finding(
          path: source.path, line: function.line,
          problem: "'\(function.name)' has \(function.length) lines, the budget is \(functionLineLimit)"))
    }
    return findings
  }

  /// Words that say nothing about what a type is for.
  static let emptyWords = ["Utils", "Helpers", "Common", "Manager"]

  static func names(_ source: SwiftSource) -> [Finding] {
    var findings: [Finding] = []
    for word in emptyWords where source.fileName.contains(word) {
      findings.append(Finding(path: source.path, line: 1, problem: "the file name says '\(word)': name the idea"))
    }
    for (index, line) in source.code.enumerated() {
      for keyword in ["struct ", "class ", "enum ", "actor ", "protocol "] {
        guard let range = line.firstRange(of: keyword) else { continue }
        let name = line[range.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        if let word = emptyWords.first(where: { name.contains($0) }) {
          findings.append(
            Finding(path: source.path, line: index + 1, problem: "'\(name)' says '\(word)': name the idea"))
        }
        if moduleTable[String(name)] != nil {
          findings.append(
            Finding(path: source.path, line: index + 1, problem: "a type must not bear the name of module '\(name)'"))
        }
      }
    }
    return findings
  }

  /// Calls that reach round `World` or bring the program down, and the files that may make them, each with its reason.
  static let forbiddenCalls: [(call: String, why: String, allowed: [String: String])] = [
    ("Date()", "time comes from World.clock", [:]),
    ("Task.sleep", "waiting goes through World.clock", ["LiveClock.swift": "it is World.clock"]),
    (
      "clock_gettime", "time comes from World.clock",
      [
        "LiveClock.swift": "it is World.clock",
        "HostSampler.swift": "the time that a collector takes is one of its metrics",
        "SystemCollectors.swift": "node_time_seconds is the kernel's clock, read with the other values",
        "ProcessUsage.swift": "processor time is no time of day",
        "TransferEngine.swift": "libcurl's timeouts run on its own thread",
      ]
    ),
    ("ContinuousClock", "time comes from World.clock", [:]),
    ("SystemRandomNumberGenerator", "randomness comes from World.identifiers", [:]),
    (".random(in", "randomness comes from World.identifiers", [:]),
    ("fatalError(", "a trap stops every page: throw, or precondition with a sentence", [:]),
    ("try!", "a trap stops every page: throw", [:]),
    ("as!", "a trap stops every page: use as?", [:]),
    ("print(", "output goes through Terminal or the log", [:]),
    ("TODO", "finish it or write an issue", [:]),
    ("FIXME", "finish it or write an issue", [:]),
    (
      "@unchecked Sendable", "the compiler cannot check it: give the file a line here with the reason",
      [
        "ThreadedRuns.swift": "a probe's state is owned by whoever took it out of the mutex",
        "TransferJob.swift": "a job belongs to the engine's one thread between start and end",
      ]
    ),
  ]

  static func calls(_ source: SwiftSource) -> [Finding] {
    var findings: [Finding] = []
    for rule in forbiddenCalls where rule.allowed[source.fileName] == nil {
      for (index, line) in source.code.enumerated() where contains(rule.call, in: line) {
        findings.append(Finding(path: source.path, line: index + 1, problem: "'\(rule.call)': \(rule.why)"))
      }
    }
    return findings
  }

  /// A match that does not start inside a longer word.
  private static func contains(_ call: String, in line: String) -> Bool {
    line.ranges(of: call).contains { range in
      guard range.lowerBound > line.startIndex else { return true }
      let before = line[line.index(before: range.lowerBound)]
      return !(before.isLetter || before.isNumber || before == "_") || call.first == "."
    }
  }

  /// A runner's work is done by threads that a thousand tests at a time leave to nobody: see `scripts/test`.
  static func turns(_ source: SwiftSource) -> [Finding] {
    guard !source.path.contains("/ProbesTests/") else { return [] }
    let makers = source.code.indices.filter { contains("ProbeRunner(", in: source.code[$0]) }
    guard !makers.isEmpty, !source.code.contains(where: { $0.hasPrefix("extension OneAfterAnother") }) else {
      return []
    }
    return makers.map {
      Finding(path: source.path, line: $0 + 1, problem: "who runs a runner lies in an 'extension OneAfterAnother'")
    }
  }

  /// Pure modules neither wait nor lock nor touch the system.
  static let impureWords = ["await ", " async ", "Mutex(", "Glibc.", "fopen("]
  /// Files of pure modules that hold ports or test support, which may name `async`.
  static func isPort(_ path: String) -> Bool {
    path.contains("/Ports/") || path.hasSuffix("/MemoryJournal.swift") || path.hasSuffix("/MemorySeries.swift")
  }

  static func purity(_ source: SwiftSource, in module: String) -> [Finding] {
    guard moduleTable[module]?.isPure == true, !isPort(source.path) else { return [] }
    var findings: [Finding] = []
    for (index, line) in source.code.enumerated() {
      for word in impureWords where contains(word, in: line) {
        findings.append(
          Finding(path: source.path, line: index + 1, problem: "'\(word)' in a pure module: decide in values"))
      }
    }
    return findings
  }
}
