internal import CLinux
internal import Glibc

/// A program to run, without a shell.
struct ProgramRequest: Sendable {
  /// The path, then its arguments.
  let words: [String]
  /// All that the program sees of an environment.
  var environment: [String: String] = [:]
  var folder: String?
  /// A program that prints more is ended. The default is 64 KiB.
  var outputBytesMax = 64 << 10
  /// The default is 4 GiB of addresses.
  var memoryBytesMax = 4 << 30
}

/// How a program ended, and what it said.
struct ProgramOutcome: Sendable {
  enum End: Sendable, Equatable { case code(Int32), signal(Int32) }
  let end: End
  let output: [UInt8]
  /// Its standard error, the first 4 KiB.
  let errors: [UInt8]
  /// Processor time of the program and of what it waited for.
  let processor: Duration
}

/// Why there is no outcome.
enum ProgramProblem: Error, Equatable {
  /// With the system's words.
  case notStarted(String)
  /// It ran, and how it ended cannot be known; with the system's words.
  case unwaited(String)
  case timedOut
  case tooMuchOutput
  case overloaded
}

/// Runs programs of others: checks and what prints secrets. One thread waits for all of them, by a descriptor for each
/// process; none costs a thread or is waited for by polling.
actor ProgramRunner: LoopClient {
  /// Programs at a time; the default is 32.
  static let programsMax = 32
  /// Programs that wait for room; the default is 1,000.
  static let waitingMax = 1000
  static let errorBytesMax = 4096

  /// What a watched descriptor is.
  private enum Part: UInt64 { case output, errors, process, ending, killing }

  private final class Run {
    let request: ProgramRequest
    let until: Duration
    var waiter: CheckedContinuation<Result<ProgramOutcome, ProgramProblem>, Never>?
    var process: pid_t = 0
    var output: Int32 = -1
    var errors: Int32 = -1
    var handle: Int32 = -1
    var watches: [NetworkLoop.WatchID] = []
    var deadlines: [NetworkLoop.DeadlineID] = []
    var outputBytes: [UInt8] = []
    var errorBytes: [UInt8] = []
    var problem: ProgramProblem?

    init(_ request: ProgramRequest, until: Duration) {
      self.request = request
      self.until = until
    }
  }

  nonisolated let loop: NetworkLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private var runs: [UInt64: Run] = [:]
  private var waiting: [(number: UInt64, run: Run)] = []
  private var nextNumber: UInt64 = 0
  private var buffer = [UInt8](repeating: 0, count: 16 << 10)

  /// How a process ended, as wait(2) writes it, and its processor time.
  struct Ending: Sendable, Equatable {
    let status: Int32
    let processor: Duration
  }

  typealias Wait = @Sendable (pid_t) -> Result<Ending, ProgramProblem>
  private let wait: Wait

  /// - Parameter wait: for a process that has ended.
  init(on loop: NetworkLoop, wait: @escaping Wait = ProgramRunner.ending) {
    self.loop = loop
    self.wait = wait
  }

  static func ending(of process: pid_t) -> Result<Ending, ProgramProblem> {
    var status: Int32 = 0
    var processor: Int64 = 0
    let failed = watchkeeper_reap(process, &status, &processor)
    return failed < 0
      ? .failure(.unwaited(words(-failed))) : .success(Ending(status: status, processor: .nanoseconds(processor)))
  }

  /// Runs the program to its end, at most for `limit`: then its group is asked to end and, a tenth of the limit later
  /// and at most a second, killed.
  func run(_ request: ProgramRequest, within limit: Duration) async -> Result<ProgramOutcome, ProgramProblem> {
    nextNumber += 1
    let number = nextNumber
    let run = Run(request, until: NetworkLoop.now + limit)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        run.waiter = waiter
        admit(run, number, limit)
      }
    } onCancel: {
      Task { await self.giveUp(number) }
    }
  }

  private func admit(_ run: Run, _ number: UInt64, _ limit: Duration) {
    let patience = limit - min(.seconds(1), limit / 10)
    run.deadlines = [
      loop.schedule(at: run.until - limit + patience, key: Self.key(number, .ending), self),
      loop.schedule(at: run.until, key: Self.key(number, .killing), self),
    ]
    if runs.count < Self.programsMax {
      start(run, number)
    } else if waiting.count < Self.waitingMax {
      waiting.append((number, run))
    } else {
      answer(run, .failure(.overloaded))
    }
  }

  private static func key(_ number: UInt64, _ part: Part) -> UInt64 { number << 3 | part.rawValue }

  // MARK: Starting

  private func start(_ run: Run, _ number: UInt64) {
    var (output, errors): (Int32, Int32) = (-1, -1)
    guard watchkeeper_output_pipe(&run.output, &output) == 0, watchkeeper_output_pipe(&run.errors, &errors) == 0 else {
      let problem = Self.words(errno)
      if output >= 0 { close(output) }
      closeAll(run)
      return answer(run, .failure(.notStarted(problem)))
    }
    let process = Self.spawn(run.request, within: run.until - NetworkLoop.now, output: output, errors: errors)
    close(output)
    close(errors)
    guard process > 0 else {
      closeAll(run)
      return answer(run, .failure(.notStarted(Self.words(-process))))
    }
    run.process = process
    run.handle = watchkeeper_process_descriptor(process)
    runs[number] = run
    for (descriptor, part) in [(run.output, Part.output), (run.errors, .errors), (run.handle, .process)] {
      if let watch = loop.watch(descriptor, for: .read, key: Self.key(number, part), self) { run.watches.append(watch) }
    }
    if run.watches.count < 3 {
      run.problem = .notStarted("the kernel watches no more descriptors")
      kill(-process, SIGKILL)
      finish(number, run)
    }
  }

  private static func spawn(
    _ request: ProgramRequest, within limit: Duration, output: Int32, errors: Int32
  ) -> pid_t {
    var limits = watchkeeper_program_limits()
    limits.address_space_bytes = UInt64(max(0, request.memoryBytesMax))
    // A process that catches every signal still ends.
    limits.processor_seconds = UInt64(max(1, limit.components.seconds + 2))
    limits.file_bytes = 100 << 20
    return withStrings(request.words) { arguments in
      withStrings(request.environment.map { "\($0.key)=\($0.value)" }.sorted()) { environment in
        watchkeeper_start_program(request.words[0], arguments, environment, request.folder, output, errors, &limits)
      }
    }
  }

  private static func withStrings<Answer>(
    _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Answer
  ) -> Answer {
    var words: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
    defer { for word in words { free(word) } }
    words.append(nil)
    return body(words)
  }

  private static func words(_ number: Int32) -> String { String(cString: strerror(number)) }

  // MARK: While it runs

  nonisolated func socketIsReady(_ key: UInt64, _ readiness: Readiness) {
    assumeIsolated { runner in
      let number = key >> 3
      guard let run = runner.runs[number] else { return }
      switch Part(rawValue: key & 7) {
      case .output: runner.read(run, isOutput: true)
      case .errors: runner.read(run, isOutput: false)
      default: runner.finish(number, run)
      }
    }
  }

  nonisolated func deadlineCame(_ key: UInt64) {
    assumeIsolated { runner in
      let number = key >> 3
      if let run = runner.runs[number] {
        run.problem = run.problem ?? .timedOut
        kill(-run.process, Part(rawValue: key & 7) == .killing ? SIGKILL : SIGTERM)
        // What the kernel cannot end now is taken note of later; nobody waits for it.
        if Part(rawValue: key & 7) == .killing { runner.answer(run, .failure(.timedOut)) }
      } else if let index = runner.waiting.firstIndex(where: { $0.number == number }) {
        runner.answer(runner.waiting.remove(at: index).run, .failure(.overloaded))
      }
    }
  }

  private func giveUp(_ number: UInt64) {
    if let run = runs[number] {
      run.problem = run.problem ?? .timedOut
      kill(-run.process, SIGKILL)
    } else if let index = waiting.firstIndex(where: { $0.number == number }) {
      answer(waiting.remove(at: index).run, .failure(.timedOut))
    }
  }

  private func read(_ run: Run, isOutput: Bool) {
    let descriptor = isOutput ? run.output : run.errors
    while descriptor >= 0 {
      let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 { return }
      if count == 0 { return endReading(run, isOutput) }
      if isOutput {
        run.outputBytes += buffer[..<count]
        guard run.outputBytes.count <= run.request.outputBytesMax else {
          run.problem = run.problem ?? .tooMuchOutput
          kill(-run.process, SIGKILL)
          return endReading(run, isOutput)
        }
      } else {
        run.errorBytes += buffer[..<min(count, Self.errorBytesMax - run.errorBytes.count)]
      }
      // One program that prints without end must not keep the others from being looked at.
      if count < buffer.count { return }
    }
  }

  private func endReading(_ run: Run, _ isOutput: Bool) {
    loop.unwatch(run.watches[isOutput ? 0 : 1])
    close(isOutput ? run.output : run.errors)
    if isOutput { run.output = -1 } else { run.errors = -1 }
  }

  // MARK: Its end

  /// The process has ended; what it started and left behind is killed, what it printed is read.
  private func finish(_ number: UInt64, _ run: Run) {
    runs[number] = nil
    kill(-run.process, SIGKILL)
    let ending = wait(run.process)
    read(run, isOutput: true)
    read(run, isOutput: false)
    closeAll(run)
    let outcome = ending.map { ending in
      let signal = ending.status & 0x7f
      return ProgramOutcome(
        end: signal == 0 ? .code(ending.status >> 8 & 0xff) : .signal(signal), output: run.outputBytes,
        errors: run.errorBytes, processor: ending.processor)
    }
    answer(run, run.problem.map { .failure($0) } ?? outcome)
    while runs.count < Self.programsMax, !waiting.isEmpty {
      let next = waiting.removeFirst()
      start(next.run, next.number)
    }
  }

  private func closeAll(_ run: Run) {
    for (index, descriptor) in [run.output, run.errors, run.handle].enumerated() where descriptor >= 0 {
      if index < run.watches.count { loop.unwatch(run.watches[index]) }
      close(descriptor)
    }
    (run.output, run.errors, run.handle) = (-1, -1, -1)
  }

  private func answer(_ run: Run, _ result: Result<ProgramOutcome, ProgramProblem>) {
    for deadline in run.deadlines { loop.cancel(deadline) }
    run.waiter?.resume(returning: result)
    run.waiter = nil
  }
}
