/// What `verify` found, by code, and the frame around it.
let verifyMessages: [Message] = verifyFrameMessages + journalFindingMessages + sampleDamageMessages

private let verifyFrameMessages: [Message] = [
  Message("verify.head.part", en: "PART", zh: "部分"),
  Message("verify.head.result", en: "RESULT", zh: "结果"),
  Message("verify.head.place", en: "WHERE AND WHAT", zh: "位置与说明"),
  Message("verify.part.journal", en: "journal", zh: "日志"),
  Message("verify.part.samples", en: "samples", zh: "采样"),
  Message("verify.result.sound", en: "ok", zh: "正常"),
  Message("verify.result.note", en: "note", zh: "提示"),
  Message("verify.result.damage", en: "damage", zh: "损坏"),
  Message("verify.sound", en: "as it was written", zh: "与写入时一致"),
  Message("verify.sum.sound", en: "no damage", zh: "没有损坏"),
  Message("verify.sum.damaged", en: "{count} {count|damage|damages}", zh: "{count} 处损坏"),
  Message("verify.sum.notes", en: ", {count} {count|note|notes}", zh: "，{count} 条提示"),
]

private let journalFindingMessages: [Message] = [
  Message("verify.journal.file-missing", en: "{file} is missing", zh: "{file} 不存在"),
  Message(
    "verify.journal.published-unreadable", en: "the published digests cannot be read: {problem}",
    zh: "无法读取已公布的摘要：{problem}"),
  Message("verify.journal.unreadable", en: "the journal cannot be read: {problem}", zh: "无法读取日志：{problem}"),
  Message("verify.journal.structure", en: "the file is damaged: {problem}", zh: "文件已损坏：{problem}"),
  Message(
    "verify.journal.column-unreadable", en: "fact {fact}: column '{column}' is unreadable",
    zh: "记录 {fact}：无法读取列“{column}”"),
  Message("verify.journal.header-changed", en: "fact {fact}: its header was changed", zh: "记录 {fact}：头部被更改"),
  Message("verify.journal.payload-changed", en: "fact {fact}: its payload was changed", zh: "记录 {fact}：内容被更改"),
  Message("verify.journal.payload-missing", en: "fact {fact}: its payload is missing", zh: "记录 {fact}：内容缺失"),
  Message(
    "verify.journal.payload-erased", en: "fact {fact}: its payload was erased, as fact {by} says",
    zh: "记录 {fact}：内容已抹除，见记录 {by}"),
  Message(
    "verify.journal.payload-digest-changed", en: "fact {fact}: its payload's digest was changed",
    zh: "记录 {fact}：内容摘要被更改"),
  Message("verify.journal.payload-without-fact", en: "payload {fact} belongs to no fact", zh: "内容 {fact} 没有对应的记录"),
  Message("verify.journal.chain-changed", en: "fact {fact}: its chain digest was changed", zh: "记录 {fact}：链摘要被更改"),
  Message(
    "verify.journal.missing", en: "{count|fact|facts} {facts} {count|is|are} missing",
    zh: "记录 {facts} 缺失（{count} 条）"),
  Message(
    "verify.journal.inserted", en: "{count|fact|facts} {facts} {count|was|were} inserted",
    zh: "记录 {facts} 系插入（{count} 条）"),
  Message("verify.journal.swapped", en: "facts {fact} and {other} were swapped", zh: "记录 {fact} 与 {other} 被对调"),
  Message(
    "verify.journal.version-out-of-step",
    en: "fact {fact}: version {found} of stream '{stream}', expected {expected}",
    zh: "记录 {fact}：流“{stream}”的版本为 {found}，应为 {expected}"),
  Message(
    "verify.journal.recorded-backwards", en: "fact {fact}: recorded earlier than the fact before it",
    zh: "记录 {fact}：记录时间早于前一条"),
  Message(
    "verify.journal.not-as-published",
    en:
      "{count|fact|facts} {facts} {count|is|are} not as published: {published}; rewritten since, or the published line is false",
    zh: "记录 {facts} 与公布的不一致（{count} 条）：{published}；此后被改写，或公布的行有误"),
  Message(
    "verify.journal.tail-cut",
    en:
      "{count|fact|facts} {facts} {count|is|are} missing: cut off the end after {count|it was|they were} published: {published}",
    zh: "记录 {facts} 缺失（{count} 条）：公布后从末尾截断：{published}"),
  Message(
    "verify.journal.unpublished", en: "no published digest is at hand: facts that were cut off the end cannot be seen",
    zh: "没有已公布的摘要，无法发现末尾被截断的记录"),
  Message(
    "verify.journal.published-before",
    en: "facts after {fact} are newer than every published digest: if some were cut off there, it cannot be seen",
    zh: "{fact} 之后的记录晚于所有已公布的摘要，其中若有截断则无法发现"),
  Message(
    "verify.journal.snapshot-changed", en: "the snapshot of '{entity}' in stream '{stream}' was changed",
    zh: "流“{stream}”中“{entity}”的快照被更改"),
  Message(
    "verify.journal.snapshot-ahead", en: "the snapshots of stream '{stream}' stand for fact {fact}, which is not there",
    zh: "流“{stream}”的快照对应记录 {fact}，而该记录不存在"),
  Message(
    "verify.journal.too-many", en: "more than {limit} findings, the rest is not listed", zh: "发现超过 {limit} 处，其余未列出"),
]

