import Records
import Telemetry
import WebInterface

extension SampleConsole {
  func hosts() async throws(ConsoleError) -> HostsPage {
    guard content == .full else { return HostsPage(hosts: []) }
    return HostsPage(hosts: [
      HostRow(
        name: "db01", state: .critical, summary: .verbatim("Debian 12 · 16 CPU · 64 GiB"), cpuPercent: 64,
        memoryPercent: 81, worstFilesystemPercent: 71, worstFilesystem: "/var/lib/mysql", lastSample: ago(0.1)),
      HostRow(
        name: "web01", state: .warning, summary: .verbatim("Debian 12 · 8 CPU · 16 GiB"), cpuPercent: 29,
        memoryPercent: 62, worstFilesystemPercent: 93, worstFilesystem: "/var", lastSample: ago(0.05)),
      HostRow(name: "cam-gw", state: .unreachable, summary: .verbatim("OpenWrt"), lastSample: ago(26)),
    ])
  }

  func host(_ name: String, range: PageRange?) async throws(ConsoleError) -> HostPage {
    let range = range ?? .hour
    guard name == "web01" else { throw .notFound }
    guard content == .full else {
      return HostPage(
        name: name, state: .unknown, summary: .verbatim(""), range: range, readouts: [], sections: [], filesystems: [],
        intervalSeconds: 15)
    }
    return HostPage(
      name: name, state: .ok,
      badges: [
        StatedPhrase(.warning, .both(english: "/var is filling", chinese: "/var 即将写满")),
        StatedPhrase(.maintenance, .both(english: "MW-18 tonight 22:00", chinese: "MW-18 今晚 22:00")),
      ],
      summary: .both(
        english: "Debian 12, 8 CPU, 16 GiB. Serves Portal and Orders. Owner Ann Park.",
        chinese: "Debian 12，8 CPU，16 GiB。承载门户与订单。负责人 Ann Park。"), itemID: "host:web01", range: range,
      readouts: readouts, sections: sections(range), filesystems: filesystems, intervalSeconds: 15)
  }

  private var readouts: [Readout] {
    [
      Readout(
        id: "cpu", label: .verbatim("CPU"), value: 29, unit: .percent, full: 100, threshold: 90,
        remark: .both(english: "8 cores", chinese: "8 核")),
      Readout(
        id: "memory", label: .both(english: "Memory", chinese: "内存"), value: 62, unit: .percent, full: 100,
        threshold: 92, suffix: .both(english: "of 16 GiB", chinese: "共 16 GiB")),
      Readout(
        id: "load", label: .both(english: "Load", chinese: "负载"), value: 2.1, unit: .plain, full: 8,
        remark: .both(english: "1 min", chinese: "1 分钟"), suffix: .verbatim("/ 8")),
      Readout(
        id: "io", label: .both(english: "IO pressure", chinese: "IO 压力"), value: 1.1, unit: .percent, full: 100,
        threshold: 20),
      Readout(
        id: "disk", label: .both(english: "Worst disk", chinese: "最满磁盘"), value: 93, unit: .percent, full: 100,
        threshold: 93, remark: .both(english: "31 h left", chinese: "剩余 31 小时"), suffix: .verbatim("/var"),
        state: .warning),
      Readout(
        id: "network", label: .both(english: "Network", chinese: "网络"), value: 149_000_000, unit: .bytesPerSecond,
        full: 1.25e9, suffix: .verbatim("eth0")),
    ]
  }

  /// A wave with one spike and, where asked for, a gap.
  func wave(
    _ id: String, _ label: Phrase, base: Double, swing: Double, range: PageRange, spikeAt: Int = -1,
    gap: Range<Int> = 0..<0
  ) -> ChartSeries {
    let count = 240
    let step = range.duration.wholeMilliseconds / Int64(count)
    var times: [Int64] = []
    var values: [Double] = []
    for index in 0..<count where !gap.contains(index) {
      let phase = Double((index * 37) % 100) / 100
      let slow = Double(abs((index % 120) - 60)) / 60
      times.append(now.milliseconds - Int64(count - 1 - index) * step)
      values.append(index == spikeAt ? base * 3 : base + swing * (slow + 0.3 * phase))
    }
    return ChartSeries(id: id, label: label, milliseconds: times, values: values)
  }

