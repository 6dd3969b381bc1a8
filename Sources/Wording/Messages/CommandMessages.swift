/// What the commands say that ask a running program.
let commandMessages: [Message] = commandHeadMessages + commandTextMessages + tokenMessages

/// Heads of columns in a terminal.
private let commandHeadMessages: [Message] = [
  Message("command.head.number", en: "NUMBER", zh: "编号"),
  Message("command.head.priority", en: "PRIO", zh: "优先级"),
  Message("command.head.state", en: "STATE", zh: "状态"),
  Message("command.head.since", en: "SINCE", zh: "持续"),
  Message("command.head.seen", en: "SEEN", zh: "次数"),
  Message("command.head.owner", en: "OWNER", zh: "负责人"),
  Message("command.head.what", en: "WHAT", zh: "内容"),
  Message("command.head.name", en: "NAME", zh: "名称"),
  Message("command.head.answer", en: "ANSWER", zh: "响应"),
  Message("command.head.series", en: "SERIES", zh: "序列"),
  Message("command.head.time", en: "TIME", zh: "时间"),
  Message("command.head.value", en: "VALUE", zh: "值"),
  Message("command.head.id", en: "ID", zh: "标识"),
  Message("command.head.class", en: "CLASS", zh: "类别"),
  Message("command.head.home", en: "HOME", zh: "来源"),
  Message("command.head.field", en: "FIELD", zh: "字段"),
  Message("command.head.declared", en: "DECLARED", zh: "声明"),
  Message("command.head.observed", en: "OBSERVED", zh: "采集"),
  Message("command.head.who", en: "WHO", zh: "操作者"),
  Message("command.head.change", en: "CHANGE", zh: "变更"),
  Message("command.head.slot", en: "SLOT", zh: "时段"),
  Message("command.head.item", en: "ITEM", zh: "配置项"),
  Message("command.head.items", en: "ITEMS", zh: "配置项"),
  Message("command.head.plan", en: "PLAN", zh: "计划"),
  Message("command.head.rhythm", en: "RHYTHM", zh: "周期"),
  Message("command.head.next", en: "NEXT", zh: "下次"),
  Message("command.head.role", en: "ROLE", zh: "角色"),
  Message("command.head.made", en: "MADE", zh: "创建时间"),
  Message("command.head.from", en: "FROM", zh: "开始"),
  Message("command.head.length", en: "LENGTH", zh: "时长"),
  Message("command.head.pages", en: "TOLD", zh: "通知"),
  Message("command.head.real", en: "REAL", zh: "实际事件"),
  Message("command.head.threshold", en: "THRESHOLD", zh: "阈值"),
  Message("command.head.fires", en: "FIRES", zh: "触发次数"),
  Message("command.head.firing", en: "FIRING", zh: "触发时长"),
  Message("command.head.expires", en: "EXPIRES", zh: "到期时间"),
]

private let commandTextMessages: [Message] = [
  Message("command.progress.open", en: "open", zh: "未确认"),
  Message("command.progress.acknowledged", en: "acknowledged", zh: "已确认"),
  Message("command.progress.withheld", en: "withheld", zh: "已暂缓"),
  Message("command.progress.verifying", en: "verifying", zh: "观察中"),
  Message("command.progress.resolved", en: "resolved", zh: "已解决"),
  Message("command.status.starting", en: "starting", zh: "启动中"),
  Message("command.status.watch", en: "watch", zh: "监测"),
  Message("command.status.watch-sound", en: "probes deliver, rules are evaluated", zh: "探测正常，规则正常评估"),
  Message("command.status.notice", en: "notice", zh: "提示"),
  Message("command.status.probes", en: "probes", zh: "探测"),
  Message(
    "command.status.probes-deliver", en: "{delivering} of {expected} deliver, newest sample {newest}",
    zh: "{delivering}/{expected} 正常，最新采样 {newest}"),
  Message("command.status.incidents", en: "incidents", zh: "事件"),
  Message(
    "command.status.incidents-wait", en: "{count} {count|waits|wait} for somebody", zh: "{count} 个无人处理"),
  Message("command.status.tasks", en: "tasks", zh: "维护任务"),
  Message("command.status.tasks-wait", en: "{count} due or late", zh: "{count} 项到期或逾期"),
  Message("command.status.delivery", en: "last page proven delivered", zh: "最近一次送达的通知"),
  Message("command.query.empty", en: "no series", zh: "没有序列"),
  Message("command.item.alone", en: "Nothing hangs on this item, and it needs nothing.", zh: "此配置项没有依赖关系。"),
  Message("command.plan.quiet", en: "no task", zh: "没有任务"),
  Message("command.plan.reasons", en: "Why then", zh: "时段理由"),
  Message(
    "command.login.once", en: "Open it within an hour; it logs in one browser, once.",
    zh: "请在一小时内打开，仅供一个浏览器使用一次。"),
]

/// Tokens for programs.
private let tokenMessages: [Message] = [
  Message("command.token.never", en: "never", zh: "永不过期"),
  Message("command.token.none", en: "No token is good at present.", zh: "当前没有有效令牌。"),
  Message(
    "command.token.created", en: "Token {name}, role {role:message}, expires: {until}. It is not shown again.",
    zh: "令牌 {name}，角色：{role:message}，到期：{until}。此令牌不会再次显示。"),
  Message("token.revoked", en: "Token {name} admits nobody any more.", zh: "令牌 {name} 已失效。"),
  Message(
    "token.order-unreadable", en: "A token needs a role: viewer, operator, administrator or writer.",
    zh: "令牌需要角色：viewer、operator、administrator 或 writer。"),
  Message("token.lifetime", en: "A token is good for 1 s to {limit:age}.", zh: "令牌有效期为 1 秒至 {limit:age}。"),
  Message(
    "token.name-malformed", en: "A name has 1 to {limit} letters, digits, dots, dashes and underscores.",
    zh: "名称为 1 至 {limit} 个字母、数字、点、连字符或下划线。"),
  Message(
    "token.name-taken", en: "There is a token {name} already. Revoke it, or choose another name.",
    zh: "已有名为 {name} 的令牌。请先撤销，或换一个名称。"),
  Message("token.too-many", en: "There are {limit} tokens already. Revoke some.", zh: "已有 {limit} 个令牌，请先撤销一些。"),
  Message(
    "token.not-deleted", en: "The token admits nobody now, but its row stays and will count after a restart: {problem}",
    zh: "令牌已失效，但记录未能删除，重启后将恢复：{problem}"),
]
