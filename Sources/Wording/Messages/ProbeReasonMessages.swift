/// Why a probe says that its target is down, or does not know: `text` is the probe's own explanation.
let probeReasonMessages: [Message] = [
  Message("reason.probe.name_unresolved", en: "The name cannot be resolved: {text}", zh: "主机名无法解析：{text}"),
  Message("reason.probe.refused", en: "The connection was refused: {text}", zh: "连接被拒绝：{text}"),
  Message("reason.probe.unreachable", en: "There is no way to the target: {text}", zh: "目标不可达：{text}"),
  Message("reason.probe.connection_lost", en: "The connection broke: {text}", zh: "连接中断：{text}"),
  Message("reason.probe.timed_out", en: "No answer in time: {text}", zh: "超时未应答：{text}"),
  Message("reason.probe.tls", en: "TLS failed: {text}", zh: "TLS 失败：{text}"),
  Message("reason.probe.redirects", en: "Too many redirects: {text}", zh: "重定向过多：{text}"),
  Message("reason.probe.status", en: "The status is not a good one: {text}", zh: "状态码不符合要求：{text}"),
  Message("reason.probe.body", en: "The body is not as expected: {text}", zh: "应答内容不符合要求：{text}"),
  Message("reason.probe.protocol", en: "The answer breaks the protocol: {text}", zh: "应答不符合协议：{text}"),
  Message("reason.probe.encrypted", en: "Encrypted, and should not be: {text}", zh: "不应加密却已加密：{text}"),
  Message("reason.probe.plain", en: "Not encrypted, and should be: {text}", zh: "应加密却未加密：{text}"),
  Message("reason.scrape.body", en: "The metrics cannot be read: {text}", zh: "指标无法读取：{text}"),
  Message(
    "reason.probe.local", en: "The collector could not look, the target's state is unknown: {text}",
    zh: "采集器无法检查，目标状态未知：{text}"),
  Message("reason.probe.hangs", en: "The probe has not come back: {text}", zh: "探测尚未返回：{text}"),
]
