/// What `--help` says of commands, options and arguments.
///
/// `help.TOPIC.abstract` for every command, `help.TOPIC.detail` where there is more to say, `help.TOPIC.OPTION` for
/// what it alone takes.
let helpMessages: [Message] =
  helpFrameMessages + localHelpMessages + incidentHelpMessages + itemHelpMessages + planHelpMessages
  + backtestHelpMessages
  + keyHelpMessages + endingMessages

/// What several commands share.
private let helpFrameMessages: [Message] = [
  Message("help.examples", en: "{count|Example|Examples}:", zh: "{count|示例|示例}："),
  Message(
    "help.watchkeeper.abstract",
    en: "Samples hosts and endpoints, turns breaches into incidents, places maintenance around them.",
    zh: "采集主机和端点的数据，将异常转为事件，并据此安排维护。"),
  Message("help.shared.output", en: "table or json.", zh: "table 或 json。"),
  Message(
    "help.shared.data",
    en: "The data folder. Default: $STATE_DIRECTORY, /var/lib/watchkeeper for root, or the user's state folder.",
    zh: "数据目录。默认：$STATE_DIRECTORY；root 为 /var/lib/watchkeeper；其他用户为其状态目录。"),
  Message(
    "help.shared.config",
    en: "A configuration folder, or a settings file. Default: /etc/watchkeeper, or the user's configuration folder.",
    zh: "配置目录或设置文件。默认：/etc/watchkeeper，或用户的配置目录。"),
  Message(
    "help.shared.lang", en: "en or zh-CN. Default: as LC_ALL, LC_MESSAGES or LANG says.",
    zh: "en 或 zh-CN。默认依 LC_ALL、LC_MESSAGES、LANG。"),
  Message(
    "help.shared.server",
    en: "URL of a console to ask instead of the program on --data, for example http://127.0.0.1:9464.",
    zh: "改为查询此控制台 URL，而不是 --data 上的程序，例如 http://127.0.0.1:9464。"),
  Message(
    "help.shared.token", en: "For --server: a file with a token of watchkeeper token create.",
    zh: "用于 --server：存有令牌的文件，令牌由“watchkeeper token create”创建。"),
  Message("help.shared.page", en: "Which page of the list.", zh: "列表的第几页。"),
]

private let backtestHelpMessages: [Message] = [
  Message(
    "help.backtest.abstract",
    en: "Try a rule file on the stored past: when it would have fired, and whom it would have told.",
    zh: "在历史数据上试运行规则文件：何时会触发，会通知谁。"),
  Message(
    "help.backtest.detail",
    en: """
      The program that runs evaluates the rules as it would have, with its items, maintenance windows and receivers, \
      and changes nothing. Nobody acknowledges anything, every notification arrives.
      """,
    zh: "由正在运行的程序按实际方式评估规则，使用其配置项、维护窗口和接收者，不改变任何状态。假定无人确认，所有通知均送达。"),
  Message("help.backtest.file", en: "A rule file.", zh: "规则文件。"),
  Message(
    "help.backtest.since", en: "How much of the past, for example 30d, or its beginning as an instant.",
    zh: "回测的时间长度，例如 30d，或起始时刻。"),
  Message("help.backtest.until", en: "The end of the span as an instant. Default: now.", zh: "结束时刻。默认：现在。"),
  Message(
    "help.backtest.step", en: "Time between rounds. Default: each group's interval.", zh: "评估间隔。默认：各组的 interval。"),
  Message("help.backtest.rule", en: "This alert only.", zh: "只回测此告警。"),
  Message(
    "help.backtest.threshold",
    en: "A number to try in the rule's comparison; may be given again. Default: found from the values.",
    zh: "在规则的比较中试用的数值，可多次给出。默认：根据历史数值选取。"),
  Message(
    "help.backtest.max-fires", en: "End with status 1 when a rule fires more often than this.",
    zh: "有规则触发次数超过此数时以状态 1 退出。"),
]

