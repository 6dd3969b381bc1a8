import Glibc
import Synchronization
import Telemetry

/// Wall-clock time moves when told; uptime is real, because reads are bounded by it.
final class DrivenClock: WallClock {
  private let milliseconds: Mutex<Int64>

  init(at milliseconds: Int64) { self.milliseconds = Mutex(milliseconds) }

  var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }
  var uptime: Duration { .nanoseconds(Int64(seconds(CLOCK_MONOTONIC) * 1e9)) }
  func move(to time: Int64) { milliseconds.withLock { $0 = time } }
  func sleep(untilUptime deadline: Duration) async throws { throw CancellationError() }
}

func seconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func text(_ path: String) -> String {
  guard let file = fopen(path, "r") else { return "" }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
  return String(decoding: bytes, as: UTF8.self)
}

/// A number of one of the files of /proc/self.
func field(_ name: String, of file: String) -> Double {
  for line in text("/proc/self/" + file).split(separator: "\n") where line.hasPrefix(name + ":") {
    return line.split(whereSeparator: { " \t:".contains($0) }).dropFirst().first.flatMap { Double($0) } ?? 0
  }
  return 0
}

var privateBytes: Double { field("RssAnon", of: "status") * 1024 }
var bytesRead: Double { field("rchar", of: "io") }

func files(_ folder: String) -> [String] {
  guard let directory = opendir(folder) else { return [] }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    if name.hasPrefix("samples-") { names.append(folder + "/" + name) }
  }
  return names.sorted()
}

func bytesOnDisk(_ folder: String) -> Double {
  files(folder).reduce(0) { sum, path in
    var status = stat()
    return stat(path, &status) == 0 ? sum + Double(status.st_size) : sum
  }
}

/// Lets the kernel forget what it holds of the store's files.
func dropCaches(_ folder: String) {
  for path in files(folder) {
    let descriptor = open(path, O_RDONLY)
    fsync(descriptor)
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
    close(descriptor)
  }
}

/// One figure a line: `name value`; the script makes the table.
///
/// Written at once: the process may end by a kill of its own.
func tell(_ name: String, _ value: Double) {
  let line = "\(name) \(value)\n"
  _ = line.withCString { write(1, $0, strlen($0)) }
}
