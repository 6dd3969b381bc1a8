import Foundation
import LoopbackServers
import Synchronization
import Testing

@testable import Probes

/// Signals that reached a thread of these tests.
private let interruptions = Atomic<Int>(0)

@Suite("How programs end", .timeLimit(.minutes(1)))
struct ProgramRunnerTests {
  @Test("a signal does not end the waiting for a program")
  func interruption() async throws {
    let words: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/sleep"), strdup("600"), nil]
    defer { for word in words { free(word) } }
    var process: pid_t = 0
    try #require(posix_spawn(&process, "/bin/sleep", nil, nil, words, nil) == 0)
    // Without SA_RESTART, so that what the thread waits for is interrupted.
    _ = interruptions.load(ordering: .relaxed)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in interruptions.add(1, ordering: .relaxed) }
    sigaction(SIGUSR2, &action, nil)

    let thread = Mutex<pthread_t?>(nil)
    let ending = Mutex<Result<ProgramRunner.Ending, ProgramProblem>?>(nil)
    Thread { [process] in
      // Whoever made this thread may have had them blocked.
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGUSR2)
      pthread_sigmask(SIG_UNBLOCK, &signals, nil)
      thread.withLock { $0 = pthread_self() }
      let found = ProgramRunner.ending(of: process)
      ending.withLock { $0 = found }
    }.start()
    let waiting = try #require(await patiently(until: { $0 != nil }) { thread.withLock { $0 } })
    // The first ones may come before it waits.
    for number in 1...100 where ending.withLock({ $0 }) == nil {
      pthread_kill(waiting, SIGUSR2)
      _ = await patiently(for: .seconds(5), until: { $0 >= number }) { interruptions.load(ordering: .relaxed) }
    }
    #expect(ending.withLock { $0 } == nil, "it waits on")
    kill(process, SIGKILL)
    let found = await patiently(until: { $0 != nil }) { ending.withLock { $0 } }
    #expect(try found?.get().status == SIGKILL)
  }

  @Test("a program whose end somebody else has waited for is no success")
  func lost() async {
    let loop = NetworkLoop()
    defer { loop.stop() }
    let runner = ProgramRunner(on: loop) { process in
      waitpid(process, nil, 0)
      return ProgramRunner.ending(of: process)
    }
    let outcome = await runner.run(ProgramRequest(words: ["/bin/sh", "-c", "echo well; exit 2"]), within: .seconds(30))
    guard case .failure(let problem) = outcome else { return #expect(Bool(false), "\(outcome)") }
    #expect(problem == .unwaited("No child processes"))
  }
}
