/// Trying rules on the stored past: the command, the page, and why neither could.
let backtestMessages: [Message] = backtestResultMessages + backtestProblemMessages

private let backtestResultMessages: [Message] = [
  Message("backtest.title", en: "{rule} on the past", zh: "{rule} 回测"),
  Message(
    "backtest.gate.fires", en: "{rule} fires {count} {count|time|times}, --max-fires allows {limit}",
    zh: "{rule} 触发 {count} 次，--max-fires 允许 {limit} 次"),
  Message(
    "backtest.gate.failed", en: "{rule} could not be evaluated in any round", zh: "{rule} 在所有轮次中均无法评估"),
  Message("backtest.try", en: "try on the past", zh: "回测"),
  Message("backtest.try-rule", en: "{rule}: try on the past", zh: "{rule}：回测"),
  Message("backtest.open", en: "still open", zh: "仍未关闭"),
  Message("backtest.span", en: "Span", zh: "时间范围"),
  Message("backtest.day", en: "1 day", zh: "1 天"),
  Message("backtest.week", en: "7 days", zh: "7 天"),
  Message("backtest.month", en: "30 days", zh: "30 天"),
  Message(
    "backtest.assumed", en: "With today's items and receivers, as if nobody acknowledged anything.",
    zh: "按当前配置项和接收者计算，假定无人确认。"),
  Message("backtest.when", en: "When it fired", zh: "触发时段"),
  Message(
    "backtest.picture", en: "{count} {count|fire|fires} between {from:moment} and {to:moment}",
    zh: "{from:moment} 至 {to:moment} 触发 {count} 次"),
  Message("backtest.count", en: "{count} {count|time|times}", zh: "{count} 次"),
  Message("backtest.in-series", en: "in {series} series", zh: "{series} 个序列"),
  Message("backtest.firing", en: "Firing in all", zh: "触发总时长"),
  Message("backtest.longest", en: "longest {length:age}", zh: "最长 {length:age}"),
  Message("backtest.known", en: "{known} of them there were", zh: "其中 {known} 个实际发生过"),
  Message("backtest.quiet", en: "It would not have fired.", zh: "不会触发。"),
  Message("backtest.column.from", en: "From", zh: "开始"),
  Message("backtest.column.length", en: "Length", zh: "时长"),
  Message("backtest.column.value", en: "Value", zh: "数值"),
  Message("backtest.column.series", en: "Series", zh: "序列"),
  Message("backtest.column.told", en: "Told", zh: "通知"),
  Message("backtest.column.real", en: "Real", zh: "实际事件"),
  Message("backtest.column.what", en: "What", zh: "内容"),
  Message("backtest.column.threshold", en: "Threshold", zh: "阈值"),
  Message("backtest.column.fires", en: "Fires", zh: "触发次数"),
  Message("backtest.going", en: "still firing", zh: "仍在触发"),
  Message("backtest.running", en: "trying on the past: {share:percent}", zh: "正在回测：{share:percent}"),
  Message("backtest.head", en: "{file}: {from} to {to}", zh: "{file}：{from} 至 {to}"),
  Message("backtest.pace", en: "{group}, every {interval:age}", zh: "{group}，每 {interval:age}评估"),
  Message(
    "backtest.pace-held", en: "{group}, every {interval:age}, for {held:age}",
    zh: "{group}，每 {interval:age}评估，持续 {held:age}后触发"),
  Message("backtest.fires", en: "Fires", zh: "触发"),
  Message("backtest.never", en: "never in {rounds:number} rounds", zh: "{rounds:number} 轮评估中从未触发"),
  Message(
    "backtest.fired",
    en: "{count} {count|time|times} in {series} series, {length:age} in all, longest {longest:age}",
    zh: "{count} 次，涉及 {series} 个序列，共 {length:age}，最长 {longest:age}"),
  Message("backtest.first-last", en: "First · last", zh: "首次 · 末次"),
  Message("backtest.incidents", en: "Incidents", zh: "事件"),
  Message(
    "backtest.beside", en: "In brackets: other incidents that the item had at that time.",
    zh: "括号内为该配置项当时的其他事件。"),
  Message("backtest.opened", en: "{count} would open", zh: "将新建 {count} 个"),
  Message(
    "backtest.opened-known", en: "{count} would open, {known} of them there were",
    zh: "将新建 {count} 个，其中 {known} 个实际发生过"),
  Message("backtest.pages", en: "Notifications", zh: "通知"),
  Message("backtest.withheld", en: "Withheld in maintenance", zh: "维护期间暂缓"),
  Message("backtest.missed", en: "Would miss", zh: "将漏报"),
  Message("backtest.failed", en: "Failed", zh: "出错"),
  Message(
    "backtest.failed-rounds", en: "{failed:number} of {rounds:number} rounds: {problem}",
    zh: "{rounds:number} 轮中 {failed:number} 轮：{problem}"),
  Message("backtest.ladder", en: "Other thresholds", zh: "其他阈值"),
  Message("backtest.own", en: "← the rule's", zh: "← 规则当前值"),
  Message("backtest.more", en: "and {count:number} more", zh: "另有 {count:number} 条"),
  Message(
    "backtest.note.begins", en: "What the rules read begins at {at:moment}; before that nothing is stored.",
    zh: "规则所用数据始于 {at:moment}，此前没有存储数据。"),
  Message(
    "backtest.note.circle", en: "Rules of this file read each other in a circle: they were evaluated slot by slot.",
    zh: "此文件中的规则互相引用，已逐轮评估。"),
]