/// Commands that need no running program.
private let localHelpMessages: [Message] = [
  Message("help.run.abstract", en: "Watch this machine and serve the console.", zh: "监测本机并提供控制台。"),
  Message(
    "help.run.detail", en: "Without a configuration the packaged probes, rules and plans watch this host.",
    zh: "没有配置时，使用内置的探测、规则和计划监测本机。"),
  Message(
    "help.run.config",
    en: "A configuration folder, or a settings file. Default: /etc/watchkeeper or the user's folder, when it exists.",
    zh: "配置目录或设置文件。默认：/etc/watchkeeper 或用户的配置目录（存在时）。"),
  Message("help.run.data", en: "Where journal and samples are kept.", zh: "日志和采样的存放目录。"),
  Message(
    "help.run.listen", en: "HOST:PORT of the console; loopback only. Default: the first free port from 9464.",
    zh: "控制台的 HOST:PORT，仅限回环地址。默认：从 9464 起第一个空闲端口。"),
  Message(
    "help.run.strict", en: "End with status 1 when the configuration is refused, instead of running the last good one.",
    zh: "配置未被接受时以状态 1 退出，而不使用上一份有效配置。"),
  Message("help.check.abstract", en: "Read files and name every fault with its place.", zh: "检查文件，逐一指出错误及其位置。"),
  Message(
    "help.check.detail", en: "Paths alone are read as by: watchkeeper check configuration.",
    zh: "直接给出路径时，等同于 watchkeeper check configuration。"),
  Message(
    "help.check.configuration.abstract", en: "Read configuration files and name every fault with its place.",
    zh: "检查配置文件，逐一指出错误及其位置。"),
  Message(
    "help.check.configuration.detail",
    en: """
      Runs nothing and writes nothing. A path is a configuration folder, its
      watchkeeper.yaml, or a single file with rules, rule tests, probes, items or plans.
      """,
    zh: "不运行任何程序，不写入任何数据。路径可以是配置目录、其中的 watchkeeper.yaml，或单个规则、规则测试、探测、配置项、计划文件。"),
  Message(
    "help.check.configuration.paths", en: "Folders or files. Default: what --config says.", zh: "目录或文件。默认：--config 所指。"),
  Message(
    "help.check.rules.abstract", en: "Read rule files alone, and warn of what is odd in them.",
    zh: "仅检查规则文件，并对可疑之处给出警告。"),
  Message(
    "help.check.rules.files",
    en: "Rule files, folders of them with what lies below, or - for standard input. Default: the rules of --config.",
    zh: "规则文件、其所在目录（含各级子目录），或用 - 表示标准输入。默认：--config 所指配置的规则。"),
  Message("help.test.abstract", en: "Run tests of rules or of PromQL.", zh: "运行规则测试或 PromQL 测试。"),
  Message(
    "help.test.detail", en: "Paths alone are run as by: watchkeeper test rules.",
    zh: "直接给出路径时，等同于 watchkeeper test rules。"),
  Message(
    "help.test.rules.abstract", en: "Run rule unit tests, written as for promtool.", zh: "运行规则单元测试，写法与 promtool 相同。"),
  Message(
    "help.test.rules.detail",
    en: """
      A test file names its rule files, the samples that they see, and the alerts and
      values that must come of them. Paths of rule files are relative to the test file.
      """,
    zh: "测试文件指明规则文件、输入的采样，以及应得的告警和数值。规则文件的路径相对于测试文件。"),
  Message(
    "help.test.rules.paths",
    en:
      "Test files, or folders with *.test.yaml in or below them. Default: ./rules, or the configuration folder's rules.",
    zh: "测试文件，或含 *.test.yaml 的目录（含各级子目录）。默认：./rules，或配置目录下的 rules。"),
  Message(
    "help.test.rules.run", en: "Only tests with a name that this regular expression matches. May be repeated.",
    zh: "仅运行名称匹配此正则表达式的测试，可重复。"),
  Message(
    "help.test.promql.abstract", en: "Run files in the language of Prometheus' own PromQL tests.",
    zh: "运行以 Prometheus 自身 PromQL 测试语言编写的文件。"),
  Message(
    "help.test.promql.detail",
    en: """
      Each eval statement passes or fails. The score is told by file and by class:
      plain float, native histogram, experimental.
      """,
    zh: "每条 eval 语句或通过或失败。按文件和类别（普通浮点、原生直方图、实验性）统计。"),
  Message("help.test.promql.files", en: "Test files.", zh: "测试文件。"),
  Message("help.test.promql.failures", en: "How many failures to show. Default: all.", zh: "显示多少个失败。默认：全部。"),
  Message("help.test.output", en: "table, json, tap or junit.", zh: "table、json、tap 或 junit。"),
  Message(
    "help.verify.abstract", en: "Prove that journal and samples are as they were written.", zh: "验证日志和采样与写入时一致。"),
  Message(
    "help.verify.detail",
    en: """
      Reads only, and may run beside the program. Damage is named with its place;
      a note says what cannot be known.

      Facts cut off the end of the journal can only be missed by the digests that
      the program publishes: in its log, and in journal-digests.log in the data
      folder, which is read by itself. Whoever cuts the journal can cut that file
      too: give the log lines kept on another machine with --published.
      """,
    zh: """
      只读，可在程序运行时使用。逐处指出损坏及其位置；无法判断之处以提示说明。

      日志末尾被截断时，只有程序公布的摘要能发现：摘要写入程序输出，也写入数据目录的 journal-digests.log（自动读取）。能截断日志的人也能截断该文件，请用 --published 提供保存在其他机器上的输出。
      """),
  Message(
    "help.verify.published",
    en: "Log lines with published digests, kept elsewhere: a file, or - for standard input. May be repeated.",
    zh: "另存的、含已公布摘要的输出：文件，或用 - 表示标准输入。可重复。"),
  Message("help.probe.abstract", en: "Try probes out.", zh: "试运行探测。"),
  Message(
    "help.probe.try.abstract", en: "Run one probe once and print what it measures.", zh: "运行一个探测一次，并打印测得的数据。"),
  Message(
    "help.probe.try.detail",
    en: "Nothing is stored and nobody is told. A file holds one probe, or a list below probes:.",
    zh: "不存储，不通知。文件中可以是一个探测，或 probes: 之下的列表。"),
  Message("help.probe.try.probe", en: "A probe of the configuration, or a YAML file.", zh: "配置中的探测，或 YAML 文件。"),
  Message("help.probe.try.name", en: "Which probe of a file with several.", zh: "文件含多个探测时选择哪一个。"),
  Message(
    "help.probe.try.target", en: "Of a probe with lists of targets: those whose name contains this.",
    zh: "对目标来自列表的探测：只试名称包含此文字的目标。"),
  Message("help.probe.try.targets-max", en: "How many targets of lists are tried.", zh: "最多试运行列表中的多少个目标。"),
  Message("help.probe.try.format", en: "table, prometheus or json.", zh: "table、prometheus 或 json。"),
  Message("help.snmp.abstract", en: "Network devices over SNMP.", zh: "通过 SNMP 监测网络设备。"),
  Message(
    "help.snmp.profile.abstract", en: "Make a device profile of MIB files.", zh: "由 MIB 文件生成设备模板。"),
  Message(
    "help.snmp.profile.detail",
    en:
      "The profile is printed; as a file below probes/snmp/ it is read. Modules that others import are given as well.",
    zh: "输出模板内容；保存到 probes/snmp/ 目录下即可使用。被引用的模块也须一并给出。"),
  Message("help.snmp.profile.files", en: "MIB files.", zh: "MIB 文件。"),
  Message(
    "help.snmp.profile.name", en: "Name of the profile; the default is the first module's.", zh: "模板名称；默认为第一个模块的名称。"),
  Message(
    "help.snmp.profile.object",
    en: "A table or scalar, as MODULE::name. May be repeated; the default is all of them.",
    zh: "表或标量，写作 MODULE::name。可重复；默认为全部。"),
]

