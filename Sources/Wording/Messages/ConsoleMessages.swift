/// What the program puts on pages: sentences made from records and samples.
let consoleMessages: [Message] =
  incidentEvidenceMessages + hostFigureMessages + overviewSentenceMessages + activityMessages + itemSentenceMessages
  + maintenanceSentenceMessages + noticeMessages

private let incidentEvidenceMessages: [Message] = [
  Message("console.journal-unreadable", en: "The journal cannot be read: {problem}", zh: "无法读取日志：{problem}"),
  Message("console.impact.unbound", en: "Not bound to an item", zh: "未关联配置项"),
  Message("console.impact.seen-from", en: "Watched from {item}, no item of its own", zh: "由 {item} 监测，没有独立的配置项"),
  Message("console.impact.alone", en: "{item} alone", zh: "仅 {item}"),
  Message("console.impact.fails", en: "{item}, and with it {names:list}", zh: "{item}，并波及 {names:list}"),
  Message(
    "console.impact.fails-more", en: "{item}, and with it {names:list} and {count} more",
    zh: "{item}，并波及 {names:list} 等，另有 {count} 项"),
  Message("console.owner.told", en: "{receivers:list} told {at:moment}", zh: "{at:moment} 已通知 {receivers:list}"),
  Message("console.threshold.above.held", en: "fires above {value} for {held:age}", zh: "高于 {value} 持续 {held:age}即触发"),
  Message("console.threshold.above.at-once", en: "fires above {value}", zh: "高于 {value} 时触发"),
  Message("console.threshold.below.held", en: "fires below {value} for {held:age}", zh: "低于 {value} 持续 {held:age}即触发"),
  Message("console.threshold.below.at-once", en: "fires below {value}", zh: "低于 {value} 时触发"),
  Message("console.threshold.at.held", en: "fires at {value} for {held:age}", zh: "等于 {value} 持续 {held:age}即触发"),
  Message("console.threshold.at.at-once", en: "fires at {value}", zh: "等于 {value} 时触发"),
  Message(
    "console.threshold.other.held", en: "fires when not {value} for {held:age}", zh: "不等于 {value} 持续 {held:age}即触发"),
  Message("console.threshold.other.at-once", en: "fires when not {value}", zh: "不等于 {value} 时触发"),
  Message(
    "console.told.delivered", en: "{receiver} told {at:moment}, delivered within {took:lapse}",
    zh: "{at:moment} 已通知 {receiver}，{took:lapse}内送达"),
  Message("console.told.refused", en: "{receiver} did not take it: {problem}", zh: "{receiver} 拒收：{problem}"),
  Message(
    "console.told.pending", en: "{receiver} is being told since {at:moment}", zh: "自 {at:moment} 起正在通知 {receiver}"),
  Message("console.column.cause", en: "Cause", zh: "原因"),
  Message("console.column.affected", en: "Affected", zh: "受影响"),
  Message("console.column.behind", en: "Behind them", zh: "间接影响"),
  Message(
    "console.column-cut.affected", en: "Affected ({count} more are not shown)", zh: "受影响（另有 {count} 项未显示）"),
  Message(
    "console.column-cut.behind", en: "Behind them ({count} more are not shown)", zh: "间接影响（另有 {count} 项未显示）"),
  Message("console.effect.fails", en: "fails with it", zh: "随之中断"),
  Message("console.effect.degraded", en: "goes on, with less", zh: "降级运行"),
  Message("console.fact.impact", en: "Impact", zh: "影响"),
  Message("console.fact.priority", en: "Priority", zh: "优先级"),
  Message("console.fact.seen", en: "Seen", zh: "观测"),
  Message("console.seen.times", en: "{count} {count|time|times}", zh: "{count} 次"),
  Message("console.seen.last", en: "last {at:moment}, value {value}", zh: "最近 {at:moment}，数值 {value}"),
  Message("console.why.posted", en: "posted by another program.", zh: "由其他程序上报。"),
  Message("console.why.retired", en: "on {item}; the rule exists no more.", zh: "位于 {item}；该规则已不存在。"),
  Message("console.why.at-once", en: "true on {item}.", zh: "在 {item} 上成立。"),
  Message("console.why.held", en: "held for {held:age} on {item}.", zh: "在 {item} 上持续 {held:age}。"),
  Message("console.related.check", en: "The check '{probe}' says now", zh: "探测 '{probe}' 目前的结果"),
  Message("console.related.recurrence", en: "The same happened before", zh: "此前发生过"),
  Message("console.related.numbers", en: "{numbers:list}", zh: "{numbers:list}"),
  Message(
    "console.related.numbers-more", en: "{numbers:list} and {count} more", zh: "{numbers:list}，另有 {count} 个"),
  Message(
    "console.related.solution", en: "{number} was resolved by {by}, {at:moment}: {text}",
    zh: "{number} 由 {by} 于 {at:moment} 解决：{text}"),
  Message("console.related.others", en: "Also open on this item", zh: "该配置项的其他未解决事件"),
  Message("console.related.change", en: "Changed shortly before, {at:moment}", zh: "发生前不久的变更，{at:moment}"),
  Message("console.related.unbound", en: "No item was found", zh: "未找到配置项"),
  Message("console.change.new", en: "Recorded", zh: "已登记"),
  Message("console.change.declared", en: "{field:field.*} declared anew", zh: "{field:field.*} 声明已更改"),
  Message("console.change.retired", en: "Retired", zh: "已停用"),
  Message("console.change.related", en: "Relation added", zh: "新增关系"),
  Message("console.change.unrelated", en: "Relation removed", zh: "关系已移除"),
  Message("console.change.grouped", en: "Redundancy group declared", zh: "已声明冗余组"),
  Message("console.change.ungrouped", en: "Redundancy group removed", zh: "冗余组已移除"),
  Message("console.change.first-seen", en: "First seen", zh: "首次发现"),
  Message("console.actor.configuration", en: "configuration {digest}", zh: "配置 {digest}"),
  Message("console.actor.probe", en: "probe {probe}", zh: "探测 {probe}"),
  Message("console.change.observed", en: "{field:field.*} changed", zh: "{field:field.*} 发生变化"),
  Message(
    "console.change.unstable", en: "{field:field.*} changes too often to be recorded",
    zh: "{field:field.*} 变化过于频繁，不再逐次记录"),
  Message("console.change.settled", en: "{field:field.*} is steady again", zh: "{field:field.*} 已恢复稳定"),
]

