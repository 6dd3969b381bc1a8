/// What `test` says of tests, of rules and of PromQL.
let testMessages: [Message] = [
  Message("test.file-passed", en: "{path}: ok", zh: "{path}：通过"),
  Message("test.file-failed", en: "{path}: FAILED", zh: "{path}：失败"),
  Message("test.unread", en: "read the files", zh: "读取文件"),
  Message("test.differs", en: "not as expected", zh: "与期望不符"),
  Message("test.sum", en: "{passed} passed, {failed} failed", zh: "{passed} 个通过，{failed} 个失败"),
  Message("test.more", en: "… and {count} more", zh: "……另有 {count} 个"),
  Message("test.file", en: "FILE", zh: "文件"),
  Message("test.total", en: "total", zh: "合计"),
  Message("test.class.plainFloat", en: "PLAIN FLOAT", zh: "普通浮点"),
  Message("test.class.nativeHistogram", en: "NATIVE HISTOGRAM", zh: "原生直方图"),
  Message("test.class.experimental", en: "EXPERIMENTAL", zh: "实验性"),
  Message("rule-test.title.input", en: "test {test} input", zh: "测试 {test} 的输入"),
  Message("rule-test.title.rules", en: "test {test} rules", zh: "测试 {test} 的规则"),
  Message("rule-test.title.alert", en: "test {test} alert '{alert}' at {time}", zh: "测试 {test}：告警“{alert}”，时刻 {time}"),
  Message(
    "rule-test.title.expression", en: "test {test} expr '{expression}' at {time}",
    zh: "测试 {test}：表达式“{expression}”，时刻 {time}"),
  Message("rule-test.expected", en: "expected {what}", zh: "期望 {what}"),
  Message("rule-test.found", en: "found    {what}", zh: "实际 {what}"),
  Message(
    "rule-test.series", en: "'{text}' is not a series – write e.g. {example}",
    zh: "“{text}”不是序列——请写成例如 {example}"),
  Message("rule-test.values", en: "{series}: {problem}", zh: "{series}：{problem}"),
  Message("rule-test.interval", en: "evaluation_interval must be longer than 0", zh: "evaluation_interval 必须大于 0"),
  Message(
    "rule-test.rounds", en: "more than {limit} rounds – raise evaluation_interval",
    zh: "超过 {limit} 轮——请增大 evaluation_interval"),
  Message("rule-test.rule-failed", en: "rule '{rule}' at {time}: {problem}", zh: "规则“{rule}”，时刻 {time}：{problem}"),
  Message(
    "rule-test.histogram", en: "'{text}' is not a native histogram – write one between two braces, as in the series",
    zh: "“{text}”不是原生直方图——请像输入序列那样写在双花括号中"),
  Message(
    "rule-test.value-type", en: "the expression gives neither a vector nor a scalar", zh: "表达式的结果既不是向量也不是标量"),
  Message("rule-test.query-failed", en: "the query fails: {problem}", zh: "查询失败：{problem}"),
]