private let incidentHelpMessages: [Message] = [
  Message("help.status.abstract", en: "Show on one screen how everything stands.", zh: "一屏显示整体状况。"),
  Message(
    "help.status.detail", en: "Health of the watch itself, incidents that need someone, endpoints, what comes next.",
    zh: "监测自身的健康、待处理的事件、端点，以及接下来的安排。"),
  Message(
    "help.query.abstract", en: "Evaluate a PromQL expression over the stored samples.", zh: "对已存采样执行 PromQL 表达式。"),
  Message(
    "help.query.detail",
    en: """
      Times are seconds since 1970 or RFC 3339. With --start the expression is evaluated
      over a range.
      """, zh: "时间为 1970 年以来的秒数或 RFC 3339 格式。给出 --start 时按区间执行。"),
  Message(
    "help.query.expression", en: "For example 'sum by (instance) (rate(node_network_receive_bytes_total[5m]))'.",
    zh: "例如 'sum by (instance) (rate(node_network_receive_bytes_total[5m]))'。"),
  Message("help.query.at", en: "Evaluate at this time. Default: now.", zh: "在此时刻执行。默认：现在。"),
  Message("help.query.start", en: "Evaluate from here on.", zh: "区间起点。"),
  Message("help.query.end", en: "Evaluate up to here. Default: now.", zh: "区间终点。默认：现在。"),
  Message(
    "help.query.step", en: "Between two points of a range, e.g. 15s or 5m. Default: 1m.",
    zh: "区间内两点的间隔，如 15s 或 5m。默认：1m。"),
  Message("help.incident.abstract", en: "List, show, acknowledge and resolve incidents.", zh: "列出、查看、确认和解决事件。"),
  Message("help.incident.number", en: "For example INC-1, or 1 alone.", zh: "例如 INC-1，或只写 1。"),
  Message("help.incident.list.abstract", en: "List incidents, worst first.", zh: "列出事件，最严重的在前。"),
  Message(
    "help.incident.list.which", en: "open, waiting (nobody has them), withheld, resolved or all.",
    zh: "open（未解决）、waiting（无人处理）、withheld（已暂缓）、resolved（已解决）或 all（全部）。"),
  Message("help.incident.list.priority", en: "Only this priority, 1 to 4.", zh: "仅此优先级，1 至 4。"),
  Message(
    "help.incident.list.words", en: "Only with these words in title, number or item.", zh: "仅标题、编号或配置项含这些词的事件。"),
  Message(
    "help.incident.show.abstract", en: "Show one incident with its evidence and its timeline.", zh: "显示一个事件及其依据和时间线。"),
  Message(
    "help.incident.ack.abstract", en: "Take an incident: nobody else is paged for it.", zh: "确认事件并负责处理：不再就此通知他人。"),
  Message(
    "help.incident.resolve.abstract", en: "Say that an incident is mended; the checks then have to show it.",
    zh: "报告事件已修复，随后由检查证实。"),
  Message("help.incident.resolve.note", en: "What was done or found.", zh: "所做的处理或发现。"),
]