private let sampleDamageMessages: [Message] = [
  Message("verify.samples.folder-missing", en: "{folder} does not exist yet", zh: "{folder} 尚不存在"),
  Message(
    "verify.samples.folder-unreadable", en: "{file}: the folder cannot be listed – check its owner and mode",
    zh: "{file}：无法列出目录内容——请检查属主和权限"),
  Message(
    "verify.samples.newer-format", en: "{file}: sample format {found} is newer than this program's {known}",
    zh: "{file}：采样格式 {found} 比本程序的 {known} 新"),
  Message(
    "verify.samples.no-database", en: "{file}: is no readable database: {problem}", zh: "{file}：不是可读的数据库：{problem}"),
  Message(
    "verify.samples.quarantined",
    en:
      "{file}: was set aside as no readable database, its samples are missing – delete it when nothing more is to be won from it",
    zh: "{file}：不是可读的数据库，已被隔离，其中的采样缺失——确认无可挽回后请将其删除"),
  Message(
    "verify.samples.table-unreadable", en: "{file}: table {table}: cannot be read to its end: {problem}",
    zh: "{file}：表 {table}：无法读到末尾：{problem}"),
  Message("verify.samples.structure", en: "{file}: pages: {problem}", zh: "{file}：页面：{problem}"),
  Message(
    "verify.samples.labels-checksum", en: "{file}: series {series}: labels do not match their checksum",
    zh: "{file}：序列 {series}：标签与校验和不符"),
  Message(
    "verify.samples.labels-missing", en: "{file}: series {series}: has chunks and no row of labels",
    zh: "{file}：序列 {series}：有数据块而没有标签"),
  Message(
    "verify.samples.chunk-checksum",
    en: "{file}: chunk of series {series} from {start:day} {start:time} UTC: does not match its checksum",
    zh: "{file}：序列 {series} 自 {start:day} {start:time} UTC 起的数据块：与校验和不符"),
  Message(
    "verify.samples.chunk-contradiction",
    en: "{file}: chunk of series {series} from {start:day} {start:time} UTC: its bits contradict themselves",
    zh: "{file}：序列 {series} 自 {start:day} {start:time} UTC 起的数据块：内容自相矛盾"),
  Message(
    "verify.samples.chunk-of-another-day",
    en: "{file}: chunk of series {series} from {start:day} {start:time} UTC: does not belong to this day",
    zh: "{file}：序列 {series} 自 {start:day} {start:time} UTC 起的数据块：不属于这一天"),
  Message(
    "verify.samples.batch-checksum", en: "{file}: batch {batch}: does not match its checksum",
    zh: "{file}：批次 {batch}：与校验和不符"),
  Message(
    "verify.samples.posting-checksum", en: "{file}: label {label}: its list does not match its checksum",
    zh: "{file}：标签 {label}：列表与校验和不符"),
]
