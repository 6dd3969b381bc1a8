/// What is wrong with a configuration file, whatever its kind, and with the settings of the program itself.
///
/// What is wrong stands before the dash, how to write it behind.
let settingsFaultMessages: [Message] =
  spellingMessages + fileFaultMessages + valueFaultMessages + secretFaultMessages + receiverFaultMessages
  + programFaultMessages

private let spellingMessages: [Message] = [
  Message("spelling.meant", en: "did you mean '{word}'?", zh: "是否想写“{word}”？"),
  Message("spelling.known", en: "write one of: {words:list}", zh: "可选：{words:list}"),
  Message("spelling.none", en: "there is none", zh: "目前没有可选项"),
  // The words of libraries, which are searched for as they are.
  Message("fault.foreign.plain", en: "{text}", zh: "{text}"),
  Message("fault.foreign.advised", en: "{text} – {advice}", zh: "{text}——{advice}"),
]

private let fileFaultMessages: [Message] = [
  Message(
    "fault.file.no-configuration", en: "there is no such file or folder – check --config", zh: "没有此文件或目录——请检查 --config"),
  Message("fault.file.absent", en: "there is no such file or folder – check the path", zh: "没有此文件或目录——请检查路径"),
  Message(
    "fault.file.unopened", en: "cannot be opened – check the owner and the mode of {path}",
    zh: "无法打开——请检查 {path} 的属主和权限"),
  Message("fault.file.encoding", en: "is not UTF-8 text – save it as UTF-8", zh: "不是 UTF-8 文本——请另存为 UTF-8"),
  Message(
    "fault.file.unread-folder",
    en: "this folder is not read, nothing in it takes part – move its files one folder up",
    zh: "此目录不会被读取，其中的文件不起作用——请将文件移到上一级目录"),
  Message(
    "fault.file.no-parts",
    en: "the folder holds no configuration – expected are {name}, probes/, rules/, inventory/ or plans/",
    zh: "目录中没有配置——应有 {name}、probes/、rules/、inventory/ 或 plans/"),
  Message(
    "fault.file.no-tests", en: "the file holds no tests – write rule_files: and tests:",
    zh: "文件中没有测试——请写 rule_files: 和 tests:"),
  Message(
    "fault.file.no-match", en: "no file matches '{pattern}' – write it relative to the test file",
    zh: "没有与“{pattern}”匹配的文件——请写相对于测试文件的路径"),
  Message(
    "fault.yaml.empty", en: "the file is empty – restore its content, or delete the file", zh: "文件为空——请恢复内容，或删除该文件"),
  Message(
    "fault.yaml.too-large", en: "the file is larger than {mebibytes} MiB – split it", zh: "文件超过 {mebibytes} MiB——请拆分"),
  Message(
    "fault.yaml.malformed", en: "not YAML: {problem} – check the indentation, quotes and colons near here",
    zh: "不是合法的 YAML：{problem}——请检查附近的缩进、引号和冒号"),
  Message("fault.yaml.unreadable", en: "not YAML: {problem}", zh: "不是合法的 YAML：{problem}"),
  Message(
    "fault.yaml.exploding",
    en:
      "aliases expand to more than {count} nodes or nest deeper than {depth} – write the repeated parts out or split the file",
    zh: "别名展开后超过 {count} 个节点，或嵌套深于 {depth} 层——请直接写出重复部分，或拆分文件"),
  Message(
    "fault.yaml.repeated-key", en: "the key stands twice in one mapping – remove one", zh: "同一映射中此键出现两次——请删除其中一个"),
]

