/// Where targets come from when a definition does not name them itself.
let discoveryMessages: [Message] = targetPageMessages + targetFaultMessages + surveyMessages + proposalMessages

/// What `watchkeeper discover` says.
private let surveyMessages: [Message] = [
  Message(
    "help.discover.abstract", en: "Look at this host and propose probes and items for what it serves.",
    zh: "查看本机所提供的服务，并建议探测和配置项。"),
  Message(
    "help.discover.detail",
    en: """
      Each proposal was tried once. Nothing is written without --accept, and then only new files: \
      probes/discovered.yaml and inventory/discovered.yaml.
      """,
    zh: "每条建议都已试运行一次。不带 --accept 时不写任何文件；带上时只新建 probes/discovered.yaml 和 inventory/discovered.yaml。"),
  Message(
    "help.discover.subnet",
    en: "Look at this subnet instead of this host, for example 192.0.2.0/28 or 2001:db8::10/124; may be repeated.",
    zh: "改为查看此子网，例如 192.0.2.0/28 或 2001:db8::10/124；可重复指定。"),
  Message(
    "help.discover.ports",
    en: "TCP ports to ask in a subnet, for example 22,443. Default: a short list of common ones.",
    zh: "在子网中检查的 TCP 端口，例如 22,443。默认：常用端口的简短列表。"),
  Message(
    "help.discover.community-file",
    en: "A file with the community by which devices of a subnet are asked over SNMP v2c.",
    zh: "存有团体名的文件，用于以 SNMP v2c 查询子网中的设备。"),
  Message(
    "help.discover.snmp-user", en: "A user by whom devices of a subnet are asked over SNMP v3.",
    zh: "用于以 SNMP v3 查询子网中设备的用户。"),
  Message(
    "help.discover.snmp-auth-protocol", en: "Its authentication: MD5, SHA (default), SHA224, SHA256, SHA384 or SHA512.",
    zh: "其认证算法：MD5、SHA（默认）、SHA224、SHA256、SHA384 或 SHA512。"),
  Message(
    "help.discover.snmp-auth-password-file", en: "A file with the password for that.", zh: "存有认证密码的文件。"),
  Message(
    "help.discover.snmp-priv-protocol", en: "Its encryption: DES, AES (default), AES192 or AES256.",
    zh: "其加密算法：DES、AES（默认）、AES192 或 AES256。"),
  Message(
    "help.discover.snmp-priv-password-file", en: "A file with the password for that.", zh: "存有加密密码的文件。"),
  Message("help.discover.addresses-max", en: "How many addresses may be asked.", zh: "最多查询多少个地址。"),
  Message(
    "usage.subnet-form", en: "--subnet: '{text}' is not a subnet – write e.g. 192.0.2.0/28 or 2001:db8::10/124",
    zh: "--subnet：“{text}”不是子网——请写如 192.0.2.0/28 或 2001:db8::10/124"),
  Message(
    "usage.subnet-large",
    en:
      "--subnet: {count} addresses, {most} is the limit – name a smaller one, or allow up to 65536 with --addresses-max",
    zh: "--subnet：有 {count} 个地址，上限为 {most}——请指定较小的子网，或用 --addresses-max 放宽（最多 65536）"),
  Message(
    "usage.ports", en: "--ports: '{text}' is no list of ports – write e.g. 22,443, at most {most}",
    zh: "--ports：“{text}”不是端口列表——请写如 22,443，最多 {most} 个"),
  Message(
    "usage.secret-file", en: "{option}: {path} cannot be read: {problem} – check its path and mode",
    zh: "{option}：无法读取 {path}：“{problem}”——请检查其路径和权限"),
  Message(
    "usage.snmp-login",
    en:
      "--snmp-user: the login is not complete – a user, a known protocol with a password file, and no encryption without authentication",
    zh: "--snmp-user：登录信息不完整——需要用户、已知算法及其密码文件，且没有认证就不能加密"),
  Message("discover.progress", en: "{done} of {count} addresses", zh: "已查询 {done}/{count} 个地址"),
  Message("help.discover.accept", en: "Write what is proposed.", zh: "写入所建议的内容。"),
  Message(
    "help.ending.discover",
    en: "Exit status: 0 nothing new or all written, 1 differences left, 2 not written or wrong command line.",
    zh: "退出状态：0 没有新内容或已全部写入，1 仍有差异，2 无法写入或命令行有误。"),
  Message(
    "usage.discover-folder", en: "there is no configuration folder to write into – name one with --config",
    zh: "没有可写入的配置目录——请用 --config 指定"),
  Message(
    "usage.discover-write",
    en: "{path} cannot be written: {problem} – run as a user who may, or name a folder with --config",
    zh: "无法写入 {path}：“{problem}”——请以有权限的用户运行，或用 --config 指定目录"),
  Message("discover.what", en: "Standing", zh: "状态"),
  Message("discover.probe", en: "Probe", zh: "探测"),
  Message("discover.kind", en: "Kind", zh: "类型"),
  Message("discover.target", en: "Target", zh: "目标"),
  Message("discover.remark", en: "Remark", zh: "备注"),
  Message("discover.new", en: "new", zh: "新增"),
  Message("discover.gone", en: "gone", zh: "消失"),
  Message("discover.watched", en: "watched", zh: "已监控"),
  Message("discover.silent-port", en: "nobody listens there any more", zh: "该处已无服务监听"),
  Message("discover.silent", en: "No check was answered well by: {targets}", zh: "没有检查成功：“{targets}”"),
  Message(
    "discover.preview",
    en: "{count} {count|proposal|proposals}. Nothing is written yet: repeat the command with --accept.",
    zh: "{count} 条建议，尚未写入：接受请加上 --accept 再运行一次。"),
  Message(
    "discover.written",
    en: "{count} {count|probe|probes} written to {files}. Next: watchkeeper check, then systemctl reload watchkeeper",
    zh: "已将 {count} 个探测写入 {files}。接下来运行：watchkeeper check，然后 systemctl reload watchkeeper"),
  Message(
    "discover.nothing", en: "Nothing new: all that answers is watched.", zh: "没有新内容：应答的服务均已监控。"),
  Message(
    "discover.only-gone",
    en: "Nothing new. Take the probes that are gone out of their files, or start what they watch.",
    zh: "没有新内容。请从文件中删去已消失的探测，或启动其监控的服务。"),
]

