internal import Dispatch
internal import Glibc
public import Records
internal import Synchronization
internal import Transfers

/// Reveals secrets to those who send them.
///
/// What a program printed is kept for some minutes, so that a check each second does not start one each second; after a
/// failure the last answer is used no longer.
public final class SecretVault: Sendable {
  private struct Kept {
    let secret: Secret
    let until: Duration
  }

  private let programs: ProgramRunner
  private let kept = Mutex<[[String]: Kept]>([:])

  /// How long a program's answer is used: 5 minutes.
  static let keptFor = Duration.seconds(300)
  /// A program has to answer within 10 s.
  static let patience = Duration.seconds(10)
  /// Programs whose answers are kept; more begin anew. 1,000.
  private static let keptMax = 1000

  init(programs: ProgramRunner) { self.programs = programs }

  func reveal(_ source: SecretSource) async throws(SecretFault) -> Secret {
    switch source {
    case .inline(let secret): return secret
    case .file(let path): return try SecretFile.read(path)
    case .environment(let name):
      guard let text = Self.variable(name) else { throw SecretFault("fault.secret.variable", ["name": name]) }
      return Secret(text)
    case .command(let words): return try await answer(of: words)
    }
  }

  static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  private func answer(of words: [String]) async throws(SecretFault) -> Secret {
    let now = NetworkLoop.now
    if let known = kept.withLock({ $0[words] }), known.until > now { return known.secret }
    var request = ProgramRequest(words: words)
    for name in ["PATH", "HOME", "USER", "LANG"] { request.environment[name] = Self.variable(name) }
    let problem: String
    switch await programs.run(request, within: Self.patience) {
    case .success(let outcome) where outcome.end == .code(0):
      if let secret = Secret(printed: outcome.output[...]), !secret.reveal().isEmpty {
        kept.withLock { kept in
          if kept.count >= Self.keptMax { kept.removeAll() }
          kept[words] = Kept(secret: secret, until: now + Self.keptFor)
        }
        return secret
      }
      problem = "it printed no text"
    case .success(let outcome): problem = "it ended with \(outcome.end)"
    case .failure(let failure): problem = "\(failure)"
    }
    throw SecretFault("fault.secret.command", ["program": words[0], "problem": problem])
  }

  /// For settings that are read where nothing can be awaited, at the start and at a reload; waits for the program.
  public func answerNow(of words: [String]) throws(SecretFault) -> Secret {
    let answer = Mutex<Result<Secret, SecretFault>?>(nil)
    let isThere = DispatchSemaphore(value: 0)
    Task.detached {
      do throws(SecretFault) {
        let secret = try await self.answer(of: words)
        answer.withLock { $0 = .success(secret) }
      } catch {
        answer.withLock { $0 = .failure(error) }
      }
      isThere.signal()
    }
    isThere.wait()
    let found = answer.withLock { $0 }
    guard let found else { throw SecretFault("fault.secret.command", ["program": words[0], "problem": ""]) }
    return try found.get()
  }
}
