/// What `watchkeeper rules cost` says.
let ruleCostMessages: [Message] = [
  Message("help.rules.abstract", en: "What the rules in force take.", zh: "查看当前规则的开销。"),
  Message(
    "help.rules.cost.abstract", en: "List the rules in force by the time of their last round, dearest first.",
    zh: "按上一轮评估耗时列出当前规则，耗时最长的在前。"),
  Message(
    "help.rules.cost.detail",
    en: """
      incremental: evaluated over samples kept in memory, which costs a small part.
      plain: read from the store in each round, with the reason.
      """,
    zh: "“增量”表示基于内存中保留的采样评估，开销很小；“常规”表示每轮从存储读取，并注明原因。"),
  Message("command.head.rule", en: "RULE", zh: "规则"),
  Message("command.head.group", en: "GROUP", zh: "规则组"),
  Message("command.head.mode", en: "MODE", zh: "方式"),
  Message("command.head.samples", en: "SAMPLES", zh: "采样"),
  Message("command.head.took", en: "TIME", zh: "耗时"),
  Message("command.rules.none", en: "no rules", zh: "没有规则"),
  Message("command.rules.mode.incremental", en: "incremental", zh: "增量"),
  Message("command.rules.mode.plain", en: "plain", zh: "常规"),
  Message("command.rules.mode.waiting", en: "no round yet", zh: "尚未评估"),
  Message("command.rules.mode-why", en: "{mode}: {why}", zh: "{mode}：{why}"),
  Message(
    "command.rules.total", en: "{count} {count|rule|rules}, {incremental} incremental, {time} a round",
    zh: "共 {count} 条规则，其中增量 {incremental} 条，每轮 {time}"),
  Message("command.rules.why.offset", en: "uses a long or negative offset", zh: "使用了过长或为负的 offset"),
  Message("command.rules.why.anchor", en: "uses @", zh: "使用了 @"),
  Message("command.rules.why.subquery", en: "uses a subquery", zh: "使用了子查询"),
  Message("command.rules.why.experimental", en: "uses experimental parts", zh: "使用了实验特性"),
  Message("command.rules.why.value_type", en: "is neither a vector nor a number", zh: "结果既非向量也非数值"),
  Message("command.rules.why.function", en: "uses {name}()", zh: "使用了 {name}()"),
  Message("command.rules.why.not_followed", en: "samples are not kept", zh: "未保留采样"),
  Message("command.rules.why.filling", en: "windows are being read", zh: "正在读取窗口数据"),
  Message("command.rules.why.window_too_long", en: "window holds too many samples", zh: "窗口内采样过多"),
  Message("command.rules.why.too_many_series", en: "selects too many series", zh: "选中的序列过多"),
  Message("command.rules.why.native_histograms", en: "series have native histograms", zh: "序列含原生直方图"),
  Message("command.rules.why.not_covered", en: "window reaches before the kept samples", zh: "窗口早于已保留的采样"),
  Message("command.rules.why.differed", en: "the shadow check found a difference", zh: "影子比对发现差异"),
]
