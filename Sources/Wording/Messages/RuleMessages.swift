/// Rules and what they see.
let ruleMessages: [Message] = [
  Message("rules.title", en: "Rules", zh: "规则"),
  Message(
    "rules.sum", en: "{count} {count|rule|rules}: {firing} firing, {pending} pending, {failing} failing.",
    zh: "{count} 条规则：{firing} 条触发，{pending} 条待定，{failing} 条出错。"),
  Message("rules.value", en: "value", zh: "数值"),
  Message("rules.every", en: "every {interval:age}", zh: "每 {interval:age}"),
  Message("rules.evaluated", en: "evaluated", zh: "评估于"),
  Message(
    "rules.empty", en: "No rules. Put rule files into `rules/`, then `watchkeeper check`.",
    zh: "没有规则。请将规则文件放入 `rules/`，然后运行 `watchkeeper check`。"),
  Message("rule.inactive", en: "quiet", zh: "未触发"),
  Message("rule.pending", en: "pending", zh: "待定"),
  Message("rule.firing", en: "firing", zh: "触发中"),
  Message("rule.recording", en: "recording", zh: "记录规则"),
  Message("rule.failing", en: "failing", zh: "出错"),
  Message("rule.notEvaluated", en: "not evaluated yet", zh: "尚未评估"),
  Message("rule.held", en: "for {length:age}", zh: "持续 {length:age}"),
  Message("rule.holds.recovery", en: "{count} held: the recovery expression does not hold", zh: "{count} 个保持：恢复条件尚未满足"),
  Message("rule.holds.no-data", en: "{count} held: no data", zh: "{count} 个保持：无数据"),
  Message("rule.recovers", en: "Ends only once `{expression}` holds.", zh: "`{expression}` 成立后才解除。"),
  Message("rule.no-data.keep", en: "Goes on while data are missing.", zh: "无数据期间保持原状态。"),
  Message(
    "rule.no-data.alert", en: "Goes on while data are missing, and alerts of that too.", zh: "无数据期间保持原状态，并对缺数据告警。"),
  Message(
    "hold.recovery", en: "no longer holds, but the recovery expression `{expression}` does not hold yet.",
    zh: "已不成立，但恢复条件 `{expression}` 尚未满足，告警保持。"),
  Message(
    "hold.no-data", en: "cannot be judged: no data since {since:moment}.",
    zh: "自 {since:moment} 起无数据，无法判断。"),
  Message("hold.told", en: "No data for {labels}: {rule} cannot be judged", zh: "{labels} 无数据：无法判断 {rule}"),
  Message("rule.sees", en: "{firing} firing, {pending} pending", zh: "{firing} 个触发，{pending} 个待定"),
]
