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
  /// For all mounts together; the default is 1 s.
  static let timeMax = DispatchTimeInterval.seconds(1)

  private let stuck = StuckMounts()

  /// In the order of `paths`; `nil` where the question failed or was given up.
  func states(of paths: [String]) -> [VolumeState?] {
    var states = [VolumeState?](repeating: nil, count: paths.count)
    var next = 0
    let deadline = DispatchTime.now() + Self.timeMax
    while next < paths.count {
      let round = VolumeRound(paths: paths, from: next, stuck: stuck)
      guard round.start() else { return states }
      let isOnTime = round.finished.wait(timeout: deadline) == .success
      let (known, position) = round.giveUp()
      for (index, state) in known { states[index] = state }
      if isOnTime { break }
      next = position + 1  // the mount at `position` hangs; the rest deserves its own thread
    }
    return states
  }
}

/// Mounts whose thread has not come back.
final class StuckMounts: Sendable {
  private let paths = Mutex<Set<String>>([])

  func contains(_ path: String) -> Bool { paths.withLock { $0.contains(path) } }
  func insert(_ path: String) { paths.withLock { _ = $0.insert(path) } }
  func remove(_ path: String) { paths.withLock { _ = $0.remove(path) } }
}

/// One thread's work: the mounts from a position on.
private final class VolumeRound: Sendable {
  private struct Progress: Sendable {
    var states: [(Int, VolumeState)] = []
    var position: Int
    var isGivenUp = false
  }

  let finished = DispatchSemaphore(value: 0)
  private let paths: [String]
  private let stuck: StuckMounts
  private let progress: Mutex<Progress>

  init(paths: [String], from position: Int, stuck: StuckMounts) {
    self.paths = paths
    self.stuck = stuck
    progress = Mutex(Progress(position: position))
  }

  func start() -> Bool {
    DetachedThread.start { self.work() }
  }

  /// - Returns: what is known, and the position that was being asked.
  func giveUp() -> (states: [(Int, VolumeState)], position: Int) {
    progress.withLock { progress in
      progress.isGivenUp = true
      if progress.position < paths.count { stuck.insert(paths[progress.position]) }
      return (progress.states, progress.position)
    }
  }

  private func work() {
    defer { finished.signal() }
    while let index = nextPosition() {
      let state = stuck.contains(paths[index]) ? nil : VolumeState(ofMountAt: paths[index])
      let goesOn = progress.withLock { progress in
        if progress.isGivenUp { return false }
        if let state { progress.states.append((index, state)) }
        progress.position = index + 1
        return true
      }
      guard goesOn else { return stuck.remove(paths[index]) }
    }
  }

  private func nextPosition() -> Int? {
    progress.withLock { $0.isGivenUp || $0.position >= paths.count ? nil : $0.position }
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
