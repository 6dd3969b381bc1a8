/// What is wrong with a probe, a rule, an item, a window or a plan in a configuration file.
let definitionFaultMessages: [Message] =
  probeFaultMessages + ruleFaultMessages + itemFaultMessages + windowFaultMessages + planFaultMessages
  + recurrenceFaultMessages

private let probeFaultMessages: [Message] = [
  Message(
    "fault.probe.name", en: "'{name}' is not a name – write 1 to 200 characters", zh: "“{name}”不能作为名称——请写 1 到 200 个字符"),
  Message(
    "fault.template.shape", en: "is no template – write the keys of one probe, beginning with kind",
    zh: "不是模板——请写一个探测的各个键，以 'kind' 开头"),
  Message(
    "fault.template.unknown", en: "unknown template '{word}' – {known:spelling}", zh: "未知的模板“{word}”——{known:spelling}"),
  Message("fault.probe.kind", en: "unknown kind '{word}' – {known:spelling}", zh: "未知的类型“{word}”——{known:spelling}"),
  Message(
    "fault.probe.interval", en: "'{interval}' is too short – write at least 100ms", zh: "“{interval}”太短——请至少写 100ms"),
  Message(
    "fault.probe.timeout", en: "'{timeout}' is no part of the interval of {interval} – write 1ms to {interval}",
    zh: "“{timeout}”不在间隔 {interval} 之内——请写 1ms 到 {interval}"),
  Message(
    "fault.probe.label", en: "'{name}' is not a label name – use letters, digits and _, no digit first",
    zh: "“{name}”不是标签名——请使用字母、数字和 _，不能以数字开头"),
  Message("fault.probe.twice", en: "two probes are named '{name}' – rename one", zh: "两个探测同名“{name}”——请改名其中一个"),
  Message(
    "fault.probe.same-series",
    en: "probes '{first}' and '{second}' would write the same series {labels} – give one a label",
    zh: "探测“{first}”和“{second}”会写入同一序列 {labels}——请给其中一个加标签"),
  Message("fault.probe.list-missing", en: "settings are missing – write a list", zh: "缺少设置——请写一个列表"),
  Message("fault.probe.value-missing", en: "settings are missing – write a value", zh: "缺少设置——请写一个值"),
  Message(
    "fault.probe.settings-missing", en: "the key 'settings' is missing – add '{example}'",
    zh: "缺少键“settings”——请添加 '{example}'"),
  Message(
    "fault.probe.url", en: "is not a URL – write http://host/path or https://host/path",
    zh: "不是网址——请写 http://host/path 或 https://host/path"),
  Message(
    "fault.probe.method", en: "'{text}' is not an HTTP method – write e.g. GET, HEAD or POST",
    zh: "“{text}”不是 HTTP 方法——请写成例如 GET、HEAD 或 POST"),
  Message(
    "fault.probe.status", en: "{number} is not an HTTP status – write numbers from 100 to 599",
    zh: "{number} 不是 HTTP 状态码——请写 100 到 599 之间的数"),
  Message(
    "fault.probe.body-limit", en: "{number} is out of range – write 0 to 67108864", zh: "{number} 超出范围——请写 0 到 67108864"
  ),
  Message(
    "fault.scrape.targets", en: "no target is named – write e.g. [db.example.org:9100]",
    zh: "没有指定目标——请写如 [db.example.org:9100]"),
  Message(
    "fault.scrape.scheme", en: "'{text}' is not a scheme – write http or https", zh: "“{text}”不是协议——请写 http 或 https"),
  Message("fault.scrape.path", en: "'{text}' is not a path – write e.g. /metrics", zh: "“{text}”不是路径——请写如 /metrics"),
  Message(
    "fault.scrape.login", en: "two ways to log in – write either basic_auth or authorization",
    zh: "给出了两种登录方式——basic_auth 和 authorization 只能写一个"),
  Message("fault.scrape.limit", en: "{number} is out of range – write 1 to {most}", zh: "{number} 超出范围——请写 1 到 {most}"),
  Message(
    "fault.textfile.directory", en: "'{text}' is not an absolute path – write e.g. /var/lib/prometheus/node-exporter",
    zh: "“{text}”不是绝对路径——请写如 /var/lib/prometheus/node-exporter"),
  Message(
    "fault.relabel.action", en: "unknown action '{word}' – {known:spelling}", zh: "未知的动作“{word}”——{known:spelling}"),
  Message(
    "fault.relabel.target", en: "the action '{action}' needs a label to write – add target_label",
    zh: "动作“{action}”需要写入的标签——请加上 target_label"),
  Message(
    "fault.relabel.modulus", en: "the action 'hashmod' needs a modulus – write 1 or more",
    zh: "动作“hashmod”需要 modulus——请写 1 或更大的数"),
  Message(
    "fault.relabel.sources", en: "the action '{action}' compares labels – add source_labels",
    zh: "动作“{action}”要比较标签——请加上 source_labels"),
  Message(
    "fault.probe.target", en: "'{text}' is not a target – write host:port, e.g. db.example.org:5432",
    zh: "“{text}”不是探测目标——请写 host:port，例如 db.example.org:5432"),
]

