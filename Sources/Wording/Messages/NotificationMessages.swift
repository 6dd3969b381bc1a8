/// What notifications say.
let notificationMessages: [Message] = [
  Message("notification.title.firing", en: "[{priority}] {what}", zh: "[{priority}] {what}"),
  Message("notification.title.repeated", en: "[{priority}] STILL FIRING {what}", zh: "[{priority}] 仍在告警 {what}"),
  Message("notification.title.raised", en: "[{priority}] RAISED {what}", zh: "[{priority}] 级别升高 {what}"),
  Message(
    "notification.title.recovered", en: "RECOVERED after {seconds:age}: {what}",
    zh: "已恢复（历时 {seconds:age}）：{what}"),
  Message(
    "notification.line.number", en: "Incident {number}, since {since:day} {since:time} {zone}",
    zh: "事件 {number}，始于 {since:day} {since:time}（{zone}）"),
  Message(
    "notification.line.over",
    en: "Over since {ended:day} {ended:time}, after {seconds:age}; seen {count} {count|time|times}",
    zh: "{ended:day} {ended:time} 恢复，历时 {seconds:age}；共观测到 {count} 次"),
  Message("notification.line.item", en: "Item: {item}", zh: "配置项：{item}"),
  Message("notification.line.value", en: "Value: {value}", zh: "当前值：{value}"),
  Message("notification.line.why", en: "Why you are told: {why}", zh: "通知原因：{why}"),
  Message("notification.link.incident", en: "Open the incident", zh: "查看事件"),
  Message("notification.link.runbook", en: "Runbook", zh: "处置手册"),
  Message(
    "delivery.refused.moved", en: "{answer}: the address has moved – write the new one in the receiver",
    zh: "{answer}：地址已变更——请在接收者中填写新地址"),
  Message(
    "delivery.refused.credentials", en: "{answer} – check the receiver's credentials",
    zh: "{answer}——请检查接收者的凭据"),
  Message("delivery.refused.address", en: "{answer} – check the receiver's address", zh: "{answer}——请检查接收者的地址"),
  Message(
    "delivery.refused.size", en: "{answer}: the far end takes no message of this size",
    zh: "{answer}：对方不接收这么大的消息"),
  Message(
    "delivery.refused.login", en: "{answer} – check the receiver's user and password",
    zh: "{answer}——请检查接收者的用户名和密码"),
  Message(
    "delivery.refused.addresses", en: "{answer} – check the receiver's addresses", zh: "{answer}——请检查接收者的邮件地址"),
  Message(
    "delivery.refused.redirects", en: "too many redirects – write the final address in the receiver",
    zh: "重定向次数过多——请在接收者中填写最终地址"),
  Message(
    "delivery.refused.unconfigured", en: "the receiver is no longer in the configuration",
    zh: "配置中已没有该接收者"),
]
