/// How a probe leaves its interval, and what can be wrong with how it is asked to.
let scheduleMessages: [Message] = [
  Message(
    "reason.gap.shed", en: "Left out: this machine could not keep up, and more important probes went first.",
    zh: "已略过：本机负荷过重，优先运行更重要的探测。"),
  Message(
    "console.notice.overload",
    en: "This machine cannot keep up with its probes: those of priority {priority} and lower run rarely.",
    zh: "本机跟不上探测进度：优先级 {priority} 及更低的探测已减少运行。"),
  Message(
    "console.notice.overload-remedy",
    en: "Lengthen intervals, move probes to another machine, or give this one more processors; see the page Probes.",
    zh: "请加长间隔、把部分探测移到其他机器，或增加本机处理器；详见“探测”页面。"),
  Message(
    "reason.gap.not-due", en: "Not planned: outside the hours of its calendar, until {until:moment}.",
    zh: "不在计划内：在其日历时段之外，直至 {until:moment}。"),
  Message(
    "reason.gap.no-cron-run", en: "Not planned: '{cron}' names no time before {until:moment}.",
    zh: "不在计划内：“{cron}”在 {until:moment} 之前没有运行时间。"),
  Message(
    "reason.probe.behind", en: "Behind {parent}, which is down, so its own state is unknown: {text}",
    zh: "上级 {parent} 不可用，自身状态未知：{text}"),
  Message(
    "reason.gap.backed-off",
    en: "Long down, so it is looked at every {every:age} only; the first good answer ends that.",
    zh: "长时间不可用，因此每 {every:age} 才探测一次；一旦应答正常立即恢复。"),
]

let scheduleFaultMessages: [Message] = [
  Message("fault.probe.priority", en: "{number} is not a priority – write 1 to 5", zh: "{number} 不是优先级——请写 1 到 5"),
  Message(
    "fault.cron.fields",
    en:
      "'{text}' is not a cron expression – write five fields: minute, hour, day of month, month, day of week, e.g. '*/5 8-18 * * mon-fri'",
    zh: "“{text}”不是定时表达式——请写五个字段：分、时、日、月、星期，例如 '*/5 8-18 * * mon-fri'"),
  Message(
    "fault.cron.field",
    en: "'{text}', field {field} of 5, cannot be read – write numbers, names, ranges a-b, steps /n or lists of them",
    zh: "第 {field} 个字段（共 5 个）“{text}”无法识别——请写数字、名称、范围 a-b、步长 /n 或它们的列表"),
  Message(
    "fault.cron.never", en: "'{text}' names no day that there is – check day and month",
    zh: "“{text}”对应的日期不存在——请检查日和月"),
  Message(
    "fault.schedule.two", en: "stands beside '{other}', which says something else – keep one of them",
    zh: "与“{other}”冲突——请只保留其中一个"),
  Message(
    "fault.schedule.zone", en: "stands without 'cron' – leave it out, or write it into 'calendar'",
    zh: "没有“cron”与之对应——请去掉，或写到“calendar”中"),
  Message(
    "fault.schedule.date", en: "'{text}' is not a date – write e.g. 2026-10-01", zh: "“{text}”不是日期——请写成例如 2026-10-01"),
  Message(
    "fault.schedule.same", en: "the calendar changes nothing – write 'inside: 10s' or 'outside: off'",
    zh: "该日历不起任何作用——请写 'inside: 10s' 或 'outside: off'"),
  Message("fault.schedule.no-day", en: "has no day – write e.g. [mon, tue]", zh: "没有任何一天——请写成例如 [mon, tue]"),
  Message(
    "fault.probe.behind-circle", en: "probes are behind each other: {path} – leave one 'behind' out",
    zh: "探测互相依赖：{path}——请去掉其中一个 'behind'"),
  Message("fault.pace.runs", en: "{number} is out of range – write 0 to 10", zh: "{number} 超出范围——请写 0 到 10"),
  Message(
    "fault.pace.condition",
    en:
      "'{text}' is not a condition – write a metric of this probe, a comparison and a number, e.g. probe_duration_seconds > 0.5",
    zh: "“{text}”不是条件——请写该探测的一个指标、比较符和数值，例如 probe_duration_seconds > 0.5"),
  Message(
    "fault.pace.zoom", en: "{zoom} is no closer than the interval of {interval} – write less",
    zh: "{zoom} 并不比间隔 {interval} 更密——请写更短的时长"),
]
