/// The probes that speak a protocol over a stream: what their settings have wrong and why a target is down.
let streamMessages: [Message] = [
  Message("reason.stream.unexpected", en: "The answer is not the expected one: {text}", zh: "应答与预期不符：{text}"),
  Message("reason.stream.too_long", en: "The answer does not end: {text}", zh: "应答过长：{text}"),
  Message("reason.stream.declined", en: "The server declines: {text}", zh: "服务器拒绝服务：{text}"),
  Message("reason.stream.login", en: "The login was refused: {text}", zh: "登录被拒绝：{text}"),
  Message("reason.tls.expired", en: "A certificate has expired: {text}", zh: "证书已过期：{text}"),
  Message("reason.tls.not_yet_valid", en: "A certificate is not valid yet: {text}", zh: "证书尚未生效：{text}"),
  Message("reason.tls.wrong_name", en: "The certificate is for another name: {text}", zh: "证书与域名不符：{text}"),
  Message("reason.tls.self_signed", en: "The certificate is signed by itself: {text}", zh: "证书为自签名：{text}"),
  Message(
    "reason.tls.unknown_authority", en: "The certificate's authority is unknown: {text}", zh: "证书颁发机构不受信任：{text}"),
  Message("reason.tls.weak_key", en: "A certificate has a weak key: {text}", zh: "证书密钥强度不足：{text}"),
  Message("reason.tls.weak_signature", en: "A certificate has a weak signature: {text}", zh: "证书签名算法过弱：{text}"),
  Message("reason.tls.revoked", en: "The certificate was revoked: {text}", zh: "证书已吊销：{text}"),
  Message("reason.tls.broken_chain", en: "The certificate chain does not hold: {text}", zh: "证书链无效：{text}"),
  Message("reason.tls.version", en: "No common TLS version or cipher: {text}", zh: "没有共同的 TLS 版本或加密套件：{text}"),
  Message(
    "reason.tls.client_certificate", en: "The server wants a client certificate: {text}", zh: "服务器要求客户端证书：{text}"),
  Message(
    "fault.websocket.target", en: "'{text}' is not a WebSocket – write e.g. wss://push.example.org/live",
    zh: "“{text}”不是 WebSocket 地址——请写成例如 wss://push.example.org/live"),
  Message(
    "fault.websocket.word", en: "'{text}' cannot be a header or a protocol – write letters, digits and hyphens",
    zh: "“{text}”不能作为请求头或协议名——请使用字母、数字和连字符"),
  Message(
    "fault.stream.key-alone", en: "a key without a certificate – add cert_file", zh: "有密钥但没有证书——请加上 cert_file"),
  Message(
    "fault.stream.version", en: "'{text}' is not a TLS version – write TLS10, TLS11, TLS12 or TLS13",
    zh: "“{text}”不是 TLS 版本——请写 TLS10、TLS11、TLS12 或 TLS13"),
  Message(
    "fault.stream.versions", en: "lies below min_version – write the same version or a later one",
    zh: "低于 min_version——请写相同或更高的版本"),
  Message(
    "fault.stream.expect", en: "a step expects either a pattern or bytes – make two steps of it",
    zh: "一个步骤只能使用 'expect' 或 'expect_bytes' 之一——请拆成两个步骤"),
  Message(
    "fault.stream.labels", en: "labels are caught by a pattern – add expect to the step",
    zh: "标签取自正则表达式的匹配——请在该步骤中加上 'expect'"),
  Message("reason.stream.old", en: "The software is too old: {text}", zh: "软件版本过低：{text}"),
  Message(
    "fault.stream.password-alone", en: "a password without a user – add username", zh: "有密码但没有用户——请加上 'username'"),
  Message(
    "fault.stream.user", en: "is not a user name – write one line that is not empty", zh: "不是用户名——请写非空的一行"),
  Message(
    "fault.stream.word", en: "'{text}' cannot be sent – write ASCII letters, digits and signs, no < or >",
    zh: "“{text}”无法发送——请使用 ASCII 字母、数字和符号，不含 < 或 >"),
  Message(
    "fault.stream.software", en: "'{text}' is not a version – write numbers with dots, e.g. \"9.2\"",
    zh: "“{text}”不是版本号——请写带点的数字，例如 \"9.2\""),
  Message(
    "fault.stream.file", en: "is a file that cannot be asked for – write one line, and add username",
    zh: "无法查询该文件——请写一行路径，并加上 'username'"),
  Message("reason.stream.query", en: "A query failed: {text}", zh: "查询失败：{text}"),
  Message(
    "fault.sql.name", en: "'{text}' is not a metric name – use letters, digits and _, no digit first",
    zh: "“{text}”不是指标名——请使用字母、数字和 _，不能以数字开头"),
  Message(
    "fault.sql.text", en: "is not a query – write SQL of at most {number} bytes", zh: "不是查询——请写不超过 {number} 字节的 SQL"),
  Message(
    "fault.redis.starttls", en: "Redis has no STARTTLS – write none or tls", zh: "该服务不支持 STARTTLS——请写 'none' 或 'tls'"),
  Message("fault.stream.steps", en: "too many steps – write at most {number}", zh: "步骤过多——最多 {number} 个"),
]
