/// The kinds that tell when something ends: certificates in files, registrations of domains.
let expiryMessages: [Message] = [
  Message(
    "reason.certificate-files.validity", en: "A certificate ends soon or has ended: {text}", zh: "证书即将到期或已到期：{text}"),
  Message(
    "reason.certificate-files.unreadable", en: "A certificate file cannot be read: {text}", zh: "证书文件无法读取：{text}"),
  Message(
    "fault.certificate-files.path", en: "'{text}' is not an absolute path – begin it with /",
    zh: "“{text}”不是绝对路径——请以 / 开头"),
  Message(
    "reason.domain.unasked", en: "The registry could not be asked: {text}", zh: "无法查询域名注册信息：{text}"),
  Message("reason.domain.unregistered", en: "The domain is not registered: {text}", zh: "域名未注册：{text}"),
  Message("reason.domain.expiry", en: "The domain's registration ends: {text}", zh: "域名注册即将到期或已到期：{text}"),
]
