import Records
import Telemetry
import WebInterface

extension SampleConsole {
  func overview() async throws(ConsoleError) -> OverviewPage {
    guard content == .full else {
      return OverviewPage(
        verdict: StatedPhrase(.ok, .both(english: "Nothing is watched yet.", chinese: "尚未监测任何对象。")), needs: [],
        watch: WatchTimeline(now: now, incidents: [], maintenance: []), endpoints: [], fleet: [], totals: [], next: [],
        activity: [])
    }
    return OverviewPage(
      verdict: StatedPhrase(
        .critical,
        .both(english: "Orders is failing. Everything else is in order.", chinese: "订单服务故障，其余一切正常。"),
        detail: .both(
          english: "Since 14:06, 12 min. Likely cause: replication on db01. Nobody has acknowledged yet.",
          chinese: "自 14:06 起 12 分钟。可能原因：db01 主从复制。尚无人确认。")),
      needs: Array(sampleRows.prefix(2)), watch: watch, endpoints: endpoints, fleet: fleet, totals: totals,
      next: coming,
      activity: activity)
  }

  private var watch: WatchTimeline {
    WatchTimeline(
      now: now,
      incidents: [
        WatchBar(
          .solved, from: ago(60 * 17), to: ago(60 * 14.8), .both(english: "web03 disk, solved", chinese: "web03 磁盘，已解决")
        ),
        WatchBar(.warning, from: ago(132), to: nil, .verbatim("sw-2 Gi0/14")),
        WatchBar(.critical, from: ago(12), to: nil, .both(english: "db01 lag", chinese: "db01 延迟")),
      ],
      maintenance: [
        WatchBar(.planned, from: ago(138), to: nil, .both(english: "MW-16 18 min over", chinese: "MW-16 超时 18 分钟")),
        WatchBar(.planned, from: ago(-462), to: ago(-582), .both(english: "MW-18 patch", chinese: "MW-18 补丁")),
        WatchBar(.planned, from: ago(-552), to: ago(-642), .both(english: "firmware", chinese: "固件")),
        WatchBar(.forbidden, from: ago(-942), to: ago(-2880), .both(english: "Freeze", chinese: "封网")),
      ])
  }

  private var endpoints: [EndpointRow] {
    func days(_ odd: [Int: EndpointDay]) -> [EndpointDay] { (0..<90).map { odd[$0] ?? .inOrder } }
    return [
      EndpointRow(
        name: "Orders", state: .critical, target: .item("endpoint:orders"), answer: .verbatim("500"),
        days: days([60: .down, 61: .degraded, 74: .degraded, 33: .maintenance, 89: .down])),
      EndpointRow(
        name: "Portal", state: .warning, target: .item("endpoint:portal"), answer: .verbatim("200 · 1.9 s"),
        days: days([12: .degraded, 33: .maintenance, 89: .degraded])),
      EndpointRow(
        name: "Payments", state: .ok, target: .item("endpoint:payments"), answer: .verbatim("200 · 34 ms"),
        days: days([70: .degraded])),
      EndpointRow(
        name: "Reporting", state: .ok, target: .item("endpoint:reporting"), answer: .verbatim("200 · 80 ms"),
        days: days(Dictionary(uniqueKeysWithValues: (0..<30).map { ($0, .notWatched) }))),
    ]
  }

  private var fleet: [FleetSite] {
    func hosts(_ prefix: String, _ count: Int, _ odd: [Int: (String, PageState)] = [:]) -> [FleetHost] {
      (1...count).map { number in
        let (name, state) = odd[number] ?? ("\(prefix)\(number < 10 ? "0" : "")\(number)", .ok)
        return FleetHost(name, state)
      }
    }
    return [
      FleetSite(
        name: "Shanghai R2",
        hosts: hosts("sha", 24, [2: ("db01", .critical), 9: ("web03", .maintenance), 14: ("nas1", .warning)])),
      FleetSite(name: "Hangzhou", hosts: hosts("hz", 11, [10: ("cam-gw", .unreachable)])),
      FleetSite(name: "Cloud", hosts: hosts("cl", 8)),
    ]
  }

  private var totals: [PageFact] {
    [
      PageFact(
        .both(english: "Interfaces", chinese: "网络接口"), .both(english: "612, 1 down", chinese: "612，1 个断开"),
        state: .warning),
      PageFact(
        .both(english: "Next certificate to expire", chinese: "最近到期的证书"), Phrase("unit.age", ["seconds": "1987200"])),
    ]
  }

