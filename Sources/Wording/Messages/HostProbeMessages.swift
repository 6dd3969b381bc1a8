/// The kinds `linux-host` and `logs`.
let hostProbeMessages: [Message] = [
  Message(
    "fault.host.collector", en: "unknown collector '{word}' – {known:spelling}",
    zh: "未知的采集项“{word}”——{known:spelling}"),
  Message(
    "fault.host.group-key", en: "'{word}' is no way to group processes – {known:spelling}",
    zh: "“{word}”不是进程分组方式——{known:spelling}"),
  Message(
    "fault.logs.begin", en: "'{word}' is no place to begin – {known:spelling}", zh: "“{word}”不是起始位置——{known:spelling}"),
  Message("fault.files.paths", en: "write 1 to {most} paths, each once", zh: "请写 1 到 {most} 个互不相同的路径"),
  Message(
    "fault.logs.file", en: "'{text}' is no path of a file – write it from the root, e.g. /var/log/nginx/*.log",
    zh: "“{text}”不是文件路径——请写绝对路径，例如 /var/log/nginx/*.log"),
  Message(
    "fault.logs.nothing", en: "there is nothing to read – add 'files' or 'journal'",
    zh: "没有可读取的来源——请添加 'files' 或 'journal'"),
  Message(
    "fault.logs.patterns", en: "write 1 to {limit} patterns, each with 'metric' and 'match'",
    zh: "请写 1 到 {limit} 个模式，每个包含 'metric' 和 'match'"),
  Message(
    "fault.logs.metric", en: "'{text}' is not a counter's name – use letters, digits and _, and end it with _total",
    zh: "“{text}”不是计数器名称——请使用字母、数字和 _，并以 _total 结尾"),
  Message(
    "fault.logs.group", en: "the group '{name}' would hide a label of the probe's own – rename it",
    zh: "分组“{name}”会遮盖探测自身的标签——请改名"),
]