private let valueFaultMessages: [Message] = [
  Message("node.mapping", en: "a mapping", zh: "映射"),
  Message("node.list", en: "a list", zh: "列表"),
  Message("node.empty", en: "empty", zh: "空值"),
  Message("node.value", en: "a single value", zh: "单个值"),
  Message("node.alias", en: "an alias", zh: "别名"),
  Message(
    "fault.setting.mapping-expected",
    en: "a mapping is expected, this is {found:node.*} – write 'key: value' lines below it",
    zh: "此处应为映射，实际为{found:node.*}——请在其下逐行写 'key: value'"),
  Message(
    "fault.setting.merge-expected",
    en: "a mapping to merge is expected, this is {found:node.*} – write '<<: *anchor' of a mapping",
    zh: "此处应合并一个映射，实际为{found:node.*}——请写指向映射的 '<<: *anchor'"),
  Message(
    "fault.setting.list-expected",
    en: "a list is expected, this is {found:node.*} – write '- item' lines, or [item, item]",
    zh: "此处应为列表，实际为{found:node.*}——请逐行写 '- item'，或写 [item, item]"),
  Message(
    "fault.setting.value-expected",
    en: "a single value is expected, this is {found:node.*} – write one value behind the colon",
    zh: "此处应为单个值，实际为{found:node.*}——请在冒号后写一个值"),
  Message("fault.setting.missing", en: "the key '{key}' is missing – add '{key}: …'", zh: "缺少键“{key}”——请添加 '{key}: …'"),
  Message("fault.setting.unknown", en: "unknown key – {known:spelling}", zh: "未知的键——{known:spelling}"),
  Message("fault.setting.list-short", en: "the list is too short", zh: "列表元素不足"),
  Message(
    "fault.value.boolean", en: "'{text}' is not true or false – write true or false",
    zh: "“{text}”不是布尔值——请写 true 或 false"),
  Message(
    "fault.value.number", en: "'{text}' is not a number – write digits, e.g. 5 or 0.5",
    zh: "“{text}”不是数字——请写数字，例如 5 或 0.5"),
  Message(
    "fault.value.integer", en: "'{text}' is not a whole number – write digits, e.g. 5", zh: "“{text}”不是整数——请写数字，例如 5"),
  Message(
    "fault.value.duration", en: "'{text}' is not a duration – write a number and a unit, e.g. 5s, 2m, 1h30m",
    zh: "“{text}”不是时长——请写数字加单位，例如 5s、2m、1h30m"),
  Message(
    "fault.value.bytes", en: "'{text}' is not a number of bytes – write e.g. 512MiB or 20GB",
    zh: "“{text}”不是字节数——请写成例如 512MiB 或 20GB"),
  Message(
    "fault.value.pattern", en: "'{text}' is not a regular expression: {problem} – RE2 syntax applies",
    zh: "“{text}”不是正则表达式：{problem}——请使用 RE2 语法"),
  Message(
    "fault.zone.name",
    en: "zone '{name}' is not a zone's name – write e.g. Europe/Berlin or Asia/Shanghai; tzdata holds them",
    zh: "“{name}”不是时区名——请写成例如 Europe/Berlin 或 Asia/Shanghai，时区名见 tzdata"),
  Message(
    "fault.zone.unknown",
    en: "zone '{name}' is not known to this machine – write e.g. Europe/Berlin or Asia/Shanghai; tzdata holds them",
    zh: "本机没有时区“{name}”——请写成例如 Europe/Berlin 或 Asia/Shanghai，时区名见 tzdata"),
  Message(
    "fault.zone.unreadable",
    en: "zone '{name}' cannot be read: {problem} – write e.g. Europe/Berlin or Asia/Shanghai; tzdata holds them",
    zh: "无法读取时区“{name}”：{problem}——请写成例如 Europe/Berlin 或 Asia/Shanghai，时区名见 tzdata"),
]

private let secretFaultMessages: [Message] = [
  Message(
    "fault.secret.unopened", en: "the secret file {path} cannot be opened – check the path and the owner",
    zh: "无法打开密钥文件 {path}——请检查路径和属主"),
  Message(
    "fault.secret.exposed", en: "the secret file {path} is open to every user of this machine – chmod o= {path}",
    zh: "本机所有用户都能读取密钥文件 {path}——请执行 chmod o= {path}"),
  Message(
    "fault.secret.too-large", en: "the secret file {path} is larger than {kibibytes} KiB – is it the right file?",
    zh: "密钥文件 {path} 超过 {kibibytes} KiB——是否选错了文件？"),
  Message(
    "fault.secret.unreadable", en: "the secret file {path} cannot be read as text – check the owner and the encoding",
    zh: "密钥文件 {path} 不能作为文本读取——请检查属主和编码"),
  Message(
    "fault.secret.none", en: "neither '{clear}' nor '{file}' is given – add one", zh: "“{clear}”和“{file}”均未填写——请填写其中一个"),
  Message("fault.secret.both", en: "'{clear}' stands beside '{file}' – keep one", zh: "“{clear}”与“{file}”同时存在——请保留一个"),
]

private let receiverFaultMessages: [Message] = [
  Message(
    "fault.route.interval", en: "an interval under 1m would flood – write e.g. 4h", zh: "间隔短于 1m 会造成通知轰炸——请写成例如 4h"),
  Message(
    "fault.route.no-receivers", en: "there is no receiver '{name}' – define it under receivers:",
    zh: "没有接收方“{name}”——请在 receivers: 下定义"),
  Message(
    "fault.route.no-such-receiver", en: "there is no receiver '{name}' – {known:spelling}",
    zh: "没有接收方“{name}”——{known:spelling}"),
  Message(
    "fault.route.missing", en: "no route leads to these receivers – add '{example}'", zh: "没有路由指向这些接收方——请添加 '{example}'"
  ),
  Message(
    "fault.receiver.name", en: "'{name}' is not a name – write letters, digits, - and _",
    zh: "“{name}”不能作为名称——请使用字母、数字、- 和 _"),
  Message("fault.receiver.twice", en: "two receivers are named '{name}' – rename one", zh: "两个接收方同名“{name}”——请改名其中一个"),
  Message(
    "fault.receiver.no-channel",
    en: "receiver '{name}' has no channel, so nobody would be told – add one of: {known:list}",
    zh: "接收方“{name}”没有任何渠道，无人会收到通知——请添加其一：{known:list}"),
  Message("fault.receiver.both", en: "{key} is set as well – keep one of the two", zh: "同时设置了 {key}——请保留其一"),
  Message(
    "fault.receiver.credentials", en: "is missing – write credentials or credentials_file",
    zh: "未填写——请写 credentials 或 credentials_file"),
  Message(
    "fault.receiver.mail-to", en: "is not a list of mail addresses – write a@example.org, Name <b@example.org>",
    zh: "不是邮件地址列表——请写成 a@example.org, Name <b@example.org>"),
  Message(
    "fault.receiver.mail-from", en: "is not a mail address – write it here or as global smtp_from",
    zh: "不是邮件地址——请写在此处，或写在 global 的 smtp_from"),
  Message(
    "fault.receiver.smarthost", en: "is not host:port – write it here or as global smtp_smarthost",
    zh: "不是 host:port——请写在此处，或写在 global 的 smtp_smarthost"),
  Message(
    "fault.receiver.hello", en: "is not a host name – write e.g. watch.example.org",
    zh: "不是主机名——请写成例如 watch.example.org"),
  Message("fault.receiver.url-missing", en: "is missing – write url or url_file", zh: "未填写——请写 url 或 url_file"),
  Message(
    "fault.receiver.url", en: "is not a web address – write http://… or https://…", zh: "不是网址——请写 http://… 或 https://…"),
]

