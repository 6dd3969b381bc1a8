import Glibc
import Telemetry
import TimeSeriesStore

let arguments = CommandLine.arguments
guard arguments.count > 2 else {
  print("usage: StoreBench steady|start|record|days|query FOLDER [NUMBER…]")
  exit(2)
}
let folder = arguments[2]
func number(_ index: Int) -> Int { arguments.count > index ? Int(arguments[index]) ?? 0 : 0 }

switch arguments[1] {
case "steady":
  try await steady(series: number(3), rounds: number(4))
case "start":
  try await start()
case "record":
  try await replay(Recording(arguments[3]), hours: number(4))
case "days":
  try await days(series: number(3), days: number(4))
case "query":
  try await query(hosts: number(3), fromHour: number(4), hours: number(5))
default:
  exit(2)
}

/// Rounds of 15 s, then the end that a crash is.
func steady(series: Int, rounds: Int) async throws {
  let clock = DrivenClock(at: midnight)
  let store = try EmbeddedStore(folder: folder, clock: clock)
  let before = privateBytes
  var feeding = try Feeding(store, clock, series: series, intervalSeconds: 15, slices: 15)
  var highest = 0.0
  let cpu = seconds(CLOCK_PROCESS_CPUTIME_ID)
  var made = 0.0
  for round in 0..<rounds {
    let start = seconds(CLOCK_THREAD_CPUTIME_ID)
    await feeding.run(round: round)
    made += seconds(CLOCK_THREAD_CPUTIME_ID) - start
    highest = max(highest, privateBytes)
  }
  tell("accepted", Double(feeding.accepted))
  tell("append_samples_per_cpu_second", Double(feeding.accepted) / feeding.appendSeconds)
  tell("all_cpu_seconds", seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu)
  tell("private_bytes", privateBytes)
  // The driver's own: a reference, and a second's batch.
  let own = Double(series * MemoryLayout<SeriesReference>.stride + series / 15 * 24)
  tell("private_bytes_per_series", (privateBytes - before - own) / Double(series))
  tell("highest_private_bytes_per_series", (highest - before - own) / Double(series))
  tell("bytes_on_disk", bytesOnDisk(folder))
  kill(getpid(), SIGKILL)
}

func start() async throws {
  dropCaches(folder)
  let wall = seconds(CLOCK_MONOTONIC)
  let cpu = seconds(CLOCK_PROCESS_CPUTIME_ID)
  let store = try EmbeddedStore(folder: folder, clock: DrivenClock(at: midnight))
  tell("start_seconds", seconds(CLOCK_MONOTONIC) - wall)
  tell("start_cpu_seconds", seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu)
  tell("private_bytes", privateBytes)
  tell("peak_bytes", field("VmHWM", of: "status") * 1024)
  tell("known_series", Double(store.statistics.knownSeries))
  tell("bytes_on_disk", bytesOnDisk(folder))
}

func replay(_ recording: Recording, hours: Int) async throws {
  let clock = DrivenClock(at: midnight)
  let store = try EmbeddedStore(folder: folder, clock: clock)
  let references = try recording.series.map { try store.reference(for: $0.labels) }
  let step = (recording.times.last! - recording.times[0] + 5000) / Int64(recording.times.count - 1) / 1000 * 1000
  let rounds = hours * 3_600_000 / Int(step)
  for round in 0..<rounds {
    clock.move(to: midnight + Int64(round) * step)
    var batch = SampleBatch()
    for (index, reference) in references.enumerated() {
      if let value = recording.value(index, round) { batch.append(reference, at: clock.now, value) }
    }
    store.append(batch)
    if round % 10 == 0 {
      store.closeChunks(.idle)
      await store.prune()
    }
    await store.commit()
    if round % 60 == 0 { await store.checkpoint() }
  }
  let samples = Double(store.statistics.samplesAppended)
  tell("series", Double(references.count))
  tell("recorded_rounds", Double(recording.times.count))
  tell("step_milliseconds", Double(step))
  tell("samples", samples)
  await store.checkpoint()
  tell("open_bytes_per_sample", bytesOnDisk(folder) / samples)
  clock.move(to: midnight + 30 * 3_600_000)
  await store.sealFinishedDays(at: clock.now)
  tell("sealed_bytes_per_sample", bytesOnDisk(folder) / samples)
  await store.close()
}

func days(series: Int, days: Int) async throws {
  let clock = DrivenClock(at: midnight)
  let store = try EmbeddedStore(folder: folder, clock: clock)
  var feeding = try Feeding(store, clock, series: series, intervalSeconds: 60, slices: 1)
  for round in 0..<days * 1440 {
    await feeding.run(round: round)
    if round % 1440 == 300 { await store.sealFinishedDays(at: clock.now) }
  }
  await store.close()
  for path in files(folder) { print("#", path) }
  tell("accepted", Double(feeding.accepted))
  tell("bytes_on_disk", bytesOnDisk(folder))
}

/// All series of some hosts.
func query(hosts: Int, fromHour: Int, hours: Int) async throws {
  dropCaches(folder)
  let from = midnight + Int64(fromHour) * 3_600_000
  let clock = DrivenClock(at: from)
  var began = seconds(CLOCK_MONOTONIC)
  let store = try EmbeddedStore(folder: folder, clock: clock)
  tell("open_seconds", seconds(CLOCK_MONOTONIC) - began)
  dropCaches(folder)
  let names = (0..<hosts).map { "host-\($0)\\.example\\.net:9100" }.joined(separator: "|")
  let selection = SeriesSelection(
    [LabelMatcher("instance", .matches(try Pattern(names)))], after: Timestamp(milliseconds: from),
    through: Timestamp(milliseconds: from + Int64(hours) * 3_600_000))
  for name in ["cold", "warm"] {
    let read = bytesRead
    let cpu = seconds(CLOCK_PROCESS_CPUTIME_ID)
    began = seconds(CLOCK_MONOTONIC)
    let found = try await store.select([selection], limits: ReadLimits())[0]
    tell(name + "_seconds", seconds(CLOCK_MONOTONIC) - began)
    tell(name + "_cpu_seconds", seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu)
    tell(name + "_bytes_read", bytesRead - read)
    tell(name + "_series", Double(found.count))
    tell(name + "_samples", Double(found.reduce(0) { $0 + $1.count }))
  }
  tell("bytes_on_disk", bytesOnDisk(folder))
}
