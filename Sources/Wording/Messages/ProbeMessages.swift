/// The probes and what they say of themselves.
let probeMessages: [Message] = [
  Message("probes.title", en: "Probes", zh: "探测"),
  Message(
    "probes.sum", en: "{count} {count|probe|probes}, {wrong} with something to look at.",
    zh: "{count} 个探测，{wrong} 个需要查看。"),
  Message(
    "probes.empty", en: "No probes. Describe one in `probes/`, then `watchkeeper check`.",
    zh: "没有探测。请在 `probes/` 中写一个，然后运行 `watchkeeper check`。"),
  Message("probes.column.probe", en: "Probe", zh: "探测"),
  Message("probes.column.state", en: "State", zh: "状态"),
  Message("probes.column.item", en: "Looks at", zh: "对象"),
  Message("probes.column.every", en: "Every", zh: "间隔"),
  Message("probes.column.seen", en: "Last run", zh: "最近运行"),
  Message("probes.column.took", en: "Took", zh: "用时"),
  Message("probes.column.samples", en: "Samples", zh: "采样"),
  Message("console.probe.waiting", en: "Has not run yet.", zh: "尚未运行。"),
  Message("console.probe.silent", en: "No run has ended since {at:moment}.", zh: "自 {at:moment} 起没有运行完成。"),
  Message("console.probe.partly", en: "Not everything could be collected: {text}", zh: "部分数据未能采集：{text}"),
  Message("console.probe.refused", en: "{count} series were refused: {problem}", zh: "{count} 个序列被拒绝：{problem}"),
  Message(
    "console.probe.refused-own",
    en: "{count} series were refused: the probe has {limit}, its limit – drop labels, or raise its series_max",
    zh: "{count} 个序列被拒绝：该探测已有 {limit} 个，达到上限——请去掉一些标签，或调大其 series_max"),
  Message(
    "console.probe.refused-store",
    en: "{count} series were refused: the store has {limit}, its limit – drop labels, or raise storage.series_max",
    zh: "{count} 个序列被拒绝：存储已有 {limit} 个，达到上限——请去掉一些标签，或调大 storage.series_max"),
]