/// What stands over a proposal as a comment.
private let proposalMessages: [Message] = [
  Message("discover.to-fill-in", en: "needs a login", zh: "需要登录"),
  Message(
    "discover.open", en: "To be filled in before a reload, as the comments say: {names}",
    zh: "重新加载前请按注释补全：“{names}”"),
  Message(
    "discover.note.postgresql",
    en: """
      The login was refused. Watchkeeper logs in as its own user; let an administrator of the database run:
      {command}
      With a password instead: target: HOST:PORT, password_file.
      """,
    zh: """
      登录被拒绝。系统以自己的用户登录，请由数据库管理员执行：
      “{command}”
      若改用密码，请写 target: HOST:PORT 和 password_file。
      """),
  Message(
    "discover.note.mysql",
    en: """
      The login was refused. Watchkeeper logs in as its own user; let an administrator of the database run:
      {command}
      MySQL: IDENTIFIED WITH auth_socket, and no SLAVE MONITOR. With a password instead: target: HOST:PORT, password_file.
      """,
    zh: """
      登录被拒绝。系统以自己的用户登录，请由数据库管理员执行：
      “{command}”
      “MySQL”请用“IDENTIFIED WITH auth_socket”，且不含“SLAVE MONITOR”。若改用密码，请写 target: HOST:PORT 和 password_file。
      """),
  Message(
    "discover.note.redis", en: "A password is wanted: add username: default and password_file to the settings.",
    zh: "需要密码：请在 settings: 中加上 username: default 和 password_file。"),
  Message(
    "discover.note.database",
    en: "No login was tried elsewhere than on this host. Its numbers: {command}, with target, username, password_file.",
    zh: "未在本机以外尝试登录。如需其指标：“{command}”，并写明 target、username、password_file。"),
  Message(
    "discover.note.nginx",
    en: """
      Its numbers come with template: nginx and url: …/nginx_status, once the page is there:
      {command}
      """,
    zh: """
      启用下面的页面后，可用“template: nginx”和“url: …/nginx_status”获取其指标：
      “{command}”
      """),
  Message(
    "discover.note.apache",
    en: """
      Its numbers come with template: apache and url: …/server-status?auto, once the page is there:
      {command}
      """,
    zh: """
      启用下面的页面后，可用“template: apache”和“url: …/server-status?auto”获取其指标：
      “{command}”
      """),
  Message(
    "discover.note.haproxy",
    en: """
      Its numbers come with template: haproxy, once a frontend has:
      {command}
      """,
    zh: """
      在某个前端加入下面一行后，可用“template: haproxy”获取其指标：
      “{command}”
      """),
  Message(
    "discover.note.bind",
    en: """
      Its numbers come with template: bind, once named.conf has:
      {command}
      """,
    zh: """
      在“named.conf”中加入下面一行后，可用“template: bind”获取其指标：
      “{command}”
      """),
  Message(
    "discover.note.postfix", en: "The user that Watchkeeper runs as has to belong to the group postdrop.",
    zh: "运行本程序的用户须属于“postdrop”组。"),
  Message(
    "discover.note.docker",
    en: "Who may read the socket is root: give Watchkeeper a proxy that only reads, not the group docker.",
    zh: "能读取该套接字即等同“root”：请为本程序提供只读代理，不要加入“docker”组。"),
]

