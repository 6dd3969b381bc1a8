import Glibc
import Interchange
import Telemetry
import TimeSeriesStore

let arguments = CommandLine.arguments
guard arguments.count > 2 else {
  print("usage: StoreBench steady|text|start|record|days|query FOLDER [NUMBER…]")
  exit(2)
}
let folder = arguments[2]
func number(_ index: Int) -> Int { arguments.count > index ? Int(arguments[index]) ?? 0 : 0 }

switch arguments[1] {
case "steady":
  try await steady(series: number(3), rounds: number(4))
case "text":
  try await scraped(hosts: number(3), rounds: number(4))
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

/// Bodies of exporters, 1,000 series each, read into a store: what a scrape costs behind the network.
func scraped(hosts: Int, rounds: Int) async throws {
  let clock = DrivenClock(at: midnight)
  let store = try EmbeddedStore(folder: folder, clock: clock)
  var tables = (0..<hosts).map { host in
    ScrapeTable(labelling: SeriesLabelling(target: LabelSet(["instance": "host-\(host):9100", "job": "node"])))
  }
  var (taken, reading, all) = (0, 0.0, 0.0)
  for round in 0..<rounds {
    for host in 0..<hosts {
      clock.move(to: midnight + Int64(round) * 15_000 + Int64(host * 15_000 / hosts))
      let body = Array(Load.body(of: host, round).utf8)
      let (thread, process) = (seconds(CLOCK_THREAD_CPUTIME_ID), seconds(CLOCK_PROCESS_CPUTIME_ID))
      let scrape = try tables[host].read(body, .text, at: clock.now) { labels throws(AppendError) in
        try store.reference(for: labels)
      }
      let accepted = store.append(scrape.batch).accepted
      // The first round makes the series.
      if round > 0 { reading += seconds(CLOCK_THREAD_CPUTIME_ID) - thread }
      if host % max(1, hosts / 15) == 0 { await store.commit() }
      if round > 0 {
        all += seconds(CLOCK_PROCESS_CPUTIME_ID) - process
        taken += accepted
      }
    }
  }
  tell("accepted", Double(taken))
  tell("read_samples_per_cpu_second", Double(taken) / reading)
  tell("all_samples_per_cpu_second", Double(taken) / all)
  await store.close()
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
  // The same samples for a peer.
  let openMetrics = arguments.count > 5 ? fopen(arguments[5], "w") : nil
  let names = recording.series.map { "\($0.labels)".replacing(", ", with: ",") }
  for round in 0..<rounds {
    clock.move(to: midnight + Int64(round) * step)
    var batch = SampleBatch()
    for (index, reference) in references.enumerated() {
      guard let value = recording.value(index, round) else { continue }
      batch.append(reference, at: clock.now, value)
      if let openMetrics {
        fputs("\(names[index]) \(value) \(clock.now.milliseconds / 1000)\n", openMetrics)
      }
    }
    store.append(batch)
    if round % 10 == 0 {
      store.closeChunks(.idle)
      await store.prune()
    }
    await store.commit()
    if round % 60 == 0 { await store.checkpoint() }
  }
  if let openMetrics {
    fputs("# EOF\n", openMetrics)
    fclose(openMetrics)
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
    let (read, chunks) = (bytesRead, store.statistics.reads)
    let cpu = seconds(CLOCK_PROCESS_CPUTIME_ID)
    began = seconds(CLOCK_MONOTONIC)
    let found = try await store.select([selection], limits: ReadLimits())[0]
    tell(name + "_seconds", seconds(CLOCK_MONOTONIC) - began)
    tell(name + "_cpu_seconds", seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu)
    tell(name + "_bytes_read", bytesRead - read)
    tell(name + "_chunks", Double(store.statistics.reads.chunks - chunks.chunks))
    tell(name + "_chunk_bytes", Double(store.statistics.reads.chunkBytes - chunks.chunkBytes))
    tell(name + "_series", Double(found.count))
    tell(name + "_samples", Double(found.reduce(0) { $0 + $1.count }))
  }
  tell("bytes_on_disk", bytesOnDisk(folder))
}
