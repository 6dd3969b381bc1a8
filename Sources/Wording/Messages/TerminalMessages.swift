/// What commands say of themselves, of their command line, and of the way to a running program.
let terminalMessages: [Message] =
  usageMessages + controlMessages + startRefusalMessages + resultMessages

/// Why a command cannot begin.
private let usageMessages: [Message] = [
  Message("usage.command", en: "there is no command '{command}' – {advice}", zh: "没有命令“{command}”——{advice}"),
  Message(
    "usage.permission-missing", en: "command '{command}' declares no permission – make it a PermittedCommand",
    zh: "命令“{command}”没有声明权限——请改为 PermittedCommand"),
  Message(
    "usage.lang", en: "--lang: '{tag}' is not a language – write en or zh-CN",
    zh: "--lang：“{tag}”不是支持的语言——请写 en 或 zh-CN"),
  Message(
    "usage.max-fires", en: "--max-fires: {value} – write 0 or more", zh: "--max-fires：{value}——请写 0 或更大的数"),
  Message("usage.priority", en: "--priority: {value} – write 1 to 4", zh: "--priority：{value}——请写 1 至 4"),
  Message("usage.page", en: "--page: {value} – pages count from 1", zh: "--page：{value}——页码从 1 开始"),
  Message(
    "usage.class", en: "--class: '{name}' is not a class – {advice}", zh: "--class：“{name}”不是类别——{advice}"),
  Message(
    "usage.week", en: "--week: '{text}' is not a day – write e.g. 2026-11-23",
    zh: "--week：“{text}”不是日期——请写成 2026-11-23 这样"),
  Message(
    "usage.at-and-start", en: "--at and --start exclude each other – give one of them",
    zh: "--at 与 --start 不能同时使用——请只给其一"),
  Message(
    "usage.range-start", en: "--end and --step need --start – give the begin of the range",
    zh: "--end 和 --step 需要 --start——请给出区间起点"),
  Message(
    "usage.expires", en: "--expires: '{text}' is not a duration – write e.g. 12h or 90d, or never",
    zh: "--expires：“{text}”不是时长——请写成 12h、90d 或 never"),
  Message(
    "usage.token-without-server",
    en: "--token: the socket needs none – name the console with --server URL, or leave it out",
    zh: "--token：套接字不需要令牌——请用 --server URL 指定控制台，或去掉此选项"),
  Message(
    "usage.server-without-token",
    en: "--server needs --token FILE – make one with: watchkeeper token create --role viewer",
    zh: "--server 需要 --token FILE——创建令牌：watchkeeper token create --role viewer"),
  Message(
    "usage.two-programs", en: "--server and --data name two programs – give one of them",
    zh: "--server 与 --data 指向两个程序——请只给其一"),
  Message("usage.token-file", en: "--token: {problem}", zh: "--token 无效：{problem}"),
  Message(
    "usage.server", en: "--server: '{server}' is not a URL – write e.g. https://watch.example.org",
    zh: "--server：“{server}”不是 URL——请写成 https://watch.example.org 这样"),
  Message(
    "usage.clear-text",
    en:
      "--server: http:// would send the token in clear text to {host} – write https://, or forward the port: ssh -L 9464:127.0.0.1:9464 {host}",
    zh:
      "--server：http:// 会把令牌明文发送给 {host}——请改用 https://，或转发端口：ssh -L 9464:127.0.0.1:9464 {host}"),
  Message(
    "usage.socket-only",
    en:
      "{command} works through the socket alone, --server cannot be given – run it on the machine where the program runs",
    zh: "{command} 只能通过套接字使用，不能给出 --server——请在程序所在的机器上运行"),
  Message("usage.mib-unopened", en: "{path} cannot be opened – name MIB files", zh: "无法打开 {path}——请给出 MIB 文件"),
  Message(
    "usage.published-unopened",
    en: "--published: {name} cannot be opened – name a file with lines of the program's log",
    zh: "--published：无法打开 {name}——请给出保存程序输出的文件"),
  Message(
    "usage.published-long",
    en: "--published: {name} is longer than {limit} MiB – give the lines with 'journal: position'",
    zh: "--published：{name} 超过 {limit} MiB——请只给出含 'journal: position' 的行"),
  Message(
    "usage.published-empty",
    en: "--published: {name} holds no published digest – give lines with 'journal: position N, digest …'",
    zh: "--published：{name} 中没有已公布的摘要——请给出形如 'journal: position N, digest …' 的行"),
  Message("usage.standard-input", en: "standard input", zh: "标准输入"),
  Message(
    "usage.data-empty", en: "{folder} holds neither journal nor samples – name the data folder with --data",
    zh: "{folder} 中既没有日志也没有采样——请用 --data 指定数据目录"),
  Message(
    "usage.tests-missing", en: "{path} holds no *.test.yaml – name the test files",
    zh: "{path} 中没有 *.test.yaml——请指定测试文件"),
  Message(
    "usage.tests-none", en: "{files} holds no test – write some below tests:",
    zh: "{files} 中没有测试——请在 tests: 下编写"),
  Message(
    "usage.tests-nowhere", en: "no *.test.yaml in {folders} – name the test files",
    zh: "{folders} 中没有 *.test.yaml——请指定测试文件"),
  Message(
    "usage.tests-unselected", en: "no test has a name that matches '{pattern}' – see the names under tests:",
    zh: "没有名称匹配“{pattern}”的测试——名称见 tests: 之下"),
  Message(
    "usage.pattern", en: "'{pattern}' is not a regular expression: {problem}",
    zh: "“{pattern}”不是正则表达式：{problem}"),
  Message(
    "usage.rule-files", en: "no rule files, and no configuration folder – name the files",
    zh: "没有指定规则文件，也没有配置目录——请指定文件"),
  Message("usage.failures", en: "--failures: {value} – write 0 or more", zh: "--failures：{value}——请写 0 或更大的数"),
  Message("usage.or", en: " or ", zh: " 或 "),
  Message(
    "usage.probes-several", en: "{count} probes in {source} – name one with --name; there are: {names:list}",
    zh: "{source} 中有 {count} 个探测——请用 --name 指定一个；现有：{names:list}"),
  Message(
    "usage.probes-none", en: "no probe in {source} – name another file or configuration",
    zh: "{source} 中没有探测——请换一个文件或配置"),
  Message(
    "usage.probe", en: "no probe '{name}' in {source} – {advice}", zh: "{source} 中没有探测“{name}”——{advice}"),
  Message(
    "usage.try-target", en: "--target: the targets of '{name}' come from no list – leave the option out",
    zh: "--target：“{name}”的目标并非来自列表——请去掉此选项"),
  Message(
    "usage.targets-max", en: "--targets-max: {number} is no number of targets – write e.g. 20",
    zh: "--targets-max：{number} 不是目标数——请写如 20"),
  Message("usage.probes-there", en: "there are: {names:list}", zh: "现有：{names:list}"),
  Message("usage.packaged", en: "the packaged definitions", zh: "内置定义"),
]

