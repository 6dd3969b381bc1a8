/// What the settings of scenarios and of samples out of answers have wrong, and why a step fails.
let scenarioMessages: [Message] = [
  Message(
    "fault.sample.default",
    en: "stands beside regexp – a default needs json, where the object around the number is there",
    zh: "不能与 'regexp' 合用——默认值需要 'json'，数值所在的对象必须存在"),
  Message("fault.sample.many", en: "too many samples – write at most {most}", zh: "样本过多——最多 {most} 个"),
  Message(
    "fault.sample.metric",
    en:
      "'{text}' is not a name for a series – use letters, digits and _, beginning neither with a digit nor with probe_",
    zh: "“{text}”不能作为序列名称——请使用字母、数字和 _，不能以数字或 'probe_' 开头"),
  Message(
    "fault.sample.source", en: "says not once where from – write json, with label for an object, or regexp",
    zh: "没有唯一写明来源——请写 'json'（对象需加 'label'）或 'regexp'"),
  Message("fault.sample.twice", en: "a label is given twice – leave one out", zh: "同一标签出现两次——请去掉一个"),
  Message(
    "fault.scenario.capture", en: "says not once where from – write one of json, header, regexp",
    zh: "没有唯一写明来源——请写 'json'、'header'、'regexp' 之一"),
  Message(
    "fault.scenario.name", en: "'{name}' is not a name for a value – use letters, digits and _, no digit first",
    zh: "“{name}”不能作为值的名称——请使用字母、数字和 _，不能以数字开头"),
  Message("fault.scenario.steps", en: "has no steps or too many – write 1 to {most}", zh: "没有步骤或步骤过多——请写 1 到 {most} 个"),
  Message("fault.scenario.twice", en: "two steps have one name – rename one", zh: "两个步骤同名——请改名其中一个"),
  Message(
    "fault.scenario.unknown", en: "step '{step}' uses '{word}', which no earlier step captures – {known:spelling}",
    zh: "步骤“{step}”使用了“{word}”，但之前的步骤没有取得它——{known:spelling}"),
  Message(
    "reason.probe.no_samples", en: "The page has none of the numbers that are read from it: {text}",
    zh: "页面中没有要读取的任何数值：{text}"),
  Message("reason.scenario.capture", en: "A value is missing in an answer: {text}", zh: "应答中缺少需要的值：{text}"),
]