private let ruleFaultMessages: [Message] = [
  Message(
    "fault.rule.group-twice", en: "group '{name}' exists twice in this file – rename one of them",
    zh: "此文件中有两个组“{name}”——请改名其中一个"),
  Message(
    "fault.rule.no-data", en: "'{word}' is not a policy – {known:spelling}", zh: "“{word}”不是有效策略——{known:spelling}"),
  Message(
    "fault.rule.no-data-for", en: "says how long before no_data: alert fires – write that too, or leave this out",
    zh: "仅与 no_data: alert 一起使用——请同时写上，或删除此项"),
  Message(
    "fault.rule.no-condition",
    en:
      "the expression has no comparison, or asks for absence: no data cannot be told from a false condition – leave this out",
    zh: "表达式没有比较，或本身检测缺失：无法区分“无数据”与“条件不成立”——请删除此项"),
  Message(
    "fault.rule.settings-twice", en: "the rule has a watchkeeper: block of its own – keep one of the two",
    zh: "该规则自身已有 watchkeeper: 块——请只保留其一"),
  Message(
    "fault.rule.no-such-alert", en: "group '{group}' has no alert '{alert}' – write the names as in the rule file",
    zh: "组“{group}”中没有告警“{alert}”——名称须与规则文件一致"),
  Message(
    "fault.rule.empty-folder",
    en: "no rule file (*.yaml, *.yml) lies in this folder or below – name the files, or the folder that they are in",
    zh: "此文件夹及其子文件夹中没有规则文件（*.yaml、*.yml）——请指定文件或其所在的文件夹"),
  Message(
    "fault.rule.no-rule-file",
    en: "there is no rule file of this name – name it as the file in rules/ that it belongs to",
    zh: "没有同名的规则文件——文件名须与 rules/ 中对应的文件相同"),
  Message(
    "fault.rule.twice", en: "'{name}' stands twice in this file with the same labels – delete one, or tell them apart",
    zh: "“{name}”在此文件中以相同的标签出现两次——请删除其一，或用标签区分"),
  Message(
    "fault.rule.second-document",
    en: "a second YAML document begins here and is not read – move it to a file of its own",
    zh: "此处开始第二个 YAML 文档，不会被读取——请移到单独的文件中"),
  Message("fault.rule.no-group-name", en: "is missing – give the group a name", zh: "未填写——请为组命名"),
  Message("fault.rule.interval", en: "must be longer than 0 – write e.g. 30s", zh: "必须大于 0——请写成例如 30s"),
  Message("fault.rule.limit", en: "'{number}' is negative – write 0 for no limit", zh: "“{number}”是负数——不限制请写 0"),
  Message(
    "fault.rule.no-kind", en: "neither alert nor record is set – name the rule with one of them",
    zh: "alert 和 record 均未填写——请用其中一个为规则命名"),
  Message("fault.rule.no-alert-name", en: "is missing – give the alert a name", zh: "未填写——请为告警命名"),
  Message("fault.rule.both-kinds", en: "stands beside alert – make two rules of it", zh: "与 alert 同时存在——请拆成两条规则"),
  Message("fault.rule.no-series-name", en: "is missing – give the new series a name", zh: "未填写——请为新序列命名"),
  Message(
    "fault.rule.metric-name", en: "'{name}' is not a metric name – put labels under labels:, a selector under expr:",
    zh: "“{name}”不是指标名——标签请写在 labels: 下，选择器请写在 expr: 下"),
  Message("fault.rule.alerts-only", en: "belongs to alerts, this rule records – remove it", zh: "仅用于告警规则，而这是记录规则——请删除"),
  Message("fault.rule.no-expression", en: "is missing – write a PromQL expression", zh: "未填写——请写一个 PromQL 表达式"),
  // The parser's words are those of the language, with an advice of their own: they are searched for as they are.
  Message("fault.rule.expression", en: "cannot be parsed: {problem}", zh: "无法解析：{problem}"),
  Message(
    "fault.rule.value-type",
    en:
      "gives a {type}, a rule needs a vector or a scalar – wrap a range in a function such as rate() or max_over_time()",
    zh: "结果类型是“{type}”，规则需要向量或标量——请用 rate() 或 max_over_time() 等函数包住区间"),
  Message(
    "fault.rule.impact", en: "'{word}' is not an impact – {known:spelling}", zh: "“{word}”不是影响程度——{known:spelling}"),
  Message("fault.rule.annotation-name", en: "an annotation has an empty name – give it a name", zh: "有一个注解没有名称——请为它命名"),
  Message("fault.rule.template", en: "template cannot be parsed: {problem}", zh: "模板无法解析：{problem}"),
  Message(
    "fault.rule.label", en: "'{name}' cannot be set by a rule – choose another name", zh: "规则不能设置“{name}”——请换一个名称"),
  Message(
    "fault.rule-test.number", en: "'{text}' is not a number – write e.g. 5, 0.5, 1e3, NaN or +Inf",
    zh: "“{text}”不是数字——请写成例如 5、0.5、1e3、NaN 或 +Inf"),
  Message(
    "fault.rule-test.time", en: "'{text}' is not a time – write seconds since 1970 or e.g. 2026-11-21T03:24:00Z",
    zh: "“{text}”不是时刻——请写 1970 年以来的秒数，或例如 2026-11-21T03:24:00Z"),
]

