/// What a start and a stop say on the terminal.
let startMessages: [Message] = [
  Message(
    "start.data.new", en: "✔ data     {folder} (new; nothing else is written)", zh: "✔ 数据     {folder}（新建，仅写入此目录）"),
  Message(
    "start.data.resumed",
    en: "✔ data     {folder} (goes on: {series} series, {incidents} open {incidents|incident|incidents})",
    zh: "✔ 数据     {folder}（接着上次：{series} 条序列，{incidents} 个未解决事件）"),
  Message(
    "start.found",
    en:
      "✔ found    this host {host} · {processors} CPU · {filesystems} {filesystems|filesystem|filesystems} · {interfaces} {interfaces|interface|interfaces} · {ports} listening {ports|port|ports}{processes}",
    zh:
      "✔ 发现     本机 {host} · {processors} 个 CPU · {filesystems} 个文件系统 · {interfaces} 个网络接口 · {ports} 个监听端口{processes}"),
  Message("start.found-processes", en: " ({processes})", zh: "（{processes}）"),
  Message("start.zone", en: "✔ zone     {zone}", zh: "✔ 时区     {zone}"),
  Message("start.probes", en: "✔ probes   {count}", zh: "✔ 探测     {count}"),
  Message("start.rules", en: "✔ rules    {count} in {groups} groups", zh: "✔ 规则     {count} 条，{groups} 组"),
  Message("start.plans", en: "✔ plans    {count}", zh: "✔ 计划     {count}"),
  Message("start.notify.receiver", en: "✔ notify   {receiver}", zh: "✔ 通知     {receiver}"),
  Message(
    "start.notify.console", en: "✔ notify   this terminal only – add receivers and a route in watchkeeper.yaml",
    zh: "✔ 通知     仅本终端——可在 watchkeeper.yaml 中添加 receivers 和 route"),
  Message("start.port", en: "  port {port} is taken, the next free one is used", zh: "  端口 {port} 已被占用，改用下一个空闲端口"),
  Message(
    "start.link.private", en: "  The link logs in once. Ctrl-C stops; no data leaves this machine.",
    zh: "  链接只能登录一次。按 Ctrl-C 停止；数据不会离开本机。"),
  Message(
    "start.link.notifying",
    en: "  The link logs in once. Ctrl-C stops; no data leaves this machine but notifications to {receiver}.",
    zh: "  链接只能登录一次。按 Ctrl-C 停止；除发往 {receiver} 的通知外，数据不会离开本机。"),
  Message(
    "start.link.heartbeat",
    en: "  The link logs in once. Ctrl-C stops; no data leaves this machine but the heartbeat.",
    zh: "  链接只能登录一次。按 Ctrl-C 停止；除心跳外，数据不会离开本机。"),
  Message(
    "start.link.notifying-heartbeat",
    en:
      "  The link logs in once. Ctrl-C stops; no data leaves this machine but notifications to {receiver} and the heartbeat.",
    zh: "  链接只能登录一次。按 Ctrl-C 停止；除发往 {receiver} 的通知和心跳外，数据不会离开本机。"),
  Message("stop.begin", en: "Stopping …", zh: "正在停止……"),
  Message("stop.end", en: "Stopped. The next run goes on from here.", zh: "已停止，下次运行将从此处继续。"),
]
