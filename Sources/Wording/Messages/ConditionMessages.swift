/// What is wrong with a condition of a probe, at the place that the fault names.
let conditionMessages: [Message] = [
  Message("fault.condition.empty", en: "is empty – write e.g. status == 200", zh: "为空——请写成例如 'status == 200'"),
  Message(
    "fault.condition.length", en: "is longer than {number} characters – write several conditions",
    zh: "超过 {number} 个字符——请拆成多个条件"),
  Message("fault.condition.equals", en: "= compares nothing – write ==", zh: "= 不是比较符——请写 =="),
  Message("fault.condition.character", en: "'{text}' means nothing here – remove it", zh: "“{text}”在此无意义——请删除"),
  Message("fault.condition.quote", en: "the text has no end – add the closing quote", zh: "文本没有结束——请补上右引号"),
  Message(
    "fault.condition.number", en: "'{text}' is not a number – write e.g. 200, 0.5 or 300ms",
    zh: "“{text}”不是数——请写成例如 200、0.5 或 300ms"),
  Message(
    "fault.condition.unit", en: "unknown unit '{text}' – write one of ms s m h d w, B KB MB GB KiB MiB GiB",
    zh: "未知的单位“{text}”——请写 'ms s m h d w' 或 'B KB MB GB KiB MiB GiB' 之一"),
  Message(
    "fault.condition.rest", en: "nothing may follow here, but '{text}' does – join conditions with and, or",
    zh: "此处不应再有“{text}”——请用 'and'、'or' 连接条件"),
  Message(
    "fault.condition.expected", en: "'{sign}' is missing before '{text}' – add it", zh: "“{text}”之前缺少“{sign}”——请补上"),
  Message(
    "fault.condition.no-comparison", en: "says neither yes nor no – compare it, e.g. with ==", zh: "得不出是或否——请加上比较，例如 =="
  ),
  Message("fault.condition.depth", en: "is nested too deeply – write several conditions", zh: "嵌套过深——请拆成多个条件"),
  Message("fault.condition.word", en: "unknown word '{word}' – {known:spelling}", zh: "未知的词“{word}”——{known:spelling}"),
  Message(
    "fault.condition.operator", en: "'{text}' cannot follow not – write contains, matches or in",
    zh: "'not' 之后不能是“{text}”——请写 'contains'、'matches' 或 'in'"),
  Message(
    "fault.condition.types", en: "a {left} cannot be compared so with a {right} – compare like with like",
    zh: "“{left}”不能这样与“{right}”比较——请比较同类的值"),
  Message(
    "fault.condition.pattern-text", en: "'{text}' is no pattern – write it in quotes", zh: "“{text}”不是正则表达式——请加引号"),
  Message(
    "fault.condition.value", en: "a value is missing before '{text}' – write e.g. status, body.name or 200",
    zh: "“{text}”之前缺少值——请写成例如 'status'、'body.name' 或 200"),
  Message(
    "fault.condition.length-of", en: "a {type} has no length – give len() a text or a list",
    zh: "“{type}”没有长度——len() 需要文本或列表"),
  Message(
    "fault.condition.header", en: "no header is named before '{text}' – write headers['Content-Type']",
    zh: "“{text}”之前没有写明响应头——请写“headers['Content-Type']”"),
  Message(
    "fault.condition.member", en: "'{text}' is no part of a path – write body.name, body['a name'] or body[0]",
    zh: "“{text}”不是路径的一部分——请写“body.name”、“body['a name']”或“body[0]”"),
  Message(
    "fault.condition.many", en: "{number} conditions are too many – write at most {most}",
    zh: "{number} 个条件过多——请最多写 {most} 个"),
  Message("reason.probe.condition", en: "A condition does not hold: {text}", zh: "条件不成立：{text}"),
]
