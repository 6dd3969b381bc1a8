/// Why incidents are opened, weighed, told and ended: the ids of `IncidentReasons.catalogue`.
let incidentReasonMessages: [Message] =
  [
    // How it is weighed
    Message(
      "reason.impact.criticality",
      en: "Impact {impact:impact.*}: {item} has criticality {criticality}, the alert is {severity:severity.*}.",
      zh: "影响范围：{impact:impact.*}（{item} 重要性 {criticality} 级，告警级别：{severity:severity.*}）。"),
    Message(
      "reason.impact.unbound",
      en: "Impact {impact:impact.*}: no item is known, the alert is {severity:severity.*}.",
      zh: "影响范围：{impact:impact.*}（未找到配置项，告警级别：{severity:severity.*}）。"),
    Message(
      "reason.urgency.severity",
      en: "Urgency {urgency:urgency.*}: the alert is {severity:severity.*}, {redundancy:redundancy.*}.",
      zh: "紧急程度：{urgency:urgency.*}（告警级别：{severity:severity.*}，{redundancy:redundancy.*}）。"),
    Message(
      "reason.reassessed",
      en:
        "Severity {severityBefore:severity.*} → {severity:severity.*}, priority {priorityBefore:priority.*} → {priority:priority.*}.",
      zh:
        "告警级别：{severityBefore:severity.*} → {severity:severity.*}，优先级：{priorityBefore:priority.*} → {priority:priority.*}。"
    ),

    // Why it was opened
    Message(
      "reason.incident.breach", en: "Rule {rule} has fired since {activeAt:moment}.",
      zh: "规则 {rule} 自 {activeAt:moment} 起触发。"),
    Message(
      "reason.incident.posted", en: "{source} reports it, active since {activeAt:moment}.",
      zh: "{source} 上报，始于 {activeAt:moment}。"),
    Message(
      "reason.incident.recurrence", en: "It is back: {number} was the same and was closed {closedAt:moment}.",
      zh: "再次发生：相同的事件 {number} 已于 {closedAt:moment} 关闭。"),
    Message(
      "reason.incident.outlived-window",
      en: "Withheld since {sinceAt:moment} by {window} ({title}). The window is over, it still fires.",
      zh: "自 {sinceAt:moment} 起因维护窗口 {window}（{title}）暂缓。窗口已结束，仍在触发。"),
    Message(
      "reason.incident.unbound", en: "No item of the CMDB was found for this alert.", zh: "未找到此告警对应的配置项。"),

    // Maintenance windows
    Message(
      "reason.window.covers", en: "{window} ({title}) covers the item until {untilAt:moment}.",
      zh: "维护窗口 {window}（{title}）覆盖该配置项，至 {untilAt:moment}。"),
    Message("reason.window.left", en: "{window} no longer covers the item.", zh: "维护窗口 {window} 不再覆盖该配置项。"),
    Message(
      "reason.withheld.window", en: "Withheld: {window} ({title}) covers the item until {untilAt:moment}.",
      zh: "暂缓：维护窗口 {window}（{title}）覆盖该配置项，至 {untilAt:moment}。"),
    Message(
      "reason.released.recovered", en: "It recovered inside {window}. Nobody was paged.",
      zh: "在维护窗口 {window} 内恢复，未呼叫任何人。"),
    Message(
      "reason.released.opened", en: "{window} covers it no longer and it still fires: {number} was opened.",
      zh: "维护窗口 {window} 不再覆盖，仍在触发，已产生事件 {number}。"),
    Message("reason.released.rule-retired", en: "Rule {rule} was removed.", zh: "规则 {rule} 已移除。"),
    Message("reason.released.attached", en: "It now belongs to {number}.", zh: "已归入事件 {number}。"),
  ] + incidentEndReasonMessages + pageReasonMessages