private let itemFaultMessages: [Message] = [
  Message(
    "fault.item.id", en: "an id has 1 to 200 bytes – write e.g. host/db01", zh: "标识须为 1 到 200 字节——请写成例如 host/db01"),
  Message(
    "fault.item.class-in-id",
    en: "'{word}' is not a class, and the id begins with one when class: is absent – {known:spelling}",
    zh: "“{word}”不是类别，而未写 class: 时标识应以类别开头——{known:spelling}"),
  Message("fault.item.class", en: "'{word}' is not a class – {known:spelling}", zh: "“{word}”不是类别——{known:spelling}"),
  Message(
    "fault.item.criticality", en: "{number} is not a criticality – write 1 (vital) to 4 (minor)",
    zh: "{number} 不是重要程度——请写 1（关键）到 4（次要）"),
  Message("fault.item.protection-level", en: "{number} is not a level – write 1 to 5", zh: "{number} 不是等级——请写 1 到 5"),
  Message(
    "fault.item.lifecycle", en: "'{word}' is not a stage of life – {known:spelling}",
    zh: "“{word}”不是生命周期阶段——{known:spelling}"),
  Message(
    "fault.item.strength", en: "'{word}' is not a strength – {known:spelling}", zh: "“{word}”不是依赖强度——{known:spelling}"),
  Message(
    "fault.item.twice", en: "item '{id}' is declared twice – give each item its own id",
    zh: "配置项“{id}”声明了两次——请为每项使用各自的标识"),
  Message(
    "fault.item.unknown-class", en: "item '{id}': class '{name}' is not known – one of: {known:list}",
    zh: "配置项“{id}”：未知的类别“{name}”——可选：{known:list}"),
  Message(
    "fault.item.own-parent", en: "item '{id}' is its own parent – name the item it is a part of",
    zh: "配置项“{id}”以自身为上级——请写它所属的配置项"),
  Message(
    "fault.item.loop", en: "item '{id}': {relation} itself – name another item",
    zh: "配置项“{id}”：关系“{relation}”指向自身——请写另一个配置项"),
  Message(
    "fault.item.relation-twice", en: "item '{id}': {relation} '{target}' is declared twice – keep one",
    zh: "配置项“{id}”：关系“{relation}”到“{target}”声明了两次——请保留一个"),
  Message(
    "fault.item.unknown-group", en: "item '{id}': redundancy group '{name}' is not declared – add it under groups",
    zh: "配置项“{id}”：冗余组“{name}”未声明——请在“groups”下添加"),
  Message(
    "fault.item.undeclared",
    en: "item '{id}' has a relation but is not declared – declare it, also when discovery finds it",
    zh: "配置项“{id}”有关系但未声明——请声明它，即使它能被自动发现"),
  Message(
    "fault.group.twice", en: "redundancy group '{name}' is declared twice – merge both", zh: "冗余组“{name}”声明了两次——请合并"),
  Message(
    "fault.group.lone", en: "redundancy group '{name}' has fewer than two members – nobody stands in",
    zh: "冗余组“{name}”的成员少于两个——无人可以接替"),
  Message(
    "fault.group.no-members", en: "a group without members – write the ids of items, e.g. [host/db01, host/db02]",
    zh: "组没有成员——请写配置项的标识，例如 [host/db01, host/db02]"),
  Message(
    "fault.group.minimum", en: "{number} of {count} members – write 1 to {count}",
    zh: "{count} 个成员中的 {number} 个——请写 1 到 {count}"),
]

