internal import CLinux
internal import Dispatch
internal import Glibc
internal import Synchronization

/// The size of a mounted file system, in bytes and file nodes.
struct VolumeState: Sendable {
  let size: Double
  let free: Double
  /// For users without privileges.
  let available: Double
  let files: Double
  let filesFree: Double

  /// Blocks as long as the file system does. - Returns: `nil` when the question fails.
  init?(ofMountAt path: String) {
    var state = statvfs()
    guard statvfs(path, &state) == 0 else { return nil }
    let block = Double(state.f_frsize)
    size = Double(state.f_blocks) * block
    free = Double(state.f_bfree) * block
    available = Double(state.f_bavail) * block
    files = Double(state.f_files)
    filesFree = Double(state.f_ffree)
  }
}

/// Asks for the sizes of file systems on a thread of its own, because a dead network mount never answers.
///
/// A mount that lets its time pass is given up: its thread stays behind, the mount is not asked again until that thread
/// comes back, and the others are asked on a new thread. So there is at most one stuck thread for each dead mount.
final class VolumeReader {
  private let patience: DispatchTimeInterval
  private let ask: @Sendable (String) -> VolumeState?
  private let stuck: StuckMounts

  /// Mounts that may be given up in one round; the rest is left out of it. Keeps a round inside its probe's timeout
  /// when a server with many mounts dies. The default is 3.
  static let givenUpMax = 3

  /// - Parameters:
  ///   - patience: how long one thread's mounts may take together; the default is 1 s.
  ///   - stuck: by default shared by all readers of the program, so that they have one stuck thread for a mount together.
  init(
    patience: DispatchTimeInterval = .seconds(1), stuck: StuckMounts = .ofProgram,
    ask: @escaping @Sendable (String) -> VolumeState? = { VolumeState(ofMountAt: $0) }
  ) {
    self.patience = patience
    self.stuck = stuck
    self.ask = ask
  }

  func sharesStuckMounts(with other: VolumeReader) -> Bool { stuck === other.stuck }

  /// In the order of `paths`; `nil` where the question failed or was given up.
  func states(of paths: [String]) -> [VolumeState?] {
    var states = [VolumeState?](repeating: nil, count: paths.count)
    var next = 0
    for _ in 0..<Self.givenUpMax where next < paths.count {
      let round = VolumeRound(paths: paths, from: next, stuck: stuck, ask: ask)
      guard round.start() else { return states }
      _ = round.finished.wait(timeout: .now() + patience)
      let (known, position) = round.end()
      for (index, state) in known { states[index] = state }
      next = position
    }
    return states
  }
}

/// Mounts whose thread has not come back.
final class StuckMounts: Sendable {
  static let ofProgram = StuckMounts()

  private let paths = Mutex<Set<String>>([])

  func contains(_ path: String) -> Bool { paths.withLock { $0.contains(path) } }
  func insert(_ path: String) { paths.withLock { _ = $0.insert(path) } }
  func remove(_ path: String) { paths.withLock { _ = $0.remove(path) } }
}

/// One thread's work: the mounts from a position on.
private final class VolumeRound: Sendable {
  private struct Progress: Sendable {
    var states: [(Int, VolumeState)] = []
    /// The first mount that is not done.
    var position: Int
    var isAsking = false
    var isEnded = false
  }

  let finished = DispatchSemaphore(value: 0)
  private let paths: [String]
  private let stuck: StuckMounts
  private let ask: @Sendable (String) -> VolumeState?
  private let progress: Mutex<Progress>

  init(paths: [String], from position: Int, stuck: StuckMounts, ask: @escaping @Sendable (String) -> VolumeState?) {
    self.paths = paths
    self.stuck = stuck
    self.ask = ask
    progress = Mutex(Progress(position: position))
  }

  func start() -> Bool {
    DetachedThread.start { self.work() }
  }

  /// Ends the round. A mount that is being asked at this moment is stuck; its thread takes the mark away when it
  /// comes back. - Returns: what is known, and the first mount that another round is to ask.
  func end() -> (states: [(Int, VolumeState)], next: Int) {
    progress.withLock { progress in
      progress.isEnded = true
      guard progress.isAsking else { return (progress.states, progress.position) }
      stuck.insert(paths[progress.position])
      return (progress.states, progress.position + 1)
    }
  }

  private func work() {
    defer { finished.signal() }
    while let index = begin() {
      let state = ask(paths[index])
      let goesOn = progress.withLock { progress in
        if progress.isEnded { return false }
        if let state { progress.states.append((index, state)) }
        progress.position = index + 1
        progress.isAsking = false
        return true
      }
      guard goesOn else { return stuck.remove(paths[index]) }
    }
  }

  /// The next mount to ask, past those that are stuck; `nil` at the end.
  private func begin() -> Int? {
    progress.withLock { progress in
      while progress.position < paths.count, stuck.contains(paths[progress.position]) { progress.position += 1 }
      guard !progress.isEnded, progress.position < paths.count else { return nil }
      progress.isAsking = true
      return progress.position
    }
  }
}

/// A thread that nobody joins.
enum DetachedThread {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// - Returns: `false` when the system has no thread left.
  static func start(_ run: @escaping @Sendable () -> Void) -> Bool {
    let body = Unmanaged.passRetained(Body(run))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, body.toOpaque())
    guard code == 0 else {
      body.release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}