private let noticeMessages: [Message] = [
  Message(
    "console.notice.undelivered",
    en: "{receiver} has not taken a notification for {age:age}; {count} {count|waits|wait}.",
    zh: "{receiver} 已 {age:age}未接收通知，{count} 条等待发送。"),
  Message(
    "console.notice.undelivered-remedy",
    en: "They are kept and tried again. Check the address, the credentials and the path to it; call whom it concerns.",
    zh: "通知已保留并会重试。请检查地址、凭据和网络，并直接联系相关人员。"),
  Message(
    "console.notice.unsaved", en: "Samples have not reached the disk for {age:age}.", zh: "采样数据已 {age:age}未写入磁盘。"),
  Message(
    "console.notice.unsaved-problem", en: "The disk says: {problem}. Free space in the data folder (`df`).",
    zh: "磁盘报告：{problem}。请为数据目录腾出空间（`df`）。"),
  Message(
    "console.notice.unsaved-remedy", en: "Look at the load and the free space of the data folder (`df`, `iostat`).",
    zh: "请检查数据目录所在磁盘的负载和剩余空间（`df`、`iostat`）。"),
  Message(
    "console.notice.damaged", en: "Stored samples are damaged in {count} {count|place|places}; graphs have gaps there.",
    zh: "已存采样有 {count} 处损坏，图表在该处留空。"),
  Message(
    "console.notice.damaged-remedy",
    en: "The last: `{place}`. `watchkeeper verify` names each; look at the disk's health.",
    zh: "最近一处：`{place}`。用 `watchkeeper verify` 查看全部，并检查磁盘健康状况。"),
  Message(
    "console.notice.unsent", en: "Samples for {endpoint} have waited for {age:age}.",
    zh: "发往 {endpoint} 的采样已等待 {age:age}。"),
  Message(
    "console.notice.unsent-problem",
    en: "Remote write: {problem}. They are kept until they are older than the endpoint's `sample_age_limit`.",
    zh: "remote write：{problem}。超过该端点的 `sample_age_limit` 之前，采样会一直保留。"),
  Message(
    "console.notice.unsent-slow",
    en: "The endpoint takes them more slowly than they arrive. Raise `max_samples_per_send` or leave series out.",
    zh: "该端点接收的速度跟不上采样产生的速度。请增大 `max_samples_per_send` 或减少发送的序列。"),
  Message(
    "console.notice.refused",
    en: "The configuration on disk is refused, {count} {count|fault|faults}; the last good one runs.",
    zh: "磁盘上的配置未被接受，有 {count} 处错误；正在使用上一份有效配置。"),
  Message(
    "console.notice.refused-remedy",
    en: "First at `{place}` · `watchkeeper check` says what is wrong; mend it, then reload.",
    zh: "第一处：`{place}` · 用 `watchkeeper check` 查看原因，修正后重新加载。"),
]