private let windowFaultMessages: [Message] = [
  Message(
    "fault.window.time", en: "'{text}' is not a time of day – write e.g. \"22:00\", with quotes",
    zh: "“{text}”不是时刻——请写成例如 \"22:00\"，带引号"),
  Message(
    "fault.window.empty",
    en: "the window is empty: it ends at {time}, when it begins – a whole day is from \"00:00\" to \"24:00\"",
    zh: "窗口为空：结束与开始同为 {time}——全天请写从 \"00:00\" 到 \"24:00\""),
  Message("fault.window.tasks", en: "{number} tasks are none – write 1 or more", zh: "{number} 个任务等于没有——请写 1 或更大的数"),
  Message(
    "fault.window.day-meant", en: "'{text}' is not a day – did you mean '{word}'?", zh: "“{text}”不是星期几——是否想写“{word}”？"),
  Message(
    "fault.window.day", en: "'{text}' is not a day – write mon, tue, wed, thu, fri, sat or sun",
    zh: "“{text}”不是星期几——请写 mon、tue、wed、thu、fri、sat 或 sun"),
  Message("fault.window.twice", en: "two windows are named '{name}' – rename one", zh: "两个窗口同名“{name}”——请改名其中一个"),
  Message(
    "fault.window.twice-packaged",
    en:
      "two windows are named '{name}' – the other is packaged: rename yours, or leave the packaged ones out with '{setting}'",
    zh: "两个窗口同名“{name}”——另一个是内置的：请改名，或用 '{setting}' 停用内置定义"),
]

private let planFaultMessages: [Message] = [
  Message("fault.plan.twice", en: "two plans are named '{name}' – rename one", zh: "两个计划同名“{name}”——请改名其中一个"),
  Message(
    "fault.plan.twice-packaged",
    en:
      "two plans are named '{name}' – the other is packaged: rename yours, or leave the packaged ones out with '{setting}'",
    zh: "两个计划同名“{name}”——另一个是内置的：请改名，或用 '{setting}' 停用内置定义"),
  Message(
    "fault.plan.no-windows", en: "there is no window '{name}' – define it under windows:",
    zh: "没有窗口“{name}”——请在 windows: 下定义"),
  Message(
    "fault.plan.no-such-window", en: "there is no window '{name}' – {known:spelling}",
    zh: "没有窗口“{name}”——{known:spelling}"),
  Message(
    "fault.plan.window", en: "there is no window '{name}' – name one that is defined under windows",
    zh: "没有窗口“{name}”——请写“windows”下已定义的窗口"),
  Message(
    "fault.plan.name",
    en: "'{name}' is not a plan's name – write small letters, digits, '.', '_' and '-', at most {limit} bytes",
    zh: "“{name}”不能作为计划名——请使用小写字母、数字、'.'、'_' 和 '-'，最多 {limit} 字节"),
  Message(
    "fault.plan.activity", en: "it has {count} bytes – say in 1 to {limit} bytes what is done",
    zh: "长度为 {count} 字节——请用 1 到 {limit} 字节说明要做什么"),
  Message(
    "fault.plan.checklist",
    en: "an entry is empty or too long, or there are too many – write at most {limit} entries of 1 to {bytes} bytes",
    zh: "有步骤为空或过长，或步骤过多——请最多写 {limit} 步，每步 1 到 {bytes} 字节"),
  Message(
    "fault.plan.checklist-translation",
    en:
      "it has {count} entries, the checklist {wanted} – write one entry for each of the checklist's, in the same order",
    zh: "此处有 {count} 步，而 checklist 有 {wanted} 步——请按相同顺序逐步对应填写"),
  Message(
    "fault.plan.no-items", en: "the plan is about nothing – name items, classes or labels",
    zh: "计划没有对象——请填写“items”、“classes”或“labels”"),
  Message(
    "fault.plan.start", en: "'{text}' is not a local time – write it like 2026-11-20T02:00",
    zh: "“{text}”不是本地时间——请写成 2026-11-20T02:00"),
  Message(
    "fault.plan.no-day", en: "'{rule}' names no day at all – check BYDAY, BYMONTHDAY and UNTIL",
    zh: "“{rule}”不含任何日期——请检查 BYDAY、BYMONTHDAY 和 UNTIL"),
  Message(
    "fault.plan.duration", en: "the duration is out of bounds – write whole seconds from 1m to 7d",
    zh: "时长超出范围——请写 1m 到 7d 的整秒数"),
  Message("fault.plan.margin", en: "the time is out of bounds – write 0s to 366d", zh: "时间超出范围——请写 0s 到 366d"),
  Message(
    "fault.plan.slack",
    en: "lead and tolerance together are shorter than the duration – raise tolerance above duration",
    zh: "提前量与容差之和短于时长——请让 tolerance 大于 duration"),
  Message(
    "fault.plan.priority", en: "{number} is not a priority – write 1 (most urgent) to 4",
    zh: "{number} 不是优先级——请写 1（最紧急）到 4"),
  Message("fault.plan.opening", en: "'{word}' is not known – {known:spelling}", zh: "未知的值“{word}”——{known:spelling}"),
]

