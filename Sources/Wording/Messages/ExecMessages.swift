/// What the settings of plugins have wrong, and what became of one.
let execMessages: [Message] = [
  Message(
    "fault.exec.command",
    en: "is not a program – write its whole path first, e.g. [/usr/lib/nagios/plugins/check_load]",
    zh: "不是程序——请先写完整路径，例如 [/usr/lib/nagios/plugins/check_load]"),
  Message("fault.exec.text", en: "'{text}' has a zero byte in it – remove it", zh: "“{text}”中含有零字节——请删除"),
  Message(
    "fault.exec.variable", en: "'{name}' is not the name of a variable – leave out '='", zh: "“{name}”不是变量名——请去掉“=”"),
  Message(
    "fault.exec.output", en: "{number} is out of range – write 1 to 16777216", zh: "{number} 超出范围——请写 1 到 16777216"),
  Message("reason.exec.failed", en: "The plugin says: {text}", zh: "插件报告：{text}"),
  Message("reason.exec.unknown", en: "The plugin could not tell: {text}", zh: "插件无法判断：{text}"),
  Message("reason.exec.not_started", en: "The plugin cannot be started: {text}", zh: "插件无法启动：{text}"),
  Message("reason.exec.timed_out", en: "The plugin did not end in time: {text}", zh: "插件超时未结束：{text}"),
  Message("reason.exec.output", en: "The plugin prints too much: {text}", zh: "插件输出过多：{text}"),
]