  private var coming: [ComingEntry] {
    [
      ComingEntry(
        at: ago(-462), .both(english: "MW-18 patch web01", chinese: "MW-18 为 web01 打补丁"),
        detail: .both(english: "pool keeps 2 of 3", chinese: "资源池保留 2/3")),
      ComingEntry(
        at: ago(-552), .both(english: "MT-77 firmware sw-2", chinese: "MT-77 升级 sw-2 固件"),
        detail: .both(english: "nas1 has no second path now", chinese: "nas1 当前没有第二条路径"), state: .warning),
      ComingEntry(
        at: ago(-942), .both(english: "Change freeze, sales day", chinese: "封网：促销日"),
        detail: .both(english: "until Sun 0:00", chinese: "至周日 0:00")),
    ]
  }

  private var activity: [ActivityEntry] {
    [
      ActivityEntry(
        at: ago(12), .sent,
        .both(english: "Paged Li Lei by mail about INC-214, delivered in 0.4 s", chinese: "已就 INC-214 邮件通知李雷，0.4 秒送达")),
      ActivityEntry(
        at: ago(16), .ok,
        .both(english: "web03 disk /var is normal again after 2 h 5 min", chinese: "web03 磁盘 /var 历时 2 小时 5 分钟后恢复正常")),
      ActivityEntry(
        at: ago(38), .maintenance,
        .both(english: "Task MT-12 UPS self-test done, all 6 checks passed", chinese: "任务 MT-12 UPS 自检完成，6 项检查全部通过")),
      ActivityEntry(
        at: ago(67), .grouped,
        .both(english: "Han Mei raised rule `disk_fill` from 90 % to 93 %", chinese: "韩梅将规则 `disk_fill` 从 90 % 调至 93 %")
      ),
      ActivityEntry(
        at: ago(1500), .note, .both(english: "First start on this machine", chinese: "在本机首次启动")),
    ]
  }

  /// Rows used by the overview and the list.
  var sampleRows: [IncidentRow] {
    let rise: [Double] = (0..<40).map { (step: Int) -> Double in
      step < 24 ? Double(2 + step % 3) : Double((step - 23) * 21)
    }
    let wave: [Double] = (0..<40).map { (step: Int) -> Double in Double(60 + (step * 7) % 11 * 3) }
    let fall: [Double] = (0..<40).map { (step: Int) -> Double in step < 24 ? 1 : 0 }
    return [
      IncidentRow(
        number: RecordNumber(.incident, 214), priority: 1, state: .critical, progress: .open,
        title: .both(
          english: "db01 replication is 340 s behind (normal 0–4 s)", chinese: "db01 主从复制延迟 340 秒（正常 0–4 秒）"),
        since: ago(12), impact: .both(english: "Orders down, Portal degraded", chinese: "订单中断，门户降级"),
        ownerDetail: .both(english: "next Zhou Wei in 2 min", chinese: "2 分钟后呼叫周伟"), count: 12, spark: rise,
        sparkThreshold: 60),
      IncidentRow(
        number: RecordNumber(.incident, 213), priority: 3, state: .warning, progress: .acknowledged,
        title: .both(
          english: "sw-2 port Gi0/14 is down, nas1 runs on one link", chinese: "sw-2 端口 Gi0/14 断开，nas1 仅剩一条链路"),
        since: ago(132), impact: .both(english: "No service affected, redundancy lost", chinese: "业务未受影响，冗余丧失"),
        owner: "Ann Park", count: 1, spark: wave),
      IncidentRow(
        number: RecordNumber(.incident, 212), priority: 4, state: .unreachable, progress: .open,
        title: .both(english: "cam-gw does not answer, its switch does", chinese: "cam-gw 无应答，其交换机正常"),
        since: ago(26), count: 2, spark: fall),
      IncidentRow(
        number: RecordNumber(.incident, 210), priority: 4, state: .maintenance, progress: .withheld,
        title: .both(english: "web03 is down for MW-16, overruns by 18 min", chinese: "web03 因 MW-16 停机，超时 18 分钟"),
        since: ago(18), ownerDetail: .both(english: "withheld by MW-16", chinese: "由 MW-16 暂缓"), count: 4),
    ]
  }
}