  func chart(
    _ id: String, _ title: Phrase, _ unit: ChartUnit, _ series: [ChartSeries], range: PageRange, top: Double? = nil,
    threshold: ChartThreshold? = nil, bands: [ChartBand] = [], marks: [ChartMark] = [], width: ChartWidth = .half
  ) -> Chart {
    Chart(
      id: id, title: title, unit: unit, start: now.advanced(by: .seconds(-range.duration.inSeconds)), end: now,
      intervalSeconds: range.duration.inSeconds / 240, series: series, top: top, threshold: threshold, bands: bands,
      marks: marks, width: width)
  }

  private func sections(_ range: PageRange) -> [ChartSection] {
    let user = wave("user", .both(english: "user", chinese: "用户"), base: 15, swing: 12, range: range, spikeAt: 70)
    let system = wave("system", .both(english: "system", chinese: "系统"), base: 4, swing: 3, range: range)
    let wait = wave("iowait", .both(english: "iowait", chinese: "IO 等待"), base: 0.5, swing: 2, range: range)
    let used = wave("used", .both(english: "used", chinese: "已用"), base: 9.9e9, swing: 5e8, range: range)
    let cache = wave("cache", .both(english: "page cache", chinese: "页缓存"), base: 4e9, swing: 2e8, range: range)
    let received = wave(
      "rx", .both(english: "received", chinese: "接收"), base: 7e7, swing: 3e7, range: range, gap: 120..<142)
    let sent = wave("tx", .both(english: "sent", chinese: "发送"), base: 4e7, swing: 2e7, range: range, gap: 120..<142)
    let span = range.duration.inSeconds / 60
    return [
      ChartSection(
        id: "cpu", title: .verbatim("CPU"),
        charts: [
          chart(
            "cpu", .verbatim("CPU"), .percent, [user, system, wait], range: range, top: 100,
            threshold: ChartThreshold(
              90, .both(english: "warns above 90 % for 10 min", chinese: "持续 10 分钟高于 90 % 时警告")),
            bands: [ChartBand(.maintenance, from: ago(span * 0.75), to: ago(span * 0.55))],
            marks: [ChartMark(at: ago(span * 0.33), .verbatim("MT-75"))], width: .full)
        ]),
      ChartSection(
        id: "memory", title: .both(english: "Memory", chinese: "内存"),
        charts: [
          chart(
            "memory", .both(english: "Memory", chinese: "内存"), .bytes, [used, cache], range: range, top: 17_179_869_184),
          chart(
            "pressure", .both(english: "Pressure", chinese: "压力"), .percent,
            [
              wave("cpu", .verbatim("cpu"), base: 0.6, swing: 0.8, range: range),
              wave("io", .verbatim("io"), base: 0.2, swing: 1, range: range, spikeAt: 180),
            ], range: range),
        ]),
      ChartSection(
        id: "disks", title: .both(english: "Disks", chinese: "磁盘"),
        charts: ["vda", "vdb"].map { name in
          chart(
            "await.\(name)", .both(english: "Disk \(name), await", chinese: "磁盘 \(name) 等待"), .milliseconds,
            [wave("await", .verbatim("await"), base: name == "vda" ? 1 : 3, swing: 1.4, range: range, spikeAt: 60)],
            range: range)
        }),
      ChartSection(
        id: "network", title: .both(english: "Network", chinese: "网络"),
        charts: [
          chart(
            "net.eth0", .both(english: "Network eth0", chinese: "网络 eth0"), .bytesPerSecond, [received, sent],
            range: range, width: .full)
        ]),
    ]
  }

  private var filesystems: [FilesystemRow] {
    let gib = 1_073_741_824.0
    return [
      FilesystemRow(
        mountpoint: "/var", usedBytes: 186 * gib, sizeBytes: 200 * gib, thresholdPercent: 93, state: .warning,
        outlook: .both(english: "full in about 31 h", chinese: "约 31 小时后写满")),
      FilesystemRow(mountpoint: "/", usedBytes: 16 * gib, sizeBytes: 40 * gib, thresholdPercent: 93),
      FilesystemRow(mountpoint: "/srv", usedBytes: 680 * gib, sizeBytes: 1000 * gib, thresholdPercent: 93),
    ]
  }
}
