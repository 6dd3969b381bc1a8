/// Hosts: list and page.
let hostMessages: [Message] = [
  Message("hosts.title", en: "Hosts", zh: "主机"),
  Message(
    "hosts.sum", en: "{count} {count|host|hosts}, {troubled} in trouble", zh: "{count} 台主机，{troubled} 台异常"),
  Message(
    "hosts.empty", en: "No hosts yet. The first sample of this machine arrives within a minute.",
    zh: "尚无主机。本机的首个采样将在一分钟内到达。"),
  Message("hosts.column.host", en: "Host", zh: "主机"),
  Message("hosts.column.state", en: "State", zh: "状态"),
  Message("hosts.column.cpu", en: "CPU", zh: "CPU"),
  Message("hosts.column.memory", en: "Memory", zh: "内存"),
  Message("hosts.column.disk", en: "Fullest file system", zh: "最满的文件系统"),
  Message("hosts.column.seen", en: "Last sample", zh: "最近采样"),
  Message("host.item", en: "Item in the CMDB", zh: "配置项"),
  Message("host.contents", en: "On this page", zh: "本页内容"),
  Message("host.readouts", en: "Now", zh: "当前值"),
  Message("host.live", en: "Live, every {interval:age}", zh: "实时，每 {interval:age}"),
  Message("host.range", en: "Range", zh: "时间范围"),
  Message("host.gauge", en: "{value}, mark at {full}", zh: "{value}，标记在 {full}"),
  Message("host.empty", en: "No samples yet. The first arrive within a minute.", zh: "尚无采样，将在一分钟内到达。"),
  Message("host.filesystems.title", en: "File systems", zh: "文件系统"),
  Message("host.filesystems.remark", en: "each one, never averaged", zh: "逐一列出，不取平均"),
  Message("host.filesystem.label", en: "{mountpoint} {share:percent} used", zh: "{mountpoint} 已用 {share:percent}"),
]
