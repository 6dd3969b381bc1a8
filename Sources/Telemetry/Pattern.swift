internal import CRE2

/// A regular expression with RE2's syntax and linear running time: the only kind that user input reaches.
///
/// Compiling costs about 8 µs and 6 KB, so a parsed query or rule holds its patterns; there is no process-wide cache.
/// - Source: RE2 syntax; `\C` is refused, as Prometheus' Go library refuses it.
public final class Pattern: Sendable {
  public let text: String

  /// The compiled automaton: RE2 objects are immutable to callers and safe to share between threads.
  nonisolated(unsafe) private let compiled: OpaquePointer

  /// Upper bound of one pattern's compiled form and its lazily built automaton; the default is 2 MiB.
  public static let memoryLimitBytes = 2 << 20

  public init(_ text: String) throws(PatternError) {
    if text.contains("\\C") { throw PatternError(pattern: text, problem: "\\C is not supported") }
    self.text = text
    var bytes = text
    let outcome = bytes.withUTF8 { buffer -> Result<OpaquePointer, PatternError> in
      var message: UnsafeMutablePointer<CChar>?
      let length = buffer.count
      let handle = buffer.withMemoryRebound(to: CChar.self) { characters -> OpaquePointer? in
        if let base = characters.baseAddress {
          return watchkeeper_re2_compile(base, length, Self.memoryLimitBytes, &message)
        }
        return watchkeeper_re2_compile("", 0, Self.memoryLimitBytes, &message)
      }
      if let handle { return .success(handle) }
      let problem = message.map { String(cString: $0) } ?? "cannot be compiled"
      watchkeeper_re2_free_text(message)
      return .failure(PatternError(pattern: text, problem: problem))
    }
    compiled = try outcome.get()
  }

  deinit { watchkeeper_re2_free(compiled) }

  /// Instructions of the compiled form: what it cost to make.
  public var programSize: Int { Int(watchkeeper_re2_program_size(compiled)) }

  /// Whether the whole of `text` matches, as Prometheus' matchers demand.
  public func matchesWhole(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { buffer in
      buffer.withMemoryRebound(to: CChar.self) { characters in
        guard let base = characters.baseAddress else { return watchkeeper_re2_full_match(compiled, "", 0) == 1 }
        return watchkeeper_re2_full_match(compiled, base, characters.count) == 1
      }
    }
  }

  /// One match with its groups.
  public struct Match: Sendable {
    /// Byte ranges in the subject, group 0 (the whole match) first; `nil` for a group that took no part.
    public let groups: [Range<Int>?]
    public var whole: Range<Int> { groups[0] ?? 0..<0 }
  }

  public enum Anchoring: Sendable { case anywhere, whole }

  /// Finds the first match at or after the byte offset `start`.
  public func firstMatch(in bytes: [UInt8], from start: Int = 0, _ anchoring: Anchoring = .anywhere) -> Match? {
    let capacity = Int(watchkeeper_re2_group_count(compiled)) + 1
    var starts = [Int](repeating: -1, count: capacity)
    var ends = starts
    let found = bytes.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { characters -> Int32 in
        let anchored: Int32 = anchoring == .whole ? 1 : 0
        guard let base = characters.baseAddress else {
          return watchkeeper_re2_match(compiled, "", 0, 0, anchored, &starts, &ends, Int32(capacity))
        }
        return watchkeeper_re2_match(
          compiled, base, characters.count, start, anchored, &starts, &ends, Int32(capacity))
      }
    }
    guard found > 0 else { return nil }
    return Match(groups: zip(starts, ends).map { $0 < 0 ? nil : $0..<$1 })
  }

  /// Names of the groups from group 1 on; `nil` for an unnamed group.
  public var groupNames: [String?] {
    let count = Int(watchkeeper_re2_group_count(compiled))
    guard count > 0 else { return [] }
    return (1...count).map { index in watchkeeper_re2_group_name(compiled, Int32(index)).map { String(cString: $0) } }
  }
}

extension Pattern: Hashable {
  public static func == (left: Pattern, right: Pattern) -> Bool { left.text == right.text }
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// Why a regular expression was refused.
public struct PatternError: Error, Sendable, Equatable, CustomStringConvertible {
  public let pattern: String
  public let problem: String

  /// For whoever wrote the pattern into a file; RE2's own words stay.
  public var fault: SettingsFault { SettingsFault("fault.value.pattern", ["text": pattern, "problem": problem]) }

  public var description: String { "'\(pattern)' is not a regular expression: \(problem) – RE2 syntax applies" }
}