private let hostFigureMessages: [Message] = [
  Message("console.host.section.cpu", en: "Processors", zh: "处理器"),
  Message("console.host.section.load", en: "Load", zh: "负载"),
  Message("console.host.section.memory", en: "Memory", zh: "内存"),
  Message("console.host.section.pressure", en: "Pressure", zh: "压力"),
  Message("console.host.section.disks", en: "Disks", zh: "磁盘"),
  Message("console.host.section.network", en: "Network", zh: "网络"),
  Message("console.host.chart.cpu", en: "Processors, all together", zh: "处理器（合计）"),
  Message("console.host.chart.load", en: "Load", zh: "负载"),
  Message("console.host.chart.memory", en: "Memory", zh: "内存"),
  Message("console.host.chart.pressure", en: "Share of time in which work waits", zh: "任务等待时间占比"),
  Message("console.host.chart.disk", en: "Disk {device}", zh: "磁盘 {device}"),
  Message("console.host.chart.await", en: "Disk {device}, wait for one request", zh: "磁盘 {device}，单次请求等待"),
  Message("console.host.chart.net", en: "Network {device}", zh: "网络 {device}"),
  Message("console.host.chart.filesystem", en: "File system {device}, used", zh: "文件系统 {device} 使用率"),
  Message("console.host.chart.answer", en: "{device}, time to answer", zh: "{device} 应答时间"),
  Message("console.host.series.user", en: "user", zh: "用户"),
  Message("console.host.series.system", en: "system", zh: "系统"),
  Message("console.host.series.iowait", en: "waiting for disks", zh: "等待磁盘"),
  Message("console.host.series.steal", en: "taken by others", zh: "被其他虚拟机占用"),
  Message("console.host.series.load1", en: "1 min", zh: "1 分钟"),
  Message("console.host.series.load5", en: "5 min", zh: "5 分钟"),
  Message("console.host.series.load15", en: "15 min", zh: "15 分钟"),
  Message("console.host.series.used", en: "used", zh: "已用"),
  Message("console.host.series.cache", en: "cache", zh: "缓存"),
  Message("console.host.series.swap", en: "swap", zh: "交换空间"),
  Message("console.host.series.cpu", en: "for a processor", zh: "等待处理器"),
  Message("console.host.series.memory", en: "for memory", zh: "等待内存"),
  Message("console.host.series.io", en: "for a disk", zh: "等待磁盘"),
  Message("console.host.series.read", en: "read", zh: "读"),
  Message("console.host.series.write", en: "written", zh: "写"),
  Message("console.host.series.received", en: "received", zh: "接收"),
  Message("console.host.series.sent", en: "sent", zh: "发送"),
  Message("console.host.series.duration", en: "time", zh: "用时"),
  Message("console.host.full-in", en: "full in about {seconds:age}", zh: "约 {seconds:age}后写满"),
  Message("console.host.size", en: "{cores} CPU, {memory:bytes}", zh: "{cores} 核，{memory:bytes}"),
  Message("console.host.summary", en: "{system}, {cores} CPU, {memory:bytes}", zh: "{system}，{cores} 核，{memory:bytes}"),
  Message("console.host.window", en: "{window} open until {until:moment}", zh: "{window} 开放至 {until:moment}"),
  Message("console.host.next-task", en: "{task} at {at:moment}", zh: "{task} 将于 {at:moment} 开始"),
  Message("console.readout.cpu", en: "Processors", zh: "处理器"),
  Message("console.readout.cores", en: "{count} {count|core|cores}", zh: "{count} 核"),
  Message("console.readout.memory", en: "Memory", zh: "内存"),
  Message("console.readout.of", en: "of {bytes:bytes}", zh: "共 {bytes:bytes}"),
  Message("console.readout.load", en: "Load", zh: "负载"),
  Message("console.readout.minute", en: "1 min", zh: "1 分钟"),
  Message("console.readout.pressure", en: "Waiting for disks", zh: "磁盘等待"),
  Message("console.readout.filesystem", en: "Fullest file system", zh: "最满文件系统"),
  Message("console.readout.disk", en: "Busiest disk", zh: "最忙磁盘"),
  Message("console.readout.network", en: "Busiest interface", zh: "最忙网卡"),
]

