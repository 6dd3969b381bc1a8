/// Why items exist, end, are bound and reached: the ids of `InventoryReasons.catalogue`.
let inventoryReasonMessages: [Message] =
  [
    // Why a record exists or ended
    Message("reason.item.declared", en: "The inventory files declare it.", zh: "由配置文件声明。"),
    Message("reason.item.discovered", en: "Discovered by {source}.", zh: "由 {source} 发现。"),
    Message("reason.item.probed", en: "The probe {probe} checks it.", zh: "由探测 {probe} 检查。"),
    Message("reason.item.probe-removed", en: "No probe checks it any more.", zh: "已没有探测检查它。"),
    Message("reason.item.removed-from-files", en: "The inventory files no longer name it.", zh: "配置文件中已无此项。"),
    Message(
      "reason.item.gone", en: "{source} has not seen it for {seconds:age}.", zh: "{source} 已有 {seconds:age}未发现它。"),
    Message("reason.item.parent-retired", en: "It was part of {parent}, which is retired.", zh: "所属的 {parent} 已退役。"),
    Message(
      "reason.attribute.unstable",
      en:
        "{attribute:field.*} changed {changes} {changes|time|times} within {seconds:age}. Its changes are not recorded for now.",
      zh: "{attribute:field.*} 在 {seconds:age}内变化 {changes} 次，暂不记录其变化。"),

    // How an alert found its item
    Message("reason.binding.label", en: "The alert's label names {item}.", zh: "告警标签指明 {item}。"),
    Message(
      "reason.binding.target", en: "The target {job} / {instance} is {item}.", zh: "目标 {job} / {instance} 即 {item}。"),
    Message("reason.binding.child", en: "{label} = {value} is {item}.", zh: "{label} = {value} 对应 {item}。"),
    Message(
      "reason.binding.instance", en: "{item} carries the label instance = {instance}.",
      zh: "{item} 带有标签 instance = {instance}。"),
    Message(
      "reason.binding.label-unknown", en: "The alert's label names {item}, which is not in the CMDB. Correct the rule.",
      zh: "告警标签指明 {item}，配置库中没有此项。请更正规则。"),
    Message(
      "reason.binding.target-unknown", en: "No item is known for the target {job} / {instance}.",
      zh: "目标 {job} / {instance} 没有对应的配置项。"),
    Message("reason.binding.item-retired", en: "{item} is retired.", zh: "{item} 已退役。"),
    Message(
      "reason.binding.no-labels", en: "The alert has none of the labels item, job and instance.",
      zh: "告警没有 item、job、instance 标签。"),
    Message("reason.window.named", en: "The window names {item}.", zh: "维护窗口指明 {item}。"),
  ] + impactReasonMessages + findingReasonMessages

/// How a failure travels.
private let impactReasonMessages: [Message] = [
  Message("reason.impact.itself", en: "{item} itself.", zh: "{item} 本身。"),
  Message(
    "reason.impact.path", en: "The failure passes on: {path} ({relation:relation.*}).",
    zh: "故障传播：{path}（{relation:relation.*}）。"),
  Message("reason.impact.part", en: "A part fails with the whole: {path}.", zh: "整体故障波及部件：{path}。"),
  Message(
    "reason.impact.soft", en: "Degraded, not down: {path} ({relation:relation.*}).",
    zh: "降级，未中断：{path}（{relation:relation.*}）。"),
  Message(
    "reason.impact.group-failed", en: "{group} keeps {alive}, it needs {minimum}. The failure passes on: {path}.",
    zh: "{group} 仅剩 {alive} 个可用，至少需要 {minimum} 个。故障传播：{path}。"),
  Message(
    "reason.impact.redundancy-lost", en: "Redundancy is lost: {group} keeps {alive}, it needs {minimum} ({path}).",
    zh: "冗余降低：{group} 剩 {alive} 个可用，至少需要 {minimum} 个（{path}）。"),
  Message(
    "reason.cause.path", en: "A failure there is felt here: {path} ({relation:relation.*}).",
    zh: "故障会由此传来：{path}（{relation:relation.*}）。"),
  Message("reason.cause.part", en: "It is a part and fails with the whole: {path}.", zh: "作为部件，随整体故障：{path}。"),
]

/// What is wrong in the CMDB.
private let findingReasonMessages: [Message] = [
  Message(
    "reason.finding.unstable", en: "{item}: {attribute:field.*} changes too often, lately from {first} to {last}.",
    zh: "{item} 的 {attribute:field.*} 变化过于频繁，近期由 {first} 变为 {last}。"),
  Message(
    "reason.finding.drift", en: "{item}: {attribute:field.*} is declared as {declared}, observed as {observed}.",
    zh: "{item} 的 {attribute:field.*} 声明为 {declared}，采集到 {observed}。"),
  Message(
    "reason.finding.relation-end-missing",
    en: "{item}: the relation “{relation:relation.*}” leads to {target}, which is missing or retired.",
    zh: "{item} 的关系“{relation:relation.*}”指向 {target}，该配置项不存在或已退役。"),
  Message(
    "reason.finding.member-missing", en: "{group} names {item}, which is missing or retired.",
    zh: "冗余组 {group} 的成员 {item} 不存在或已退役。"),
]