private let itemHelpMessages: [Message] = [
  Message(
    "help.ci.abstract", en: "List and show configuration items, their history and what hangs on them.",
    zh: "列出和查看配置项、变更历史及影响范围。"),
  Message("help.ci.id", en: "The item's id, as ci list shows it.", zh: "配置项标识，见“ci list”。"),
  Message("help.ci.list.abstract", en: "List configuration items.", zh: "列出配置项。"),
  Message(
    "help.ci.list.class", en: "Only this class, for example host, filesystem or service.",
    zh: "仅此类别，例如 host、filesystem 或 service。"),
  Message(
    "help.ci.list.words", en: "Only with these words in name, attributes or owner.", zh: "仅名称、属性或负责人含这些词的配置项。"),
  Message(
    "help.ci.show.abstract", en: "Show one item: facts, relations, open incidents, tasks.",
    zh: "显示一个配置项：属性、关系、未解决的事件、任务。"),
  Message(
    "help.ci.history.abstract", en: "Show who or what changed an item, and when; newest first.",
    zh: "显示配置项何时由何人或何物更改，最新的在前。"),
  Message(
    "help.ci.impact.abstract", en: "Show what an item serves and what it needs: how far a failure travels.",
    zh: "显示配置项支撑什么、依赖什么，即故障的波及范围。"),
  Message(
    "help.ci.impact.detail", en: "The item itself is marked with *; arrows point to what something needs.",
    zh: "配置项本身以 * 标记；箭头指向所依赖的对象。"),
]

