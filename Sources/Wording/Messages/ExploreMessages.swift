/// The metric explorer.
let exploreMessages: [Message] = [
  Message("explore.title", en: "Explore metrics", zh: "指标查询"),
  Message(
    "explore.lead", en: "Ask in PromQL. Names and labels are completed from what is stored here.",
    zh: "使用 PromQL 查询；名称和标签按已存储的数据自动补全。"),
  Message("explore.query", en: "PromQL query", zh: "PromQL 查询"),
  Message("explore.run", en: "Run", zh: "执行"),
  Message("explore.suggestions", en: "Suggestions", zh: "候选"),
  Message(
    "explore.keys", en: "`Ctrl+Enter` runs the query, `Ctrl+Space` suggests, `Tab` takes a suggestion.",
    zh: "`Ctrl+Enter` 执行查询，`Ctrl+空格` 显示候选，`Tab` 采用候选。"),
  Message("explore.examples", en: "Questions this data can answer", zh: "可直接使用的查询"),
  Message("explore.metrics", en: "Metrics", zh: "指标"),
  Message(
    "explore.metricsSum", en: "{shown} of {total}, those with the most series first",
    zh: "{shown}/{total}，按序列数排序"),
  Message("explore.metric", en: "Metric", zh: "指标"),
  Message("explore.series", en: "Series", zh: "序列"),
  Message("explore.samples", en: "Samples", zh: "采样"),
  Message(
    "explore.empty", en: "No samples in the last hour. Probes store them as soon as they run: `watchkeeper status`.",
    zh: "最近一小时没有采样。探测运行后即会存入：`watchkeeper status`。"),
  Message("explore.fault.syntax", en: "This is not PromQL.", zh: "查询语法有误。"),
  Message("explore.fault.type", en: "The parts of the query do not fit together.", zh: "表达式各部分的类型不匹配。"),
  Message("explore.fault.execution", en: "The data do not allow this operation.", zh: "现有数据无法完成此运算。"),
  Message(
    "explore.fault.length", en: "The query is longer than {limit} bytes – split it with recording rules.",
    zh: "查询超过 {limit} 字节，请用记录规则拆分。"),
  Message(
    "explore.fault.nesting", en: "The query is nested deeper than {limit} levels – split it with recording rules.",
    zh: "查询嵌套超过 {limit} 层，请用记录规则拆分。"),
  Message(
    "explore.fault.operators", en: "The query has more than {limit} operators – split it with recording rules.",
    zh: "查询的运算符超过 {limit} 个，请用记录规则拆分。"),
  Message(
    "explore.fault.patterns", en: "The query has more than {limit} regular expressions – join them with `|`.",
    zh: "查询中的正则表达式超过 {limit} 个，请用 `|` 合并。"),
  Message(
    "explore.fault.instructions",
    en: "The query's regular expressions take more than {limit} instructions – repeat and list less in them.",
    zh: "查询中的正则表达式过于复杂（上限 {limit} 条指令），请减少其中的重复和枚举。"),
  Message(
    "explore.fault.value", en: "The query makes a label value of more than {limit} bytes.",
    zh: "查询生成的标签值超过 {limit} 字节。"),
  Message(
    "explore.fault.series", en: "The query touches more than {limit} series – add matchers or aggregate.",
    zh: "查询涉及的序列超过 {limit} 条，请增加匹配条件或先聚合。"),
  Message(
    "explore.fault.samples",
    en:
      "The query touches more than {limit} samples – shorten the range or add matchers, or raise `query.samples_max`.",
    zh: "查询涉及的采样超过 {limit} 个，请缩短时间范围、增加匹配条件，或调大 `query.samples_max`。"),
  Message(
    "explore.fault.bytes",
    en:
      "The query needs more than {limit} MiB of memory – shorten the range or add matchers, or raise `query.memory_max`.",
    zh: "查询所需内存超过 {limit} MiB，请缩短时间范围、增加匹配条件，或调大 `query.memory_max`。"),
  Message(
    "explore.fault.time",
    en: "The query took longer than {limit} s – shorten the range or add matchers, or raise `query.timeout`.",
    zh: "查询用时超过 {limit} 秒，请缩短时间范围、增加匹配条件，或调大 `query.timeout`。"),
  Message(
    "explore.fault.waited",
    en: "The query waited {limit} s behind others – ask again, or raise `query.concurrency_max`.",
    zh: "前面的查询未完成，已等待 {limit} 秒，请稍后重试，或调大 `query.concurrency_max`。"),
  Message(
    "explore.fault.full",
    en: "More than {limit} queries wait for their turn – ask again later, or raise `query.concurrency_max`.",
    zh: "排队的查询超过 {limit} 个，请稍后重试，或调大 `query.concurrency_max`。"),
  Message("explore.fault.cancelled", en: "The query was cancelled – ask again.", zh: "查询已取消，请重新执行。"),
  Message("explore.fault.unreadable", en: "Samples cannot be read.", zh: "无法读取采样。"),
  Message("explore.graph", en: "Graph", zh: "曲线"),
  Message("explore.now", en: "Values now", zh: "当前值"),
  Message("explore.one", en: "Series", zh: "序列"),
  Message("explore.value", en: "Value", zh: "值"),
  Message(
    "explore.nothing", en: "No series at this instant. The query is sound; nothing matches it now.",
    zh: "此刻没有序列。查询正确，但当前没有匹配的数据。"),
  Message("explore.steps", en: "How it came about", zh: "计算过程"),
  Message("explore.stepsRemark", en: "what each part was worth on the way", zh: "各部分的中间结果，取当前时刻"),
  Message("explore.part", en: "Part", zh: "部分"),
  Message("explore.time", en: "Time", zh: "耗时"),
  Message("explore.rule", en: "Make a rule of it", zh: "生成规则"),
  Message(
    "explore.undrawn", en: "{count} more {count|series is|series are} not drawn: those with the greatest values are.",
    zh: "另有 {count} 条序列未绘制，已绘制的是数值最大的。"),
  Message(
    "explore.unlisted", en: "{count} more {count|row is|rows are} not listed – add matchers or aggregate.",
    zh: "另有 {count} 行未列出，请增加匹配条件或进行聚合。"),
  Message(
    "explore.sum", en: "{series} {series|series|series}, {points} {points|point|points}.",
    zh: "{series} 条序列，{points} 个点。"),
  Message(
    "explore.cost",
    en: "{samples} {samples|sample|samples} of {series} {series|series|series} read, {milliseconds} ms.",
    zh: "读取 {series} 条序列、{samples} 个采样，用时 {milliseconds} 毫秒。"),
  Message(
    "explore.histogram",
    en: "{count} observations from {least} to {greatest}, average {average}, half of them up to {median}",
    zh: "{count} 次观测，{least} 至 {greatest}，平均 {average}，中位数 {median}"),
  Message(
    "explore.histogram-classic", en: "{count} observations from {least} to {greatest}, half of them up to {median}",
    zh: "{count} 次观测，{least} 至 {greatest}，中位数 {median}"),
  Message(
    "explore.noLine", en: "Native histograms have no line. Over time ask for a quantile:",
    zh: "原生直方图没有曲线。要看变化趋势，请查询分位数："),
  Message("explore.single", en: "No graph for this kind of value.", zh: "此类值没有曲线。"),
  Message("explore.chart", en: "Last {range:age}", zh: "最近 {range:age}"),
  Message("explore.example.up", en: "which targets answer", zh: "哪些目标有应答"),
  Message("explore.example.cpu", en: "processor use in percent, by host", zh: "各主机 CPU 使用率（%）"),
  Message("explore.example.memory", en: "share of memory in use", zh: "内存使用比例"),
  Message("explore.example.network", en: "bytes received per second", zh: "每秒接收字节数"),
  Message("explore.example.disk", en: "share of time in which the disks were busy", zh: "磁盘繁忙时间占比"),
  Message("explore.example.probe", en: "how long the checks of endpoints take", zh: "端点检查耗时"),
  Message("explore.example.fullest", en: "the fullest file systems", zh: "使用率最高的文件系统"),
  Message("explore.example.cardinality", en: "the metrics with the most series", zh: "序列最多的指标"),
]
