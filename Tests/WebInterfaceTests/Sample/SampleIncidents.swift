import Records
import Telemetry
import WebInterface

extension SampleConsole {
  func incidents(_ filter: IncidentFilter) async throws(ConsoleError) -> IncidentsPage {
    let rows = content == .full && filter.words.isEmpty ? sampleRows : []
    return IncidentsPage(
      filter: filter, counts: [.open: rows.count, .waiting: rows.isEmpty ? 0 : 2, .withheld: 1, .all: 11], rows: rows,
      total: rows.isEmpty ? 0 : 120)
  }

  func incident(_ number: RecordNumber, range: PageRange) async throws(ConsoleError) -> IncidentPage {
    guard let row = sampleRows.first(where: { $0.number == number }) else { throw .notFound }
    return IncidentPage(
      row: row,
      subtitle: .both(english: "Normal is 0 to 4 s. Rising by 19 s each minute.", chinese: "正常为 0 至 4 秒，每分钟上升 19 秒。"),
      facts: [
        PageFact(
          .both(english: "Impact", chinese: "影响"), .both(english: "Orders down", chinese: "订单中断"),
          detail: .both(english: "Portal slow, about 340 users", chinese: "门户变慢，约 340 名用户")),
        PageFact(
          .both(english: "Respond by", chinese: "响应期限"),
          .both(english: "14:21 · 3 min left", chinese: "14:21 · 剩 3 分钟"),
          state: .warning),
      ],
      expression: "mysql_replica_lag_seconds > 60",
      why: .both(english: "held for 5 min on db01.", chinese: "在 db01 上持续 5 分钟。"),
      rule: PageLink(.verbatim("db/replica_lag"), to: .rule(file: "rules/db.yaml", group: "db", name: "ReplicaLag")),
      told: told, range: range,
      chart: lagChart(range), timeline: timeline,
      labels: LabelSet(["alertname": "ReplicaLag", "instance": "db01:9104", "severity": "critical"]),
      item: PageLink(.verbatim("db01"), to: .item("host:db01")), impact: impact,
      related: [
        PageFact(
          .both(english: "Also abnormal since 14:00", chinese: "14:00 起同样异常"),
          .both(english: "db01 disk wait 9 times its usual, see INC-198", chinese: "db01 磁盘等待为平时的 9 倍，见 INC-198"))
      ],
      actions: row.progress == .open ? [.acknowledge, .resolve] : [.resolve])
  }

  private var told: [StatedPhrase] {
    [
      StatedPhrase(
        .ok, .both(english: "Li Lei by mail, delivered in 0.4 s", chinese: "邮件通知李雷，0.4 秒送达"),
        detail: .both(english: "first notification of this group", chinese: "此组的首次通知")),
      StatedPhrase(.ok, .both(english: "No silence, no window matched.", chinese: "没有匹配的静默或窗口。")),
    ]
  }

  private func lagChart(_ range: PageRange) -> Chart {
    let quiet = wave("lag", .both(english: "seconds behind", chinese: "延迟秒数"), base: 2, swing: 2, range: range)
    let rising = zip(quiet.milliseconds, quiet.values).map { time, value -> Double in
      let minutes = Double(time - ago(18).milliseconds) / 60_000
      return minutes > 0 ? value + minutes * 19 : value
    }
    let series = ChartSeries(id: "lag", label: quiet.label, milliseconds: quiet.milliseconds, values: rising)
    return chart(
      "evidence", .both(english: "Replication lag of db01", chinese: "db01 主从复制延迟"), .seconds, [series], range: range,
      threshold: ChartThreshold(60, .both(english: "fires above 60 s for 5 min", chinese: "高于 60 s 持续 5 分钟时触发")),
      bands: [
        ChartBand(.maintenance, from: ago(46), to: ago(34)), ChartBand(.pending, from: ago(17), to: ago(12)),
        ChartBand(.firing, from: ago(12), to: nil),
      ], marks: [ChartMark(at: ago(20), .verbatim("MT-75"))], width: .full)
  }

  private var timeline: [TimelineEntry] {
    [
      TimelineEntry(
        at: ago(12), .sent, .both(english: "Mail to Li Lei delivered in 0.4 s", chinese: "邮件送达李雷，用时 0.4 秒"),
        detail: .verbatim("250 2.0.0 Ok: queued")),
      TimelineEntry(
        at: ago(12), .critical, .both(english: "Firing, 104 s", chinese: "触发，104 秒"),
        detail: .both(english: "held above 60 s for 5 min", chinese: "高于 60 秒持续 5 分钟")),
      TimelineEntry(
        at: ago(17), .warning, .both(english: "Pending, first sample above 60 s", chinese: "待定，首个采样高于 60 秒")),
      TimelineEntry(
        at: ago(20), .change, .both(english: "MT-75 pushed to db01 by Ann Park", chinese: "Ann Park 在 db01 上执行 MT-75")),
      TimelineEntry(
        at: ago(46), .maintenance, .both(english: "Window MW-17 open, 12 min", chinese: "窗口 MW-17 开启，12 分钟")),
    ]
  }

  var impact: [RelationColumn] {
    [
      RelationColumn(
        heading: .both(english: "Cause", chinese: "原因"),
        nodes: [
          RelationNode(
            id: "host:db01", name: "db01", detail: .both(english: "340 s behind", chinese: "延迟 340 秒"), state: .critical
          )
        ],
        edges: [RelationEdge(from: 0, to: 0, .carriesFailure), RelationEdge(from: 0, to: 1, .soft)]),
      RelationColumn(
        heading: .both(english: "Affected", chinese: "受影响"),
        nodes: [
          RelationNode(
            id: "service:orders", name: "Orders", detail: .both(english: "down 12 min", chinese: "中断 12 分钟"),
            state: .critical),
          RelationNode(
            id: "service:mail", name: "Mail", detail: .both(english: "not affected", chinese: "未受影响"), state: .ok),
        ], edges: [RelationEdge(from: 0, to: 0, .carriesFailure)]),
      RelationColumn(
        heading: .both(english: "Users see", chinese: "用户所见"),
        nodes: [
          RelationNode(
            id: "service:portal", name: "Portal", detail: .both(english: "slow", chinese: "变慢"), state: .warning)
        ]),
    ]
  }
}