private let targetPageMessages: [Message] = [
  Message("probes.targets.title", en: "Discovered targets", zh: "发现的目标"),
  Message("probes.targets.place", en: "From", zh: "来源"),
  Message("probes.targets.count", en: "Targets", zh: "目标数"),
  Message("probes.targets.read", en: "Last good list", zh: "最近有效列表"),
  Message("probes.targets.file", en: "files", zh: "文件"),
  Message("probes.targets.http", en: "server", zh: "服务器"),
]

private let targetFaultMessages: [Message] = [
  Message(
    "fault.targets.none", en: "no file is named – write e.g. [targets/*.json]", zh: "没有指定文件——请写如 [targets/*.json]"),
  Message(
    "fault.targets.pattern",
    en: "'{text}' is no path of target lists – end it in .json, .yaml or .yml, with at most one * in the last part",
    zh: "“{text}”不是目标列表的路径——请以 .json、.yaml 或 .yml 结尾，* 最多一个且只能在最后一段"),
  Message(
    "fault.targets.refresh", en: "'{interval}' is too short – write at least 1s", zh: "“{interval}”太短——请至少写 1s"),
  Message(
    "fault.targets.rules", en: "there are no discovered targets to relabel – add file_sd_configs or http_sd_configs",
    zh: "没有可重新打标签的发现目标——请加上 file_sd_configs 或 http_sd_configs"),
  Message(
    "fault.targets.kind", en: "the kind '{kind}' has no target to discover – leave this out",
    zh: "类型“{kind}”没有可发现的目标——请删去此项"),
  Message(
    "fault.targets.twice", en: "the targets are discovered already – leave '{key}' out", zh: "目标已由发现机制给出——请删去“{key}”"),
  Message(
    "fault.targets.address", en: "'{text}' is not the address of a target – see the kind's own target",
    zh: "“{text}”不是目标地址——请参照该类型自己的目标写法"),
  Message(
    "fault.targets.labels", en: "too many or too long labels – use at most {most}, each of at most {bytes} bytes",
    zh: "标签过多或过长——最多 {most} 个，每个不超过 {bytes} 字节"),
  Message(
    "fault.targets.same", en: "another target is named '{name}' – give one of them another label 'instance'",
    zh: "另一个目标同名“{name}”——请给其中一个改用别的标签“instance”"),
  Message(
    "fault.targets.too-many", en: "{count} targets, {most} is the limit – spread them over several definitions",
    zh: "有 {count} 个目标，上限为 {most}——请分到多个定义中"),
  Message("fault.targets.missing", en: "there is no such file – create it, or mend the path", zh: "没有这个文件——请创建它，或改正路径"),
  Message(
    "fault.targets.unreadable", en: "cannot be read, or is longer than {mebibytes} MiB – check its mode and length",
    zh: "无法读取，或超过 {mebibytes} MiB——请检查其权限和大小"),
  Message(
    "fault.targets.stalled", en: "the files were not read within 10 s – see whether their file system answers",
    zh: "未能在 10 秒内读取文件——请检查其所在文件系统是否响应"),
  Message("fault.targets.encoding", en: "is not UTF-8 – save it as such", zh: "不是 UTF-8 编码——请以 UTF-8 保存"),
  Message(
    "fault.targets.transfer", en: "the server of targets gave no answer: {text} – check its address and service",
    zh: "目标服务器没有应答：“{text}”——请检查其地址和服务"),
  Message(
    "fault.targets.status", en: "the server of targets answered {status} – it has to be 200",
    zh: "目标服务器返回 {status}——应为 200"),
  Message(
    "fault.targets.unkept",
    en: "the list is in force, but would be gone after a restart: {path}: {problem} – free space, or check the folder",
    zh: "列表已生效，但重启后会丢失：{path}：“{problem}”——请释放空间或检查该文件夹"),
  Message(
    "fault.targets.content", en: "the server of targets answered with '{type}' – it has to be application/json",
    zh: "目标服务器返回的类型是“{type}”——应为 application/json"),
]