private let overviewSentenceMessages: [Message] = [
  Message(
    "console.verdict.failing-alone", en: "{item} is failing. Everything else is in order.", zh: "{item} 故障，其余一切正常。"),
  Message(
    "console.verdict.failing-others", en: "{item} is failing, {count} more {count|item needs|items need} someone.",
    zh: "{item} 故障，另有 {count} 项需要处理。"),
  Message(
    "console.verdict.warned-alone", en: "{item} has a warning. Everything else is in order.", zh: "{item} 有警告，其余一切正常。"),
  Message(
    "console.verdict.warned-others", en: "{item} has a warning, {count} more {count|item needs|items need} someone.",
    zh: "{item} 有警告，另有 {count} 项需要处理。"),
  Message(
    "console.verdict.nobody", en: "{number}, since {since:moment}, {age:age}. Nobody has acknowledged yet.",
    zh: "{number}，自 {since:moment} 起 {age:age}。尚无人确认。"),
  Message(
    "console.verdict.somebody", en: "{number}, since {since:moment}, {age:age}. {who} has it.",
    zh: "{number}，自 {since:moment} 起 {age:age}。由 {who} 处理。"),
  Message(
    "console.verdict.endpoints", en: "{count} {count|endpoint does|endpoints do} not answer as expected: {names:list}.",
    zh: "{count} 个端点未正常应答：{names:list}。"),
  Message(
    "console.verdict.waiting", en: "No rule has raised an incident about it yet.", zh: "尚无规则为此打开事件。"),
  Message("console.verdict.nothing", en: "Nothing is watched yet.", zh: "尚未监测任何对象。"),
  Message(
    "console.verdict.silent", en: "{count} {count|host sends|hosts send} no samples, among them {host}.",
    zh: "{count} 台主机没有采样，包括 {host}。"),
  Message("console.verdict.hosts", en: "{hosts} {hosts|host is|hosts are} in order.", zh: "{hosts} 台主机全部正常。"),
  Message(
    "console.verdict.all",
    en: "{hosts} {hosts|host and|hosts and} {endpoints} {endpoints|endpoint are|endpoints are} in order.",
    zh: "{hosts} 台主机和 {endpoints} 个端点全部正常。"),
  Message("console.watch.window", en: "{window} {title}", zh: "{window} {title}"),
  Message("console.watch.task", en: "{task} {item}", zh: "{task} {item}"),
  Message("console.next.task", en: "{task} {activity}, {item}", zh: "{task} {activity}，{item}"),
  Message("console.total.count", en: "{count}", zh: "{count}"),
  Message("console.total.troubled", en: "{count}, {troubled} in trouble", zh: "{count}，其中 {troubled} 个异常"),
  Message("console.total.certificate", en: "First certificate to expire", zh: "最近到期的证书"),
  Message("console.total.left", en: "in {left:age}", zh: "{left:age}后"),
  Message("console.endpoint.unknown", en: "not known", zh: "未知"),
  Message("console.endpoint.status", en: "{status} in {took}", zh: "{status} · {took}"),
  Message("console.endpoint.fails", en: "check fails", zh: "检查未通过"),
  Message("console.endpoint.answers", en: "answers in {took}", zh: "应答用时 {took}"),
  Message("console.endpoint.up", en: "answers", zh: "应答正常"),
  Message("console.shell.probe", en: "Probe {probe} does not deliver", zh: "探测 {probe} 没有数据"),
  Message(
    "console.shell.probes", en: "Probe {probe} and {count} more do not deliver", zh: "探测 {probe} 等没有数据，另有 {count} 个"),
  Message("console.shell.partial", en: "Probe {probe} is incomplete", zh: "探测 {probe} 数据不全"),
  Message(
    "console.shell.partials", en: "Probe {probe} and {count} more are incomplete", zh: "探测 {probe} 等数据不全，另有 {count} 个"),
  Message("console.shell.rules", en: "Rules were last evaluated {at:moment}", zh: "规则最近一次求值：{at:moment}"),
]