/// Why a running program gave no answer, and what to do.
private let controlMessages: [Message] = [
  Message("control.line", en: "{problem} – {remedy}", zh: "{problem}——{remedy}"),
  Message("control.none.problem", en: "no program answers at {path}", zh: "{path} 上没有程序应答"),
  Message("control.none.remedy", en: "start it with: watchkeeper run", zh: "启动程序：watchkeeper run"),
  Message("control.closed.problem", en: "{path} is closed to this user", zh: "当前用户无权访问 {path}"),
  Message(
    "control.closed.remedy",
    en: "run the command as the user that the program runs as, for example with sudo -u watchkeeper",
    zh: "请以运行程序的用户执行命令，例如 sudo -u watchkeeper"),
  Message("control.late.problem", en: "the program did not answer within {seconds} s", zh: "程序在 {seconds} 秒内未应答"),
  Message("control.late.remedy", en: "see its log: journalctl -u watchkeeper", zh: "查看程序输出：journalctl -u watchkeeper"),
  Message("control.large.problem", en: "the answer is larger than {limit} MiB", zh: "应答超过 {limit} MiB"),
  Message("control.large.remedy", en: "ask for less", zh: "请缩小查询范围"),
  Message(
    "control.certificate.remedy", en: "does the certificate bear the name of the URL?", zh: "请确认证书与 URL 中的名称一致"),
  Message("control.silent.problem", en: "no program answers at {url}: {problem}", zh: "{url} 上没有程序应答：{problem}"),
  Message("control.silent.remedy", en: "check --server", zh: "请检查 --server"),
  Message("control.http.problem", en: "the program answered with HTTP status {status}", zh: "程序返回 HTTP 状态 {status}"),
  Message(
    "control.token.problem", en: "the token in {file} is unknown, revoked or expired", zh: "{file} 中的令牌不存在、已撤销或已过期"),
  Message(
    "control.token.remedy", en: "make one where the program runs: watchkeeper token create --role viewer",
    zh: "请在程序所在的机器上创建：watchkeeper token create --role viewer"),
  Message("control.record.problem", en: "there is no {number}", zh: "没有 {number}"),
  Message("control.item.problem", en: "there is no item '{id}'", zh: "没有配置项“{id}”"),
  Message("control.token-name.problem", en: "there is no token '{name}'", zh: "没有令牌“{name}”"),
  Message("control.see.remedy", en: "see {command}", zh: "请查看 {command}"),
  Message(
    "control.shape.problem", en: "the answer is not what this command expects: {reason}", zh: "应答与命令的预期不符：{reason}"),
  Message(
    "control.shape.remedy",
    en: "is the running program of version {version} too? --output json shows the answer",
    zh: "请确认运行中的程序也是版本 {version}；用 --output json 可查看应答"),
  Message("control.shape.no-json", en: "no JSON", zh: "不是 JSON"),
  Message("control.shape.missing", en: "{path} is missing", zh: "缺少 {path}"),
  Message("control.shape.other", en: "{path} has another form", zh: "{path} 的形式不同"),
]