/// Why incidents end and come back.
private let incidentEndReasonMessages: [Message] = [
  Message(
    "reason.resolved.operator", en: "Resolved by a person: {code:resolution.*}. The checks still have to show it.",
    zh: "人工解决：{code:resolution.*}，等待检查验证。"),
  Message(
    "reason.resolved.self-recovered", en: "Good for {durationSeconds:age} and {rounds} {rounds|round|rounds}.",
    zh: "已连续正常 {durationSeconds:age}，共 {rounds} 轮检查。"),
  Message(
    "reason.resolved.post-ended", en: "{source} reported the end, and nothing more for {durationSeconds:age}.",
    zh: "{source} 已报告结束，此后 {durationSeconds:age}未再上报。"),
  Message(
    "reason.resolved.no-further-post", en: "{source} has not reported it for {durationSeconds:age}.",
    zh: "{source} 已有 {durationSeconds:age}未再上报。"),
  Message("reason.resolved.rule-retired", en: "Rule {rule} was removed.", zh: "规则 {rule} 已移除。"),
  Message(
    "reason.reopened.returned", en: "It fired again within {reopenSeconds:age} after it was resolved.",
    zh: "解决后 {reopenSeconds:age}内再次触发。"),
  Message(
    "reason.reopened.fires-on",
    en: "A person resolved it ({code:resolution.*}), but it still fires {graceSeconds:age} later.",
    zh: "人工解决（{code:resolution.*}）后 {graceSeconds:age}，仍在触发。"),
  Message(
    "reason.reopened.returned-unverified",
    en: "A person resolved it ({code:resolution.*}), but it fired again before the checks had shown it.",
    zh: "人工解决（{code:resolution.*}）尚未验证，再次触发。"),
  Message("reason.reopened.operator", en: "Reopened by {by}.", zh: "由 {by} 重新打开。"),
  Message(
    "reason.closed.window-passed", en: "It has not fired for {reopenSeconds:age} since it was resolved.",
    zh: "解决后 {reopenSeconds:age}内未再触发。"),
]

/// Why somebody is paged, and why nobody is.
private let pageReasonMessages: [Message] = [
  Message(
    "reason.page.first", en: "New incident, priority {priority:priority.*}.", zh: "新事件，优先级 {priority:priority.*}。"),
  Message(
    "reason.page.reopened",
    en: "Reopened {reopenCount} {reopenCount|time|times}, priority {priority:priority.*}.",
    zh: "第 {reopenCount} 次重新打开，优先级 {priority:priority.*}。"),
  Message(
    "reason.page.outlived-window", en: "{window} is over and it still fires, priority {priority:priority.*}.",
    zh: "维护窗口 {window} 已结束，仍在触发，优先级 {priority:priority.*}。"),
  Message(
    "reason.page.repeat", en: "It still fires and nobody has it. Repeated every {intervalSeconds:age}.",
    zh: "仍在触发，尚无人确认。每 {intervalSeconds:age}重复一次。"),
  Message(
    "reason.page.raised", en: "Priority raised from {priorityBefore:priority.*} to {priority:priority.*}.",
    zh: "优先级由 {priorityBefore:priority.*} 升为 {priority:priority.*}。"),
  Message("reason.page.recovered", en: "It is over: {code:resolution.*}.", zh: "已恢复：{code:resolution.*}。"),
  Message("reason.no-page.acknowledged", en: "{by} has it.", zh: "{by} 处理中。"),
  Message(
    "reason.no-page.window", en: "Nobody is paged: {window} ({title}) covers the item until {untilAt:moment}.",
    zh: "不呼叫：维护窗口 {window}（{title}）覆盖该配置项，至 {untilAt:moment}。"),
  Message(
    "reason.no-page.no-receiver", en: "No receiver is configured. Add `receivers` to watchkeeper.yaml.",
    zh: "未配置接收方。请在 watchkeeper.yaml 中添加 `receivers`。"),
  Message("reason.no-page.group-wait", en: "The first page goes out {dueAt:moment}.", zh: "首次呼叫时间：{dueAt:moment}。"),
  Message(
    "reason.no-page.told", en: "Paged {lastAt:moment}. Next {nextAt:moment}, unless somebody acknowledges.",
    zh: "已于 {lastAt:moment} 呼叫。若无人确认，下次 {nextAt:moment}。"),
  Message(
    "reason.no-page.delivery-pending", en: "Delivery to {receivers:list} is under way.",
    zh: "正在向 {receivers:list} 投递。"),
  Message(
    "reason.no-page.verifying", en: "Quiet since {clearedAt:moment}, being observed.",
    zh: "自 {clearedAt:moment} 起平息，观察中。"),
  Message(
    "reason.no-page.over", en: "The incident is {status:action.incident.*}.", zh: "事件{status:action.incident.*}。"),
]