private let activityMessages: [Message] = [
  Message("console.activity.incident.opened", en: "{number} opened", zh: "{number} 已打开"),
  Message("console.activity.incident.acknowledged", en: "{by} has {number}", zh: "{by} 正在处理 {number}"),
  Message("console.activity.incident.noted", en: "{by} added a note to {number}", zh: "{by} 为 {number} 添加备注"),
  Message("console.activity.incident.resolved", en: "{by} says that {number} is resolved", zh: "{by} 报告 {number} 已解决"),
  Message("console.activity.incident.recovered", en: "{number} is over", zh: "{number} 已恢复"),
  Message("console.activity.incident.reopened", en: "{number} is open again", zh: "{number} 重新打开"),
  Message("console.activity.incident.told", en: "{receiver} told about {number}", zh: "已就 {number} 通知 {receiver}"),
  Message(
    "console.activity.incident.untold", en: "{receiver} did not take the notification about {number}",
    zh: "{receiver} 拒收关于 {number} 的通知"),
  Message("console.activity.incident.withheld", en: "Withheld by {window}", zh: "因 {window} 暂缓"),
  Message("console.activity.task.started", en: "{number} has begun", zh: "{number} 已开始"),
  Message("console.activity.task.done", en: "{by} finished {number}", zh: "{by} 已完成 {number}"),
  Message("console.activity.task.failed", en: "{number} failed", zh: "{number} 失败"),
  Message(
    "console.activity.task.elapsed", en: "The slot of {number} is over; was it done?", zh: "{number} 的时段已过，请确认是否完成"),
  Message("console.activity.task.skipped", en: "{number} will not be done", zh: "{number} 不再执行"),
  Message("console.activity.task.deferred", en: "{by} put {number} off", zh: "{by} 推迟了 {number}"),
  Message("console.activity.task.window-opened", en: "Window {number} is open: {title}", zh: "窗口 {number} 已打开：{title}"),
  Message("console.activity.task.window-closed", en: "Window {number} is closed", zh: "窗口 {number} 已关闭"),
  Message("console.activity.item.new", en: "{item} was recorded", zh: "已登记 {item}"),
  Message("console.activity.item.declared", en: "{item} was declared anew", zh: "{item} 的声明已更改"),
  Message("console.activity.item.retired", en: "{item} is retired", zh: "{item} 已停用"),
  Message(
    "console.activity.item.observed", en: "{item}: {attribute:field.*} changed from {before} to {after}",
    zh: "{item}：{attribute:field.*} 由 {before} 变为 {after}"),
  Message(
    "console.activity.item.unstable", en: "{item}: {attribute:field.*} changes too often",
    zh: "{item}：{attribute:field.*} 变化过于频繁"),
  Message("console.activity.many.items", en: "{count} items were recorded", zh: "已登记 {count} 个配置项"),
  Message("console.activity.many.retired", en: "{count} items are retired", zh: "{count} 个配置项已停用"),
  Message("console.activity.many.changes", en: "{count} changes in the inventory", zh: "配置库有 {count} 处变更"),
]