/// Why `run` does not start or does not go on.
private let startRefusalMessages: [Message] = [
  Message(
    "refusal.folder", en: "the data folder {path} cannot be made: {problem} – give --data another folder",
    zh: "无法创建数据目录 {path}：{problem}——请用 --data 指定其他目录"),
  Message(
    "refusal.subfolder", en: "the folder {path} cannot be made: {problem} – check the folder's owner",
    zh: "无法创建目录 {path}：{problem}——请检查目录的属主"),
  Message(
    "refusal.lock", en: "{path} cannot be opened: {problem} – check the folder's owner and mode",
    zh: "无法打开 {path}：{problem}——请检查目录的属主和权限"),
  Message(
    "refusal.held-by",
    en: "process {process} uses the data folder {path} – stop it, or give --data another folder; nothing was touched",
    zh: "进程 {process} 正在使用数据目录 {path}——请停止该进程，或用 --data 指定其他目录；未做任何更改"),
  Message(
    "refusal.held",
    en: "another program uses the data folder {path} – stop it, or give --data another folder; nothing was touched",
    zh: "另一个程序正在使用数据目录 {path}——请停止该程序，或用 --data 指定其他目录；未做任何更改"),
  Message(
    "refusal.network",
    en:
      "the data folder {path} lies on {kind}, which cannot promise that a synced write is kept – give --data a folder on a local disk",
    zh: "数据目录 {path} 位于 {kind} 上，无法保证已同步的写入不丢失——请用 --data 指定本地磁盘上的目录"),
  Message(
    "refusal.full",
    en:
      "{path} has {free} MiB free, {least} MiB are needed to start – free space, or give --data another folder; nothing was written",
    zh: "{path} 剩余 {free} MiB，启动需要 {least} MiB——请腾出空间，或用 --data 指定其他目录；未写入任何数据"),
  Message("refusal.listen", en: "--listen: {problem}", zh: "--listen 无效：{problem}"),
  Message(
    "refusal.taken", en: "{address} is taken – name another address, or leave it out to use a free one",
    zh: "{address} 已被占用——请换一个地址，或省略以使用空闲端口"),
  Message(
    "refusal.ports", en: "ports {first} to {last} are all taken – name one with --listen",
    zh: "端口 {first} 至 {last} 均被占用——请用 --listen 指定一个"),
  Message("refusal.console", en: "the console ended at once – see the log", zh: "控制台启动后立即退出——请查看程序输出"),
  Message(
    "refusal.ended", en: "the program ended: {problem} – stop the other program; nothing is decided twice",
    zh: "程序已退出：{problem}——请停止另一个程序；不会重复作出决定"),
  Message(
    "refusal.last-good-json", en: "{path}: the configuration cannot be written as JSON – look for odd file names",
    zh: "{path}：配置无法写成 JSON——请检查是否有异常的文件名"),
  Message(
    "refusal.last-good", en: "{path} cannot be written: {problem} – free space, or check the folder's owner",
    zh: "无法写入 {path}：{problem}——请腾出空间，或检查目录的属主"),
  Message(
    "refusal.store-newer",
    en: "{file}: sample format {found} is newer than this program's {known} – install the newer program again",
    zh: "{file}：采样格式 {found} 比本程序的 {known} 新——请重新安装较新的程序"),
  Message(
    "refusal.store-folder",
    en: "{path}: the sample store cannot use this folder: {problem} – check owner, mode and free space",
    zh: "{path}：采样存储无法使用此目录：{problem}——请检查属主、权限和剩余空间"),
  Message(
    "refusal.store-network",
    en: "{path}: is on {kind}, where SQLite loses data – use a local disk, or set storage.network_file_system: accept",
    zh: "{path}：位于 {kind} 上，SQLite 会丢失数据——请使用本地磁盘，或设置 storage.network_file_system: accept"),
  Message(
    "refusal.journal-newer",
    en: "the journal has format {found}, this program knows {known} – run the newer program that wrote it",
    zh: "日志格式为 {found}，本程序支持 {known}——请运行写入它的较新程序"),
  Message(
    "refusal.journal-storage",
    en: "the journal cannot be read or written: {problem} – free space or mend the disk",
    zh: "无法读写日志：{problem}——请腾出空间或修复磁盘"),
  Message(
    "refusal.journal-damaged", en: "the journal is damaged: {problem} – run: watchkeeper verify",
    zh: "日志已损坏：{problem}——请运行：watchkeeper verify"),
  Message(
    "refusal.configuration", en: "the configuration is refused – mend the {count|fault|faults}, then watchkeeper check",
    zh: "配置未被接受——请修正以上 {count} 处错误，再运行 watchkeeper check"),
  Message(
    "refusal.configuration-replaced",
    en: "the configuration is refused; the last good one ({digest}) runs instead:",
    zh: "配置未被接受；改用上一份有效配置（{digest}）："),
]