private let recurrenceFaultMessages: [Message] = [
  Message(
    "fault.recurrence.unsupported",
    en:
      "{part} is not supported yet – use FREQ=DAILY, WEEKLY or MONTHLY with INTERVAL, BYDAY, BYMONTHDAY, COUNT, UNTIL, WKST",
    zh: "尚不支持 {part}——请使用 FREQ=DAILY、WEEKLY 或 MONTHLY，可配 INTERVAL、BYDAY、BYMONTHDAY、COUNT、UNTIL、WKST"),
  Message(
    "fault.recurrence.unknown-part",
    en: "'{part}' is no part of a recurrence rule – write NAME=VALUE parts divided by ';'",
    zh: "“{part}”不属于重复规则——请写 'NAME=VALUE'，各部分以 ';' 分隔"),
  Message("fault.recurrence.repeated-part", en: "{part} is given twice – keep one", zh: "{part} 写了两次——请保留一个"),
  Message(
    "fault.recurrence.no-frequency", en: "FREQ is missing – begin with FREQ=DAILY, FREQ=WEEKLY or FREQ=MONTHLY",
    zh: "缺少 FREQ——请以 FREQ=DAILY、FREQ=WEEKLY 或 FREQ=MONTHLY 开头"),
  Message(
    "fault.recurrence.two-ends", en: "COUNT and UNTIL exclude each other – keep one", zh: "COUNT 与 UNTIL 不能同时使用——请保留一个"),
  Message(
    "fault.recurrence.frequency", en: "FREQ: '{text}' is not allowed – write DAILY, WEEKLY or MONTHLY",
    zh: "FREQ：不允许“{text}”——请写 DAILY、WEEKLY 或 MONTHLY"),
  Message(
    "fault.recurrence.number", en: "{part}: '{text}' is not allowed – write a number from {low} to {high}",
    zh: "{part}：不允许“{text}”——请写 {low} 到 {high} 之间的数"),
  Message(
    "fault.recurrence.day",
    en: "BYDAY: '{text}' is not allowed – write days such as MO, or 1MO and -1FR in a monthly rule",
    zh: "BYDAY：不允许“{text}”——请写 MO 这样的日子，按月的规则中可写 1MO 和 -1FR"),
  Message(
    "fault.recurrence.day-number",
    en: "BYDAY={day} cannot stand with FREQ={frequency} – write {weekday} without a number, or FREQ=MONTHLY",
    zh: "BYDAY={day} 不能与 FREQ={frequency} 同用——请去掉数字写 {weekday}，或写 FREQ=MONTHLY"),
  Message(
    "fault.recurrence.month-day-in-week",
    en: "BYMONTHDAY cannot stand with FREQ=WEEKLY – write FREQ=MONTHLY or FREQ=DAILY",
    zh: "BYMONTHDAY 不能与 FREQ=WEEKLY 同用——请写 FREQ=MONTHLY 或 FREQ=DAILY"),
  Message(
    "fault.recurrence.month-day", en: "BYMONTHDAY: '{text}' is not allowed – write 1 to 31, or -1 for the last day",
    zh: "BYMONTHDAY：不允许“{text}”——请写 1 到 31，最后一天写 -1"),
  Message(
    "fault.recurrence.until",
    en: "UNTIL: '{text}' is not allowed – write 20271231T225959Z, 20271231T235959 or 20271231",
    zh: "UNTIL：不允许“{text}”——请写 20271231T225959Z、20271231T235959 或 20271231"),
  Message(
    "fault.recurrence.week-start", en: "WKST: '{text}' is not allowed – write MO, TU, WE, TH, FR, SA or SU",
    zh: "WKST：不允许“{text}”——请写 MO、TU、WE、TH、FR、SA 或 SU"),
  Message(
    "fault.recurrence.too-long", en: "a recurrence rule of {count} bytes is refused – write at most {limit}",
    zh: "不接受 {count} 字节的重复规则——最多写 {limit} 字节"),
]
