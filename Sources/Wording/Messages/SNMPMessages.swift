/// What is wrong with a definition or profile of a network device, and why a device does not give what it is asked for.
let snmpMessages: [Message] = [
  Message(
    "fault.snmp.target", en: "'{text}' is no host or host:port; an IPv6 address with a port stands in brackets",
    zh: "“{text}”不是主机或“主机:端口”；带端口的 IPv6 地址需加方括号"),
  Message("fault.snmp.version", en: "'{word}' is no version of SNMP: 1, 2c or 3", zh: "“{word}”不是 SNMP 版本：可用 1、2c 或 3"),
  Message("fault.snmp.user-missing", en: "version 3 needs a 'user'", zh: "版本 3 需要设置用户（“user:”）"),
  Message(
    "fault.snmp.algorithm", en: "unknown algorithm '{word}' – {known:spelling}", zh: "不支持算法“{word}”——{known:spelling}"),
  Message(
    "fault.snmp.privacy-alone", en: "'priv_password' needs 'auth_password' beside it: SNMPv3 hides only what is proven",
    zh: "使用 priv_password 时须同时设置 auth_password：SNMPv3 只加密经过认证的报文"),
  Message(
    "fault.snmp.password", en: "a password of SNMPv3 has at least 8 characters", zh: "SNMPv3 密码至少为 8 个字符"),
  Message("fault.snmp.retries", en: "{number} is no number of retries from 0 to 10", zh: "重试次数应为 0 到 10，不能是 {number}"),
  Message(
    "fault.snmp.reply-bytes", en: "{number} is no size of an answer from 484 to 65507 octets",
    zh: "应答大小应为 484 到 65507 字节，不能是 {number}"),
  Message(
    "fault.snmp.without-password",
    en: "an algorithm needs the password that it is used with, 'auth_password' or 'priv_password'",
    zh: "指定算法时须同时设置对应的密码（auth_password 或 priv_password）"),
  Message(
    "fault.snmp.oid",
    en:
      "'{text}' is no object – write an identifier such as 1.3.6.1.2.1.1.3, or MODULE::name of a file in probes/snmp/mibs",
    zh: "“{text}”不是对象——请写对象标识符，例如 1.3.6.1.2.1.1.3，或 probes/snmp/mibs 下文件中的 MODULE::name"),
  Message("fault.snmp.mib", en: "the MIB file cannot be read: {problem}", zh: "无法读取 MIB 文件：{problem}"),
  Message(
    "fault.snmp.foreign-folder", en: "this folder of 'mibs' cannot be listed – check that it exists and may be read",
    zh: "无法列出“mibs”中的这个目录——请确认它存在且可读"),
  Message(
    "fault.snmp.foreign-bound",
    en: "this MIB file and those after it are not read: 'mibs' takes {files} files and {mebibytes} MiB together",
    zh: "从此 MIB 文件起不再读取：“mibs”合计最多 {files} 个文件、{mebibytes} MiB"),
  Message(
    "fault.snmp.foreign-more", en: "{count} more files of 'mibs' cannot be read", zh: "“mibs”中还有 {count} 个文件无法读取"),
  Message("fault.snmp.foreign-count", en: "'mibs' takes at most {most} folders", zh: "“mibs”最多 {most} 个目录"),
  Message(
    "fault.snmp.profile", en: "there is no device profile '{word}' – {known:spelling}",
    zh: "没有名为“{word}”的设备模板——{known:spelling}"),
  Message(
    "fault.snmp.row-label", en: "no table of a device profile has a label '{word}' – {known:spelling}",
    zh: "没有哪个设备模板的表带有标签“{word}”——{known:spelling}"),
  Message("fault.snmp.metric", en: "'{name}' is no name of a metric", zh: "“{name}”不是指标名称"),
  Message("fault.snmp.index", en: "the table's 'index' has no part '{name}'", zh: "表的索引定义中没有“{name}”这一部分"),
  Message(
    "fault.snmp.lookup", en: "a label is looked up in 1 to {most} columns, not in {number}",
    zh: "标签的查找须经过 1 到 {most} 列，不能是 {number} 列"),
  Message(
    "fault.snmp.units-empty", en: "name the column that tells the unit: 'scale', 'precision' or 'factor'",
    zh: "请写出说明单位的列：“scale”、“precision”或“factor”"),
  Message(
    "fault.snmp.units-kind", en: "'{name}' cannot have units: only a gauge is a measured value",
    zh: "“{name}”不能设置“units”：只有“gauge”是测量值"),
  Message(
    "fault.snmp.listen", en: "'{text}' is not a place to listen for traps – write e.g. udp://127.0.0.1:5162",
    zh: "“{text}”不是接收陷阱的监听地址——请写成例如 udp://127.0.0.1:5162"),
  Message(
    "fault.snmp.nobody", en: "nobody may send traps here – name 'communities', 'users' or both",
    zh: "没有允许发送陷阱的对象——请设置“communities”、“users”或两者"),
  Message(
    "fault.snmp.forwarder", en: "'{text}' is no numeric address – write e.g. 192.0.2.5 or 2001:db8::5",
    zh: "“{text}”不是数字地址——请写成例如 192.0.2.5 或 2001:db8::5"),
  Message(
    "fault.snmp.notification", en: "unknown trap '{word}' – {known:spelling}", zh: "未知的陷阱“{word}”——{known:spelling}"),
  Message(
    "fault.snmp.object",
    en: "'{name}' is no object of the device profiles – write one of their metrics or labels, or an object identifier",
    zh: "设备模板中没有对象“{name}”——请写模板中的指标名、标签名，或对象标识符"),
  Message(
    "fault.snmp.label",
    en:
      "'{name}' cannot be a label here – use letters, digits and _, no digit first, and none of host, pattern and trap",
    zh: "“{name}”不能用作此处的标签——请使用字母、数字和 _，不以数字开头，且不能是“host”、“pattern”、“trap”"),
  Message("reason.snmp.unknown_user", en: "SNMPv3: the user is unknown: {text}", zh: "SNMPv3 用户不存在：{text}"),
  Message(
    "reason.snmp.wrong_authentication", en: "SNMPv3: the authentication fails: {text}", zh: "SNMPv3 认证失败：{text}"),
  Message("reason.snmp.wrong_privacy", en: "SNMPv3: the encryption fails: {text}", zh: "SNMPv3 加密失败：{text}"),
  Message(
    "reason.snmp.security_level", en: "SNMPv3: the level of security is refused: {text}",
    zh: "SNMPv3 安全级别被拒绝：{text}"),
  Message(
    "reason.snmp.time_window", en: "SNMPv3: the device's clock and ours do not agree: {text}",
    zh: "SNMPv3 时间窗口不符，设备时钟与本机记录不一致：{text}"),
  Message("reason.snmp.unknown_context", en: "SNMPv3: the context is unknown: {text}", zh: "SNMPv3 上下文不存在：{text}"),
  Message("reason.snmp.forged", en: "SNMPv3: the answers prove nothing: {text}", zh: "SNMPv3 应答未通过认证：{text}"),
  Message("reason.snmp.refused", en: "The device refuses the request: {text}", zh: "设备拒绝了请求：{text}"),
  Message("reason.snmp.changes", en: "The device keeps changing: {text}", zh: "设备的表不断变化：{text}"),
]