private let programFaultMessages: [Message] = [
  Message(
    "fault.settings.language", en: "'{word}' is not a language – {known:spelling}",
    zh: "不支持语言“{word}”——{known:spelling}"),
  Message("fault.settings.retention", en: "retention is at least 1h – write e.g. 15d", zh: "保留时间至少为 1h——请写成例如 15d"),
  Message(
    "fault.settings.out-of-order-window", en: "the out-of-order window is at most 24h – write e.g. 1h",
    zh: "乱序窗口最多为 24h——请写成例如 1h"),
  Message(
    "fault.settings.limit", en: "{number} is no limit – write a number above 0", zh: "{number} 不能作为上限——请写大于 0 的数"),
  Message(
    "fault.settings.query-memory", en: "a query needs memory – write 1MiB or more, e.g. 256MiB",
    zh: "查询需要内存——请写 1MiB 以上，例如 256MiB"),
  Message(
    "fault.remote-write.twice", en: "two endpoints are named '{name}' – give one another name",
    zh: "两个端点同名“{name}”——请为其中一个换一个名称"),
  Message("fault.remote-write.name", en: "is empty – leave it out or write a name", zh: "为空——请删去或写一个名称"),
  Message(
    "fault.remote-write.message", en: "'{word}' is no message of remote write – {known:spelling}",
    zh: "“{word}”不是可用的消息类型——{known:spelling}"),
  Message(
    "fault.remote-write.header",
    en: "{name} is written by Watchkeeper itself – use authorization or basic_auth for credentials",
    zh: "{name} 由程序自行填写——凭据请用 authorization 或 basic_auth"),
  Message(
    "fault.remote-write.samples", en: "{number} is not between 1 and {most} – write e.g. 5000",
    zh: "{number} 不在 1 到 {most} 之间——请写成例如 5000"),
  Message("fault.remote-write.duration", en: "is too short – write e.g. 5s", zh: "时间过短——请写成例如 5s"),
  Message(
    "fault.remote-write.backoff", en: "is shorter than min_backoff – write at least {least}",
    zh: "比 min_backoff 短——请至少写 {least}"),
  Message(
    "fault.remote-write.age", en: "is not between 1m and 1d – write e.g. 2h", zh: "不在 1m 到 1d 之间——请写成例如 2h"),
  Message(
    "fault.remote-write.patience", en: "an endpoint that asks for patience always gets it – leave the key out",
    zh: "端点要求稍后再试时总会重试——请删去此项"),
  Message("fault.settings.query-timeout", en: "a query needs time – write e.g. 2m", zh: "查询需要时间——请写成例如 2m"),
  Message(
    "fault.settings.external-url", en: "is not a URL – write e.g. https://watch.example.org",
    zh: "不是网址——请写成例如 https://watch.example.org"),
  Message(
    "fault.settings.listen", en: "'{text}' is not an address – write e.g. 127.0.0.1:9464",
    zh: "“{text}”不是地址——请写成例如 127.0.0.1:9464"),
  Message(
    "fault.settings.listen-public",
    en:
      "'{host}' is not the loopback interface, and this version has no accounts and no TLS – write 127.0.0.1:{port} and reach it through ssh -L or a proxy",
    zh: "“{host}”不是回环接口，而本版本没有账号和 TLS——请写 127.0.0.1:{port}，通过 ssh -L 或代理访问"),
  Message(
    "fault.settings.rounds", en: "{number} rounds prove nothing – write 1 or more", zh: "{number} 轮无法证明已恢复——请写 1 或更大的数"),
  Message(
    "fault.settings.heartbeat-interval", en: "an interval is at least 1s – write e.g. 1m", zh: "间隔至少为 1s——请写成例如 1m"),
]