private let planHelpMessages: [Message] = [
  Message(
    "help.plan.abstract", en: "List maintenance plans and tasks; start and finish tasks.", zh: "列出维护计划和任务，开始和结束任务。"),
  Message("help.plan.number", en: "For example MT-1, or 1 alone.", zh: "例如 MT-1，或只写 1。"),
  Message("help.plan.list.abstract", en: "List the plans, and the tasks of a week.", zh: "列出计划和一周内的任务。"),
  Message(
    "help.plan.list.week",
    en: "Any day of the wanted week, as YYYY-MM-DD. Default: this week, or the next task's if none is left.",
    zh: "所需一周中的任意一天，格式 YYYY-MM-DD。默认：本周；本周已无任务时为下一任务所在周。"),
  Message("help.plan.show.abstract", en: "Show one task with its slot and the reasons for it.", zh: "显示一个任务及其时段和理由。"),
  Message(
    "help.plan.start.abstract", en: "Begin a task: incidents of its item are withheld until it is done.",
    zh: "开始任务：在任务结束前，其配置项的事件将暂缓。"),
  Message("help.plan.done.abstract", en: "End a task: its window closes, pages go out again.", zh: "结束任务：窗口关闭，恢复通知。"),
  Message(
    "help.plan.done.note", en: "What was done or found; no task ends without it.", zh: "所做的处理或发现；结束任务时必填。"),
]

private let keyHelpMessages: [Message] = [
  Message("help.login.abstract", en: "Print a link that logs one browser in, once.", zh: "打印登录链接，仅供一个浏览器使用一次。"),
  Message(
    "help.login.detail",
    en: """
      Only where the program runs: who may open its socket may open the console. The link
      waits an hour for its one use.
      """, zh: "只能在程序所在的机器上使用：能访问其套接字的用户就能打开控制台。链接一小时内有效。"),
  Message(
    "help.token.abstract", en: "Make, list and revoke tokens for programs that call the console.",
    zh: "为调用控制台的程序创建、列出和撤销令牌。"),
  Message("help.token.create.abstract", en: "Make a token and print it, once.", zh: "创建令牌并打印，仅此一次。"),
  Message(
    "help.token.create.detail", en: "The program keeps only its SHA-256. Only where the program runs.",
    zh: "程序只保存其 SHA-256。只能在程序所在的机器上使用。"),
  Message(
    "help.token.create.role", en: "viewer, operator, administrator, or writer: may only send samples.",
    zh: "viewer、operator、administrator，或只能发送样本的 writer。"),
  Message(
    "help.token.create.name", en: "For the log and for revoking it. Default: the role and a few digits.",
    zh: "供日志和撤销时使用的名称。默认：角色加几位数字。"),
  Message(
    "help.token.create.expires", en: "How long it is good: e.g. 12h or 90d, or never.", zh: "有效期：如 12h、90d 或 never（永久）。"
  ),
  Message(
    "help.token.list.abstract", en: "List the tokens that are good; never the tokens themselves.",
    zh: "列出有效令牌，但不显示令牌本身。"),
  Message(
    "help.token.revoke.abstract", en: "Take a token back: it admits nobody from now on.", zh: "撤销令牌：从此失效。"),
  Message("help.token.revoke.name", en: "The token's name, as token list shows it.", zh: "令牌名称，见“token list”。"),
]

