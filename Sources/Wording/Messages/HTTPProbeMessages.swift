/// What the settings of HTTP probes have wrong, and reasons of theirs.
let httpProbeMessages: [Message] = [
  Message("fault.http.choice", en: "unknown '{word}' – {known:spelling}", zh: "未知的“{word}”——{known:spelling}"),
  Message(
    "fault.http.newest",
    en: "the installed libcurl has no HTTP/3 – leave enable_http3 out or install one that has it",
    zh: "已安装的 “libcurl” 不支持 HTTP/3——请去掉 enable_http3，或安装支持它的版本"),
  Message(
    "fault.http.address", en: "'{text}' is not an IP address – write an address of this host, e.g. 192.0.2.7",
    zh: "“{text}”不是 IP 地址——请填写本机的一个地址，例如 192.0.2.7"),
  Message(
    "fault.http.socket", en: "'{text}' is no path of a socket – write it from the root, e.g. /run/docker.sock",
    zh: "“{text}”不是套接字路径——请写绝对路径，例如 /run/docker.sock"),
  Message(
    "fault.http.size", en: "'{text}' is not a size – write a number of bytes, or e.g. 10MB",
    zh: "“{text}”不是大小——请写字节数，或例如 10MB"),
  Message(
    "fault.http.key-alone", en: "a key needs its certificate – add cert_file", zh: "私钥需要对应的证书——请添加 cert_file"),
  Message(
    "fault.http.body-file",
    en: "the body in {path} cannot be read – check the path, the owner and that it has at most 10 MiB",
    zh: "无法读取 {path} 中的请求内容——请检查路径、属主，且不超过 10 MiB"),
  Message(
    "fault.secret.source",
    en: "is not a secret – write the text, or one of these keys under it: file, env, command",
    zh: "不是密钥——请直接写文本，或在其下写 'file'、'env'、'command' 之一"),
  Message(
    "fault.secret.variable", en: "the environment has no variable {name} – set it in the unit file of the service",
    zh: "环境中没有变量 {name}——请在服务单元文件中设置"),
  Message(
    "fault.secret.command", en: "{program} gave no secret: {problem} – run it as the user of this service",
    zh: "{program} 没有给出密钥：{problem}——请以本服务的用户身份运行它"),
  Message("reason.grpc.code", en: "The call failed: {text}", zh: "调用失败：{text}"),
  Message("reason.grpc.health", en: "The service is not in order: {text}", zh: "服务不正常：{text}"),
  Message("reason.probe.header", en: "The headers are not as expected: {text}", zh: "响应头不符合要求：{text}"),
  Message("reason.probe.version", en: "The version of HTTP is not accepted: {text}", zh: "HTTP 版本不符合要求：{text}"),
  Message("reason.probe.tls_expired", en: "The certificate has expired: {text}", zh: "证书已过期：{text}"),
  Message("reason.probe.tls_not_yet_valid", en: "The certificate is not valid yet: {text}", zh: "证书尚未生效：{text}"),
  Message("reason.probe.tls_name", en: "The certificate is for another name: {text}", zh: "证书与域名不符：{text}"),
  Message("reason.probe.tls_self_signed", en: "The certificate is self-signed: {text}", zh: "证书为自签名：{text}"),
  Message("reason.probe.tls_untrusted", en: "The certificate is not trusted: {text}", zh: "证书不受信任：{text}"),
  Message("reason.probe.tls_weak", en: "The certificate is too weak: {text}", zh: "证书强度不足：{text}"),
]
