/// Reasons and settings of the kinds icmp, dns, ntp and syslog.
let datagramMessages: [Message] = [
  Message(
    "reason.probe.loss", en: "{lost} of {sent} packets were lost, at most {most} may be",
    zh: "{sent} 个数据包丢失 {lost}，上限为 {most}"),
  Message("reason.probe.slow", en: "The answer takes {took}, at most {most} may be", zh: "应答耗时 {took}，上限为 {most}"),
  Message("reason.probe.hop_limit", en: "The hop limit ended on the way: {text}", zh: "跳数在途中耗尽：{text}"),
  Message("reason.probe.packet_size", en: "The packet is too large for the way: {text}", zh: "数据包超过路径允许的大小：{text}"),
  Message(
    "reason.probe.icmp_permission",
    en:
      "This program may not send pings, the target's state is unknown. Give it the capability CAP_NET_RAW, or set the sysctl net.ipv4.ping_group_range to span its group.",
    zh: "程序没有发送 ping 的权限，目标状态未知。请授予 CAP_NET_RAW 能力，或将 sysctl net.ipv4.ping_group_range 设为包含程序所属的组。"),
  Message("reason.probe.dns_code", en: "The answer's code is not a good one: {text}", zh: "应答码不符合要求：{text}"),
  Message("reason.probe.dns_records", en: "The records are not as expected: {text}", zh: "记录不符合要求：{text}"),
  Message("reason.probe.dns_serial", en: "The servers do not have the same zone: {text}", zh: "各服务器的区数据不一致：{text}"),
  Message(
    "reason.probe.dns_unsigned", en: "The answer is not verified by DNSSEC: {text}", zh: "应答未通过 DNSSEC 验证：{text}"),
  Message("reason.probe.ntp_refused", en: "The time server refuses: {text}", zh: "时间服务器拒绝服务：{text}"),
  Message("reason.probe.ntp_unset", en: "The time server has no time: {text}", zh: "时间服务器自身未同步：{text}"),
  Message("reason.probe.ntp_quality", en: "The time server is not good enough: {text}", zh: "时间服务器质量不符合要求：{text}"),
  Message("reason.probe.ntp_offset", en: "The clocks differ: {text}", zh: "时钟偏差过大：{text}"),
  Message(
    "fault.listen.address",
    en: "'{text}' is not a place to listen – write e.g. udp://127.0.0.1:5514, tcp://[::1]:5514 or tls://127.0.0.1:6514",
    zh: "“{text}”不是监听地址——请写成例如 udp://127.0.0.1:5514、tcp://[::1]:5514 或 tls://127.0.0.1:6514"),
  Message(
    "fault.listen.no-certificate",
    en: "'{text}' needs a certificate – add tls_server_config with cert_file and key_file",
    zh: "“{text}”需要证书——请加上 tls_server_config，其中写 cert_file 和 key_file"),
  Message(
    "fault.listen.no-door", en: "nothing listens for TLS – add e.g. tls://127.0.0.1:6514 to listen",
    zh: "没有监听 TLS 的地址——请在“listen”中加上例如 tls://127.0.0.1:6514"),
  Message(
    "fault.listen.no-client-authority",
    en: "clients' certificates cannot be verified without their authority – add client_ca_file",
    zh: "没有颁发机构的证书，无法验证客户端证书——请加上 client_ca_file"),
  Message(
    "fault.listen.names", en: "names nobody who is let in – list names as certificates bear them, or leave the key out",
    zh: "没有写明允许谁接入——请列出证书中的名称，或去掉此键"),
  Message(
    "fault.listen.unreadable", en: "the certificate file {path} cannot be read – check the path and the owner",
    zh: "无法读取证书文件 {path}——请检查路径和属主"),
  Message(
    "fault.listen.chain",
    en:
      "{path} cannot serve as a certificate: {problem} – write PEM, the server's own first, then those up to its authority",
    zh: "{path} 不能用作证书：“{problem}”——请使用 PEM 格式，先写服务器证书，再写直到颁发机构的中间证书"),
  Message(
    "fault.listen.key", en: "{path} cannot serve as a key: {problem} – write the key as PEM without a password",
    zh: "{path} 不能用作私钥：“{problem}”——请使用不带密码的 PEM 格式私钥"),
  Message(
    "fault.listen.mismatch",
    en: "the key {path} is not that of the certificate {certificate} – renew both files together",
    zh: "私钥 {path} 与证书 {certificate} 不匹配——请同时更新这两个文件"),
  Message(
    "fault.listen.client-authorities",
    en: "{path} holds no authorities of clients: {problem} – write their certificates as PEM",
    zh: "{path} 中没有客户端证书的颁发机构：“{problem}”——请写入其 PEM 格式证书"),
  Message(
    "fault.listen.library", en: "TLS cannot be served: {problem} – write other versions",
    zh: "无法提供 TLS 服务：“{problem}”——请更换版本"),
  Message(
    "fault.network.server", en: "'{text}' is not a server – write a host or host:port, e.g. 192.0.2.53:53",
    zh: "“{text}”不是服务器——请写主机或 host:port，例如 192.0.2.53:53"),
  Message(
    "fault.dns.name",
    en: "'{text}' is not a domain name – write labels of 1 to 63 characters, 255 in all, other scripts as 'xn--…'",
    zh: "“{text}”不是域名——每段 1 到 63 个字符，总长不超过 255，其他文字写成“xn--…”形式"),
  Message(
    "fault.dns.expect",
    en:
      "'{text}' is not a sentence about an answer – write e.g. 'A 192.0.2.1', 'no AAAA', 'ttl > 60', 'rcode == NXDOMAIN'",
    zh: "“{text}”不是对应答的要求——请写成例如 'A 192.0.2.1'、'no AAAA'、'ttl > 60'、'rcode == NXDOMAIN'"),
  Message(
    "fault.dns.serial", en: "serials stand in SOA records only – add query_type: SOA",
    zh: "只有 SOA 记录才有序列号——请加上 query_type: SOA"),
  Message(
    "fault.dns.encryption", en: "there is no TLS over UDP here – leave this out or write tcp",
    zh: "此处不支持 UDP 上的 TLS——请去掉此项或写 'tcp'"),
  Message(
    "fault.dns.tls-alone", en: "these settings are for DNS over TLS – add dns_over_tls: true",
    zh: "此设置用于基于 TLS 的 DNS 查询——请加上 dns_over_tls: true"),
  Message(
    "fault.network.host", en: "'{text}' is not a host – write a name or an IP address without a port",
    zh: "“{text}”不是主机——请写主机名或 IP 地址，不带端口"),
  Message(
    "fault.network.address", en: "'{text}' is not an IP address – write e.g. 192.0.2.7 or 2001:db8::7",
    zh: "“{text}”不是 IP 地址——请写成例如 192.0.2.7 或 2001:db8::7"),
  Message(
    "fault.network.range", en: "{number} is out of range – write {least} to {most}",
    zh: "{number} 超出范围——请写 {least} 到 {most}"),
  Message(
    "fault.network.choice", en: "unknown word '{word}' – {known:spelling}", zh: "未知的取值“{word}”——{known:spelling}"),
  Message(
    "fault.icmp.spacing", en: "'{spacing}' is too short – write at least 10ms, more is a flood",
    zh: "“{spacing}”太短——请至少写 10ms，更短即为洪泛"),
  Message(
    "fault.icmp.loss", en: "{number} is not a share – write 0 to 1, e.g. 0.4", zh: "{number} 不是比例——请写 0 到 1，例如 0.4"),
]
