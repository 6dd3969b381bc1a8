/// Incidents: list and detail.
let incidentMessages: [Message] = [
  Message("incident.priority", en: "Priority", zh: "优先级"),
  Message("incident.count", en: "seen {count} {count|time|times}", zh: "出现 {count} 次"),
  Message("incident.nobody", en: "Nobody yet", zh: "尚无人处理"),
  Message("incident.has", en: "{who} has it", zh: "{who} 处理中"),
  Message("incident.acknowledged", en: "Acknowledged", zh: "已确认"),
  Message("incident.withheld", en: "Withheld", zh: "已暂缓"),
  Message("incident.verifying", en: "Quiet, being observed", zh: "已平息，观察中"),
  Message("incident.resolved", en: "Resolved", zh: "已解决"),
  Message("incident.lasted", en: "resolved {at:moment} after {length:age}", zh: "{at:moment} 解决，历时 {length:age}"),
  Message("incident.spark", en: "from {first} to {last}", zh: "从 {first} 到 {last}"),
  Message("action.acknowledge", en: "Acknowledge", zh: "确认"),
  Message("action.open", en: "Open", zh: "打开"),
]
