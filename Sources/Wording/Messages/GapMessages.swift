/// Why samples are missing, and how it is told.
let gapMessages: [Message] = [
  Message(
    "reason.gap.late", en: "The run began {late:age} late: this machine was busy or asleep.",
    zh: "运行晚了 {late:age}：本机繁忙或曾休眠。"),
  Message("reason.gap.still-running", en: "The run before was still going.", zh: "上一次运行尚未结束。"),
  Message("reason.gap.stopped", en: "Watchkeeper was stopped.", zh: "Watchkeeper 处于停止状态。"),
  Message(
    "reason.gap.crashed", en: "Watchkeeper did not run: it ended without a stop (crash, kill or power cut).",
    zh: "Watchkeeper 未运行：此前异常终止（崩溃、被强制结束或断电）。"),
  Message(
    "reason.gap.clock", en: "The clock was set forward by {step:age}: this time never was, and no run is missing.",
    zh: "时钟被拨快了 {step:age}：这段时间并不存在，没有缺失运行。"),
  Message("reason.gap.not-defined", en: "The probe was not in the configuration.", zh: "配置中没有该探测。"),
  Message(
    "reason.gap.replaced", en: "The probe's definition was changed while it ran.", zh: "探测运行期间其定义被修改。"),
  Message(
    "gaps.removed", en: "The probe was taken out of the configuration: {at:moment}.", zh: "该探测已于 {at:moment} 从配置中移除。"),
  Message(
    "gaps.pace.zoom",
    en: "From {from:second} to {to:second} it ran every {every}: a value was near its threshold ('zoom').",
    zh: "{from:second} 至 {to:second} 每 {every} 运行一次：某个值接近阈值（'zoom'）。"),
  Message(
    "gaps.pace.confirm",
    en: "From {from:second} to {to:second} it ran every {every}: a failure was being confirmed ('confirm').",
    zh: "{from:second} 至 {to:second} 每 {every} 运行一次：正在确认一次失败（'confirm'）。"),
  Message(
    "gaps.pace.other", en: "From {from:second} to {to:second} it ran every {every}, by its settings of then.",
    zh: "{from:second} 至 {to:second} 按当时的设置每 {every} 运行一次。"),
  Message(
    "gaps.pace.more", en: "{count} earlier {count|time|times} at a quicker pace {count|is|are} not listed.",
    zh: "更早还有 {count} 段加快运行的时间未列出。"),
  Message(
    "gaps.pace.outside", en: "Outside the hours of its calendar it runs every {every}.",
    zh: "在其日历时段之外，每 {every} 运行一次。"),
  Message("reason.gap.incomplete", en: "Not everything could be collected: {text}", zh: "部分数据未能采集：{text}"),
  Message("reason.gap.refused", en: "Series were refused: {text}", zh: "部分序列被拒绝：{text}"),
  Message(
    "reason.gap.absent", en: "The probe ran and answered without this series.", zh: "探测运行正常，但结果中没有该序列。"),
  Message(
    "reason.gap.never", en: "The probe ran, and none of its answers in this time had such a series.",
    zh: "探测运行正常，但该时段内的结果中从未有过这样的序列。"),
  Message(
    "reason.gap.failed-run", en: "The run failed, so it told nothing of this series.", zh: "该次运行失败，未给出该序列。"),
  Message(
    "reason.gap.dropped", en: "'metric_relabel_configs' of the probe drops this series.",
    zh: "该探测的 'metric_relabel_configs' 会丢弃该序列。"),
  Message(
    "reason.gap.lost",
    en:
      "The series had not ended, but its samples are not in the store: the disk refused them or a file was damaged, see the log.",
    zh: "序列并未结束，但存储中没有其采样：磁盘拒绝写入或文件已损坏，详见日志。"),
  Message(
    "reason.gap.not-stored",
    en:
      "No run is in the store and none is noted as missing: the disk refused the samples or a file was damaged, see the log.",
    zh: "存储中没有这段时间的运行，也没有缺失记录：磁盘拒绝写入或文件已损坏，详见日志。"),
  Message(
    "reason.gap.thinned",
    en:
      "Only some runs of this time are in the store and none is noted as missing: the disk refused samples or a file was damaged, see the log.",
    zh: "存储中只有这段时间的部分运行，也没有缺失记录：磁盘拒绝写入部分采样或文件已损坏，详见日志。"),
  Message(
    "reason.gap.none-stored",
    en:
      "No run of this time is in the store, nor of the time before as far as it was looked at, and none is noted as missing: the disk refused the samples, or files were damaged or removed, see the log.",
    zh: "存储中没有这段时间的运行，在所查看的范围内此前也没有，且没有缺失记录：磁盘拒绝写入，或文件已损坏或被移除，详见日志。"),
  Message("gaps.span", en: "{from} to {to}", zh: "{from} 至 {to}"),
  Message("gaps.none", en: "No gap is known in this time.", zh: "该时段内没有已知的缺口。"),
  Message("gaps.lasts", en: "lasts", zh: "持续中"),
  Message("gaps.extent.everything", en: "everything", zh: "全部"),
  Message("gaps.extent.measurements", en: "all but the verdict", zh: "除结论外的全部"),
  Message("gaps.extent.part", en: "a part", zh: "部分"),
  Message("gaps.extent.series", en: "this series", zh: "该序列"),
  Message(
    "gaps.unknown-before", en: "The probe is known since {at:moment}; of the time before nothing is noted.",
    zh: "该探测自 {at:moment} 起才有记录，此前情况不明。"),
  Message(
    "gaps.forgotten-before", en: "Gaps before {at:moment} are no longer kept.", zh: "{at:moment} 之前的缺口已不再保留。"),
  Message(
    "gaps.surplus", en: "{count} more {count|probe gives|probes give} such series; narrow the selector.",
    zh: "另有 {count} 个探测产生此类序列；请缩小选择范围。"),
  Message(
    "gaps.unlooked",
    en: "The samples of {count} more series were not looked at; narrow the selector.",
    zh: "另有 {count} 个序列的采样未逐一查看；请缩小选择范围。"),
  Message(
    "gaps.unread", en: "Only what is noted is told, because the samples could not be read: {why}",
    zh: "无法读取采样，仅列出已记录的缺口：{why}"),
  Message("command.head.to", en: "TO", zh: "结束"),
  Message("command.head.runs", en: "RUNS", zh: "次数"),
  Message("command.head.missing", en: "MISSING", zh: "缺少"),
  Message("command.head.why", en: "WHY", zh: "原因"),
  Message("help.why.abstract", en: "Ask why something is as it is.", zh: "询问某种状况的原因。"),
  Message("help.why.gap.abstract", en: "Tell why samples are missing.", zh: "说明为何缺少采样。"),
  Message(
    "help.why.gap.detail",
    en:
      "Each time without samples of a probe, or with fewer than usual, has a reason; the newest 64 of each probe are kept.",
    zh: "探测没有采样或采样不全的每一段时间都有原因；每个探测保留最近 64 段。"),
  Message("help.why.gap.subject", en: "A probe's name, or a series selector.", zh: "探测名，或序列选择器。"),
  Message(
    "help.why.gap.from", en: "Begin: seconds since 1970 or 2026-11-20T14:00:00Z; a day before the end unless given.",
    zh: "起始时刻：自 1970 年起的秒数或 2026-11-20T14:00:00Z；默认为结束前一天。"),
  Message("help.why.gap.to", en: "End, likewise; now unless given.", zh: "结束时刻，写法相同；默认为现在。"),
  Message(
    "help.ending.gap", en: "Exit status: 0 told, 1 no such probe or no program answers, 2 wrong command line.",
    zh: "退出状态：0 已说明，1 没有这个探测或没有程序应答，2 命令行有误。"),
  Message(
    "api.gaps.question",
    en: "Ask with of=PROBE or of=SELECTOR; from and to are instants such as 2026-11-20T14:00:00Z, from before to.",
    zh: "请用 of=探测名 或 of=选择器 提问；from 和 to 为时刻，例如 2026-11-20T14:00:00Z，且 from 早于 to。"),
  Message(
    "api.gaps.near",
    en: "‘{subject}’ names no probe, and no probe gives such a series; near it: {names:list}.",
    zh: "“{subject}”不是探测名，也没有探测产生这样的序列；相近的有：{names:list}。"),
  Message(
    "api.gaps.none",
    en: "‘{subject}’ names no probe, and no probe gives such a series; see `watchkeeper status` and the page /probes.",
    zh: "“{subject}”不是探测名，也没有探测产生这样的序列；请查看 `watchkeeper status` 和 /probes 页面。"),
]