private let backtestProblemMessages: [Message] = [
  Message(
    "backtest.order-unreadable", en: "the order is no JSON with file and since – see the documentation of backtest",
    zh: "请求不是包含 file 和 since 的 JSON——请参阅 backtest 的文档"),
  Message(
    "backtest.since",
    en: "since: '{text}' is neither a duration nor an instant – write e.g. 7d, or 2026-11-20T14:00:00Z",
    zh: "since：“{text}”既不是时长也不是时刻——请写成 7d 或 2026-11-20T14:00:00Z 这样"),
  Message(
    "backtest.until", en: "until: '{text}' is not an instant – write e.g. 2026-11-20T14:00:00Z",
    zh: "until：“{text}”不是时刻——请写成 2026-11-20T14:00:00Z 这样"),
  Message(
    "backtest.step", en: "step: '{text}' is not a duration – write e.g. 1m",
    zh: "step：“{text}”不是时长——请写成 1m 这样"),
  Message(
    "backtest.thresholds", en: "too many thresholds – give at most {limit}", zh: "阈值过多——最多 {limit} 个"),
  Message(
    "backtest.busy", en: "another back-test runs – try again when it is done",
    zh: "另一个回测正在运行——请在其结束后重试"),
  Message(
    "backtest.too-many-values", en: "left out: more than {limit:number} values – shorten the span or lengthen the step",
    zh: "未计算：数值超过 {limit:number} 个——请缩短时间范围或加大步长"),
  Message(
    "backtest.problem.rounds",
    en:
      "{count:number} rounds, at most {limit:number} are evaluated – shorten the span, lengthen the step or name a rule",
    zh: "共 {count:number} 轮评估，上限为 {limit:number} 轮——请缩短时间范围、加大步长或指定规则"),
  Message(
    "backtest.problem.time", en: "took longer than {limit:age} – shorten the span, lengthen the step or name a rule",
    zh: "超过 {limit:age}仍未完成——请缩短时间范围、加大步长或指定规则"),
  Message(
    "backtest.problem.written",
    en:
      "recording rules wrote more than {limit:number} samples that others read – shorten the span or lengthen the step",
    zh: "记录规则写出的、供其他规则读取的采样超过 {limit:number} 个——请缩短时间范围或加大步长"),
  Message("backtest.problem.reading", en: "the past cannot be read: {problem}", zh: "无法读取历史数据：{problem}"),
  Message("backtest.problem.cancelled", en: "given up: nobody asked about it any more", zh: "已取消：不再有人查询"),
  Message(
    "backtest.problem.empty-span",
    en: "the span is empty: {from:moment} is not before {to:moment} – give an earlier since",
    zh: "时间范围为空：{from:moment} 不早于 {to:moment}——请给出更早的 since"),
  Message(
    "backtest.problem.later-data",
    en:
      "nothing that the rules read is stored in this span; what there is begins at {from:moment} – choose another span",
    zh: "此时间范围内没有规则所用的数据；现有数据始于 {from:moment}——请选择其他范围"),
  Message(
    "backtest.problem.no-data", en: "nothing that the rules read is stored – check the metric names in the expressions",
    zh: "没有规则所用的数据——请检查表达式中的指标名称"),
  Message(
    "backtest.problem.file", en: "'{file}' is no configured rule file – send its text along",
    zh: "“{file}”不是已配置的规则文件——请一并发送其内容"),
  Message(
    "backtest.problem.rule", en: "there is no alert '{rule}' in the file – it has {known:list}",
    zh: "文件中没有告警“{rule}”——现有 {known:list}"),
  Message(
    "backtest.problem.no-alerts", en: "{file} has no alerting rules – nothing can fire",
    zh: "{file} 没有告警规则——不会有触发"),
]