/// What the exit status of a command says.
private let endingMessages: [Message] = [
  Message(
    "help.ending.run", en: "Exit status: 0 stopped as asked, 1 cannot start or go on, 2 wrong command line.",
    zh: "退出状态：0 按要求停止，1 无法启动或继续，2 命令行有误。"),
  Message(
    "help.ending.check", en: "Exit status: 0 nothing to find fault with, 1 faults, 2 wrong command line.",
    zh: "退出状态：0 没有错误，1 有错误，2 命令行有误。"),
  Message(
    "help.ending.snmp.profile", en: "Exit status: 0 printed, 1 a file is no MIB, 2 wrong command line.",
    zh: "退出状态：0 已输出，1 文件不是 MIB，2 命令行有误。"),
  Message(
    "help.ending.test",
    en: "Exit status: 0 all passed, 1 some failed, 2 no tests found or wrong command line.",
    zh: "退出状态：0 全部通过，1 有失败，2 没有测试或命令行有误。"),
  Message(
    "help.ending.test-promql",
    en: "Exit status: 0 all passed, 1 some failed, 2 a file cannot be read or wrong command line.",
    zh: "退出状态：0 全部通过，1 有失败，2 有文件无法读取或命令行有误。"),
  Message(
    "help.ending.verify", en: "Exit status: 0 no damage, 1 damage, 2 nothing to verify or wrong command line.",
    zh: "退出状态：0 没有损坏，1 有损坏，2 没有可验证的数据或命令行有误。"),
  Message(
    "help.ending.try",
    en: """
      Exit status: 0 the target is up, 1 it is down, 2 it could not be checked or the
      command line is wrong.
      """, zh: "退出状态：0 目标正常，1 目标中断，2 无法检查或命令行有误。"),
  Message(
    "help.ending.status",
    en: """
      Exit status: 0 all is well, 1 a warning or something unknown, 2 critical, or no
      program answers.
      """, zh: "退出状态：0 一切正常，1 有警告或状态未知，2 严重或程序未应答。"),
  Message(
    "help.ending.backtest",
    en:
      "Exit status: 0 tried, 1 refused, no program answers, or a rule fired more often than --max-fires, 2 wrong command line.",
    zh: "退出状态：0 已回测，1 被拒绝、无程序响应或有规则触发次数超过 --max-fires，2 命令行有误。"),
  Message(
    "help.ending.query", en: "Exit status: 0 evaluated, 1 refused or no program answers, 2 wrong command line.",
    zh: "退出状态：0 已执行，1 被拒绝或程序未应答，2 命令行有误。"),
  Message(
    "help.ending.listed", en: "Exit status: 0 listed, 1 no program answers, 2 wrong command line.",
    zh: "退出状态：0 已列出，1 程序未应答，2 命令行有误。"),
  Message(
    "help.ending.shown", en: "Exit status: 0 shown, 1 there is none or no program answers, 2 wrong command line.",
    zh: "退出状态：0 已显示，1 不存在或程序未应答，2 命令行有误。"),
  Message(
    "help.ending.done", en: "Exit status: 0 done and durable, 1 refused or no program answers, 2 wrong command line.",
    zh: "退出状态：0 已完成并落盘，1 被拒绝或程序未应答，2 命令行有误。"),
  Message(
    "help.ending.printed", en: "Exit status: 0 printed, 1 no program answers, 2 wrong command line.",
    zh: "退出状态：0 已打印，1 程序未应答，2 命令行有误。"),
  Message(
    "help.ending.made", en: "Exit status: 0 made, 1 refused or no program answers, 2 wrong command line.",
    zh: "退出状态：0 已创建，1 被拒绝或程序未应答，2 命令行有误。"),
  Message(
    "help.ending.revoked", en: "Exit status: 0 revoked, 1 there is none or no program answers, 2 wrong command line.",
    zh: "退出状态：0 已撤销，1 不存在或程序未应答，2 命令行有误。"),
]