/// What `check`, `test` and `probe try` say of what they did.
private let resultMessages: [Message] = [
  Message(
    "check.packaged-only", en: "no configuration folder, so the packaged definitions alone are checked",
    zh: "没有配置目录，仅检查内置定义"),
  Message(
    "check.sound",
    en:
      "ok: {probes} {probes|probe|probes}, {rules} {rules|rule|rules} in {groups} {groups|group|groups}, {items} {items|item|items}, {plans} {plans|plan|plans}",
    zh: "通过：{probes} 个探测，{groups} 组共 {rules} 条规则，{items} 个配置项，{plans} 个计划"),
  Message("check.tests", en: ", {count} rule {count|test|tests}", zh: "，{count} 个规则测试"),
  Message("check.warning", en: "warning: {line}", zh: "警告：{line}"),
  Message(
    "check.faults", en: "{count} {count|error|errors} in {files} {files|file|files}", zh: "{files} 个文件中有 {count} 处错误"),
  Message(
    "check.faults-cut", en: "at least {count} {count|error|errors} in {files} {files|file|files}",
    zh: "{files} 个文件中至少有 {count} 处错误"),
  Message("trial.probe", en: "PROBE", zh: "探测"),
  Message("trial.target", en: "target", zh: "目标"),
  Message("trial.verdict", en: "verdict", zh: "结果"),
  Message("trial.verdict-up", en: "up", zh: "正常"),
  Message("trial.verdict-down", en: "down", zh: "中断"),
  Message("trial.verdict-unknown", en: "unknown", zh: "未知"),
  Message("trial.why", en: "why", zh: "原因"),
  Message("trial.took", en: "took", zh: "用时"),
  Message("trial.milliseconds", en: "{count} ms", zh: "{count} 毫秒"),
  Message(
    "trial.targets-left",
    en:
      "{count} further {count|target was|targets were} not tried – choose with --target, or allow more with --targets-max",
    zh: "另有 {count} 个目标未试——请用 --target 选择，或用 --targets-max 放宽"),
  Message(
    "trial.targets-none", en: "the lists of '{name}' name no target – see its files and servers",
    zh: "“{name}”的列表中没有目标——请检查其文件和服务器"),
  Message(
    "trial.targets-other", en: "none of the {count} targets of '{name}' is named so – there is e.g. '{example}'",
    zh: "“{name}”的 {count} 个目标均不叫此名——例如有“{example}”"),
  Message("trial.samples", en: "samples", zh: "采样"),
  Message(
    "trial.hangs", en: "the check did not come back within {limit} and was abandoned", zh: "检查在 {limit} 内没有返回，已放弃"),
]
