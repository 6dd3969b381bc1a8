/// Charts.
let chartMessages: [Message] = [
  Message("chart.summary", en: "{title}, {from} to {to}. Last: {values}.", zh: "{title}，{from} 至 {to}。最新：{values}。"),
  Message("chart.noValue", en: "no value", zh: "无数据"),
  Message("chart.firing", en: "firing {length:age}", zh: "触发 {length:age}"),
  Message(
    "chart.hint", en: "Point at the chart, or focus it and press ← →, to read values.",
    zh: "指向图表，或聚焦后按 ← → 读取数值。"),
  Message("chart.table", en: "Data table", zh: "数据表"),
  Message("chart.time", en: "Time", zh: "时间"),
  Message("chart.least", en: "least", zh: "最小"),
  Message("chart.mean", en: "mean", zh: "平均"),
  Message("chart.greatest", en: "greatest", zh: "最大"),
  Message("chart.empty", en: "No samples in this range.", zh: "此时间范围内没有采样。"),
  Message("chart.key.maintenance", en: "maintenance", zh: "维护"),
  Message("chart.key.pending", en: "pending", zh: "待定"),
  Message("chart.key.firing", en: "firing", zh: "触发"),
  Message("chart.key.change", en: "change", zh: "变更"),
]