private let itemSentenceMessages: [Message] = [
  Message("console.class.host", en: "Hosts", zh: "主机"),
  Message("console.class.filesystem", en: "File systems", zh: "文件系统"),
  Message("console.class.interface", en: "Interfaces", zh: "网络接口"),
  Message("console.class.disk", en: "Disks", zh: "磁盘"),
  Message("console.class.unit", en: "Units", zh: "系统单元"),
  Message("console.class.certificate", en: "Certificates", zh: "证书"),
  Message("console.class.endpoint", en: "Endpoints", zh: "端点"),
  Message("console.class.service", en: "Services", zh: "服务"),
  Message("console.class.application", en: "Applications", zh: "应用"),
  Message("console.class.database", en: "Databases", zh: "数据库"),
  Message("console.class.virtual-machine", en: "Virtual machines", zh: "虚拟机"),
  Message("console.class.network-device", en: "Network devices", zh: "网络设备"),
  Message("console.class.power", en: "Power", zh: "电源"),
  Message("console.class.site", en: "Sites", zh: "地点"),
  Message("console.class.collector", en: "Collectors", zh: "采集器"),
  Message("console.class.users", en: "Users", zh: "用户群"),
  Message("console.kind.host", en: "Host", zh: "主机"),
  Message("console.kind.filesystem", en: "File system", zh: "文件系统"),
  Message("console.kind.interface", en: "Interface", zh: "网络接口"),
  Message("console.kind.disk", en: "Disk", zh: "磁盘"),
  Message("console.kind.unit", en: "Unit", zh: "系统单元"),
  Message("console.kind.certificate", en: "Certificate", zh: "证书"),
  Message("console.kind.endpoint", en: "Endpoint", zh: "端点"),
  Message("console.kind.service", en: "Service", zh: "服务"),
  Message("console.kind.application", en: "Application", zh: "应用"),
  Message("console.kind.database", en: "Database", zh: "数据库"),
  Message("console.kind.virtual-machine", en: "Virtual machine", zh: "虚拟机"),
  Message("console.kind.network-device", en: "Network device", zh: "网络设备"),
  Message("console.kind.power", en: "Power", zh: "电源"),
  Message("console.kind.site", en: "Site", zh: "地点"),
  Message("console.kind.collector", en: "Collector", zh: "采集器"),
  Message("console.kind.users", en: "Users", zh: "用户群"),
  Message("console.relation.depends-on", en: "depends on", zh: "依赖"),
  Message("console.relation.runs-on", en: "runs on", zh: "运行于"),
  Message("console.relation.hosted-on", en: "hosted on", zh: "托管于"),
  Message("console.relation.connected-to", en: "connected to", zh: "连接"),
  Message("console.relation.powered-by", en: "powered by", zh: "供电"),
  Message("console.relation.member-of", en: "member of", zh: "成员"),
  Message("console.relation.located-in", en: "located in", zh: "位于"),
  Message("console.relation.backed-up-by", en: "backed up by", zh: "备份"),
  Message("console.relation.monitored-through", en: "monitored through", zh: "监测经由"),
  Message("console.relation.used-by", en: "used by", zh: "被使用"),
  Message("console.relation.part", en: "a part", zh: "组成部分"),
  Message("console.relation.whole", en: "the whole", zh: "所属整体"),
  Message("console.column.serves", en: "Serves", zh: "支撑"),
  Message("console.column.itself", en: "This item", zh: "本项"),
  Message("console.column.needs", en: "Depends on", zh: "依赖"),
  Message("console.column-cut.serves", en: "Serves ({count} more are not shown)", zh: "支撑（另有 {count} 项未显示）"),
  Message("console.column-cut.needs", en: "Depends on ({count} more are not shown)", zh: "依赖（另有 {count} 项未显示）"),
  Message("console.finding.unbound", en: "{number} found no item", zh: "{number} 未找到配置项"),
  Message("console.finding.more", en: "{count} more findings", zh: "另有 {count} 处发现"),
  Message(
    "console.item.drift", en: "{count} {count|attribute differs|attributes differ} from what is declared",
    zh: "{count} 个属性与声明不一致"),
  Message(
    "console.item.group", en: "One of {count} in {group}: {minimum} must stay up.",
    zh: "{group} 共 {count} 个成员，至少 {minimum} 个在线。"),
  Message("console.item.fails-with", en: "{count} {count|item fails|items fail} with it.", zh: "{count} 个配置项会随之中断。"),
  Message("console.item.class", en: "Class", zh: "类别"),
  Message("console.item.criticality", en: "Criticality", zh: "重要性"),
  Message("console.item.owner", en: "Owner", zh: "负责人"),
  Message("console.item.place", en: "Place", zh: "位置"),
  Message("console.item.part-of", en: "Part of", zh: "隶属于"),
  Message("console.item.protection", en: "Protection level", zh: "等保级别"),
  Message("console.item.changed", en: "Last change", zh: "最近变更"),
  Message("console.item.changed-at", en: "{at:moment}", zh: "{at:moment}"),
  Message("console.item.created-at", en: "recorded {at:moment}", zh: "登记于 {at:moment}"),
]

