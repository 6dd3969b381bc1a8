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
    "explore.keys", en: "`Ctrl+Enter` runs the query, `Tab` takes a suggestion.", zh: "`Ctrl+Enter` 执行查询，`Tab` 采用候选。"),
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
  Message("explore.graph", en: "Graph", zh: "曲线"),
  Message("explore.now", en: "Values now", zh: "当前值"),
  Message("explore.one", en: "Series", zh: "序列"),
  Message("explore.value", en: "Value", zh: "值"),
  Message(
    "explore.nothing", en: "No series at this instant. The query is sound; nothing matches it now.",
    zh: "此刻没有序列。查询正确，但当前没有匹配的数据。"),
  Message("explore.steps", en: "How it came about", zh: "计算过程"),
  Message("explore.stepsRemark", en: "each part by itself, now", zh: "各部分单独计算，取当前时刻"),
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
