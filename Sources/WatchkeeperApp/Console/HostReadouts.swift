internal import Telemetry
internal import WebInterface
internal import Wording

/// The current figures of a host.
struct HostReadouts {
  let figures: HostFigures
  /// 0 to 100: where a rule warns.
  let filesystemThreshold: Double?

  /// Above it a figure is drawn as a warning when no rule says otherwise; percent.
  static let fullPercent = 95.0

  /// A figure that is not known is there without a value.
  var readouts: [Readout] {
    [cpu, memory, load, pressure, filesystem, disk, network]
  }

  /// Those that are known, by id.
  var values: [String: Double] {
    Dictionary(uniqueKeysWithValues: readouts.compactMap { readout in readout.value.map { (readout.id, $0) } })
  }

  private var cpu: Readout {
    Readout(
      id: "cpu", label: Phrase("console.readout.cpu"), value: figures.cpuPercent, unit: .percent, full: 100,
      remark: figures.cores.map { Phrase("console.readout.cores", ["count": String(Int($0))]) })
  }

  private var memory: Readout {
    let isFull = (figures.memoryPercent ?? 0) >= Self.fullPercent
    return Readout(
      id: "memory", label: Phrase("console.readout.memory"), value: figures.memoryPercent, unit: .percent, full: 100,
      threshold: Self.fullPercent,
      suffix: figures.memoryBytes.map { Phrase("console.readout.of", ["bytes": String($0)]) },
      state: isFull ? .warning : .ok)
  }

  private var load: Readout {
    Readout(
      id: "load", label: Phrase("console.readout.load"), value: figures.load, unit: .plain, full: figures.cores,
      remark: Phrase("console.readout.minute"), suffix: figures.cores.map { .verbatim("/ \(Int($0))") })
  }

  private var pressure: Readout {
    Readout(
      id: "pressure", label: Phrase("console.readout.pressure"), value: figures.pressurePercent, unit: .percent,
      full: 100)
  }

  private var filesystem: Readout {
    let worst = figures.worstFilesystem
    let threshold = filesystemThreshold ?? Self.fullPercent
    let isFull = (worst?.usedPercent ?? 0) >= threshold
    return Readout(
      id: "filesystem", label: Phrase("console.readout.filesystem"), value: worst?.usedPercent, unit: .percent,
      full: 100, threshold: threshold, remark: worst.flatMap(FilesystemOutlook.phrase),
      suffix: worst.map { .verbatim($0.mountpoint) }, state: isFull ? .warning : .ok)
  }

  private var disk: Readout {
    let busiest = figures.busiestDisk
    return Readout(
      id: "disk", label: Phrase("console.readout.disk"), value: busiest?.rate, unit: .bytesPerSecond,
      suffix: busiest.map { .verbatim($0.device) })
  }

  private var network: Readout {
    let busiest = figures.busiestNetwork
    return Readout(
      id: "network", label: Phrase("console.readout.network"), value: busiest?.rate, unit: .bytesPerSecond,
      suffix: busiest.map { .verbatim($0.device) })
  }
}

/// When a file system is full at its pace.
enum FilesystemOutlook {
  /// Farther away nothing is said: 30 days.
  static let reach = 30.0 * 86_400
  /// Nearer than this it is a warning: 24 hours.
  static let near = 86_400.0

  static func phrase(_ filesystem: HostFigures.Filesystem) -> Phrase? {
    guard let left = filesystem.secondsLeft, left < reach else { return nil }
    return Phrase("console.host.full-in", ["seconds": String(Int64(left))])
  }

  static func row(
    _ filesystem: HostFigures.Filesystem, threshold: Double?, standing: PageState
  ) -> FilesystemRow {
    let isFull = threshold.map { filesystem.usedPercent >= $0 } ?? false
    let isNear = (filesystem.secondsLeft ?? reach) < near
    return FilesystemRow(
      mountpoint: filesystem.mountpoint, usedBytes: filesystem.sizeBytes - filesystem.availableBytes,
      sizeBytes: filesystem.sizeBytes, thresholdPercent: threshold,
      state: PageState.worst([standing, isFull || isNear ? .warning : .ok]), outlook: phrase(filesystem))
  }
}