private let maintenanceSentenceMessages: [Message] = [
  Message("console.lane.windows", en: "window {names:list}", zh: "窗口 {names:list}"),
  Message("console.problem.unplaced", en: "{task} on {item} fits nowhere.", zh: "{task}（{item}）无法排期。"),
  Message("console.problem.late", en: "{task} on {item} is late.", zh: "{task}（{item}）已逾期。"),
  Message("console.rhythm.daily", en: "every {count} {count|day|days}, {time}", zh: "每 {count} 天，{time}"),
  Message(
    "console.rhythm.monthly", en: "every {count} {count|month|months}, day {day}, {time}",
    zh: "每 {count} 个月 {day} 日，{time}"),
  Message(
    "console.rhythm.weekly.MO", en: "every {count} {count|week|weeks}, Monday, {time}", zh: "每 {count} 周周一，{time}"),
  Message(
    "console.rhythm.weekly.TU", en: "every {count} {count|week|weeks}, Tuesday, {time}", zh: "每 {count} 周周二，{time}"),
  Message(
    "console.rhythm.weekly.WE", en: "every {count} {count|week|weeks}, Wednesday, {time}", zh: "每 {count} 周周三，{time}"),
  Message(
    "console.rhythm.weekly.TH", en: "every {count} {count|week|weeks}, Thursday, {time}", zh: "每 {count} 周周四，{time}"),
  Message(
    "console.rhythm.weekly.FR", en: "every {count} {count|week|weeks}, Friday, {time}", zh: "每 {count} 周周五，{time}"),
  Message(
    "console.rhythm.weekly.SA", en: "every {count} {count|week|weeks}, Saturday, {time}", zh: "每 {count} 周周六，{time}"),
  Message(
    "console.rhythm.weekly.SU", en: "every {count} {count|week|weeks}, Sunday, {time}", zh: "每 {count} 周周日，{time}"),
  Message("console.rhythm.each.daily", en: "every day, {time}", zh: "每天，{time}"),
  Message("console.rhythm.each.monthly", en: "every month, day {day}, {time}", zh: "每月 {day} 日，{time}"),
  Message(
    "console.rhythm.days", en: "every {count} {count|week|weeks} on {days:console.weekday.*}, {time}",
    zh: "每 {count} 周的{days:console.weekday.*}，{time}"),
  Message("console.rhythm.each.MO", en: "every Monday, {time}", zh: "每周一，{time}"),
  Message("console.rhythm.each.TU", en: "every Tuesday, {time}", zh: "每周二，{time}"),
  Message("console.rhythm.each.WE", en: "every Wednesday, {time}", zh: "每周三，{time}"),
  Message("console.rhythm.each.TH", en: "every Thursday, {time}", zh: "每周四，{time}"),
  Message("console.rhythm.each.FR", en: "every Friday, {time}", zh: "每周五，{time}"),
  Message("console.rhythm.each.SA", en: "every Saturday, {time}", zh: "每周六，{time}"),
  Message("console.rhythm.each.SU", en: "every Sunday, {time}", zh: "每周日，{time}"),
  Message(
    "console.rhythm.each.days", en: "every {days:console.weekday.*}, {time}", zh: "每{days:console.weekday.*}，{time}"),
  Message(
    "console.rhythm.each.nth", en: "every month on the {nth:message} {day:message}, {time}",
    zh: "每月{nth:message}{day:message}，{time}"),
  Message(
    "console.rhythm.nth", en: "every {count} months on the {nth:message} {day:message}, {time}",
    zh: "每 {count} 个月的{nth:message}{day:message}，{time}"),
  Message("console.weekday.MO", en: "Monday", zh: "周一"),
  Message("console.weekday.TU", en: "Tuesday", zh: "周二"),
  Message("console.weekday.WE", en: "Wednesday", zh: "周三"),
  Message("console.weekday.TH", en: "Thursday", zh: "周四"),
  Message("console.weekday.FR", en: "Friday", zh: "周五"),
  Message("console.weekday.SA", en: "Saturday", zh: "周六"),
  Message("console.weekday.SU", en: "Sunday", zh: "周日"),
  Message("console.ordinal.1", en: "first", zh: "第一个"),
  Message("console.ordinal.2", en: "second", zh: "第二个"),
  Message("console.ordinal.3", en: "third", zh: "第三个"),
  Message("console.ordinal.4", en: "fourth", zh: "第四个"),
  Message("console.ordinal.-1", en: "last", zh: "最后一个"),
]
