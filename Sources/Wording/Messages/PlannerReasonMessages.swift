/// Why a task exists, stands in its slot, ended or covers an item: the ids of `PlannerReasons.catalogue`.
let plannerReasonMessages: [Message] =
  [
    Message(
      "reason.task.occurrence", en: "Plan {plan} is due {dueAt:moment} ({rule}).",
      zh: "计划 {plan} 于 {dueAt:moment} 到期（{rule}）。"),
    Message(
      "reason.task.caught-up",
      en: "Plan {plan} missed {missed} {missed|run|runs}; the one of {dueAt:moment} is caught up.",
      zh: "计划 {plan} 错过 {missed} 次，补做 {dueAt:moment} 的一次。"),

    // Why a task ended without work
    Message(
      "reason.skipped.missed-run", en: "Missed. Only the latest run, of {latestAt:moment}, is caught up.",
      zh: "已错过，只补做最近一次（{latestAt:moment}）。"),
    Message("reason.skipped.superseded", en: "{task} is due and does the same work.", zh: "{task} 已到期，工作相同。"),
    Message("reason.skipped.plan-removed", en: "Plan {plan} was removed.", zh: "计划 {plan} 已移除。"),
    Message("reason.skipped.item-removed", en: "{item} is no longer in the CMDB.", zh: "{item} 已不在配置库中。"),
    Message("reason.skipped.not-selected", en: "Plan {plan} no longer selects {item}.", zh: "计划 {plan} 不再包含 {item}。"),
    Message(
      "reason.skipped.no-longer-named", en: "Plan {plan} changed and no longer names this day ({rule}).",
      zh: "计划 {plan} 已变更，不再包含这一天（{rule}）。"),
    Message("reason.skipped.operator", en: "Skipped by {by}: {text}", zh: "{by} 跳过：{text}"),

    // What people did
    Message(
      "reason.deferred.operator", en: "{by} put it off until {untilAt:moment}: {text}",
      zh: "{by} 推迟到 {untilAt:moment}：{text}"),
    Message("reason.started.operator", en: "Started by {by}.", zh: "由 {by} 开始。"),
    Message("reason.started.overridden", en: "{by} started it all the same: {text}", zh: "{by} 仍决定开始：{text}"),

    // Why its window covers an item
    Message("reason.window.item", en: "{task} ({title}) works on {item}.", zh: "{task}（{title}）在 {item} 上进行。"),
    Message(
      "reason.window.dependant", en: "It depends on {item}, where {task} ({title}) works.",
      zh: "依赖 {item}，{task}（{title}）在其上进行。"),
  ] + slotReasonMessages + unscheduledReasonMessages

/// Why a slot was taken, and why others were refused.
private let slotReasonMessages: [Message] = [
  Message(
    "reason.slot.earliest-fit",
    en: "The earliest slot that fits, in window {window}, {opensAt:moment}–{closesAt:moment}.",
    zh: "允许窗口 {window}（{opensAt:moment}–{closesAt:moment}）内最早的合适时段。"),
  Message(
    "reason.slot.earliest-fit-always", en: "The earliest slot that fits, in window {window}, which is always open.",
    zh: "最早的合适时段，允许窗口 {window} 一直开放。"),
  Message(
    "reason.slot.late", en: "Too late for the deadline {deadlineAt:moment}.", zh: "已赶不上截止时间 {deadlineAt:moment}。"),
  Message(
    "reason.slot.outside-window", en: "{fromAt:moment}–{untilAt:moment} is outside of window {window}.",
    zh: "{fromAt:moment}–{untilAt:moment} 不在允许窗口 {window} 内。"),
  Message(
    "reason.slot.freeze", en: "{fromAt:moment}–{untilAt:moment} is in freeze {freeze}.",
    zh: "{fromAt:moment}–{untilAt:moment} 处于封网 {freeze}。"),
  Message(
    "reason.slot.window-full",
    en:
      "{fromAt:moment}–{untilAt:moment}: window {window} takes {limit} {limit|task|tasks} at once, it has {tasks:list}.",
    zh: "{fromAt:moment}–{untilAt:moment}：允许窗口 {window} 最多同时 {limit} 项任务，已有 {tasks:list}。"),
  Message(
    "reason.slot.same-item", en: "{fromAt:moment}–{untilAt:moment}: {task} works on the same item.",
    zh: "{fromAt:moment}–{untilAt:moment}：{task} 在同一配置项上进行。"),
  Message(
    "reason.slot.related-item",
    en: "{fromAt:moment}–{untilAt:moment}: {task} works on {item}; one of the two items fails with the other.",
    zh: "{fromAt:moment}–{untilAt:moment}：{task} 在 {item} 上进行，两个配置项的故障会相互波及。"),
  Message(
    "reason.slot.redundancy",
    en: "{fromAt:moment}–{untilAt:moment}: together with {tasks:list}, {group} would keep fewer than {minAlive}.",
    zh: "{fromAt:moment}–{untilAt:moment}：与 {tasks:list} 同时进行时，{group} 的可用成员将少于 {minAlive} 个。"),
  Message(
    "reason.slot.redundancy-alone",
    en: "{fromAt:moment}–{untilAt:moment}: this task alone would leave {group} fewer than {minAlive}.",
    zh: "{fromAt:moment}–{untilAt:moment}：仅此任务就使 {group} 的可用成员少于 {minAlive} 个。"),
  Message(
    "reason.slot.incident",
    en: "{fromAt:moment}–{untilAt:moment}: with {incidents:list} open, {group} would keep fewer than {minAlive}.",
    zh: "{fromAt:moment}–{untilAt:moment}：{incidents:list} 未解决，{group} 的可用成员将少于 {minAlive} 个。"),
  Message(
    "reason.slot.after-deadline",
    en: "{fromAt:moment}–{untilAt:moment} is after the deadline {deadlineAt:moment}.",
    zh: "{fromAt:moment}–{untilAt:moment} 晚于截止时间 {deadlineAt:moment}。"),
  Message(
    "reason.slot.missed", en: "The slot {fromAt:moment}–{untilAt:moment} passed unused.",
    zh: "时段 {fromAt:moment}–{untilAt:moment} 已过，未使用。"),
  Message(
    "reason.slot.plan-changed", en: "Plan {plan} changed; the slot no longer fits.", zh: "计划 {plan} 已变更，原时段不再合适。"),
]

/// Why a task has no slot: what stands in the way, and when it would fit without that.
private let unscheduledReasonMessages: [Message] = [
  Message(
    "reason.unscheduled.window", en: "Window {window} has no room. Outside of it, {fitsAt:moment} would fit.",
    zh: "允许窗口 {window} 内没有合适的时段。若不受其限制，可在 {fitsAt:moment} 进行。"),
  Message(
    "reason.unscheduled.window-taken",
    en: "Window {window} has no room beside {tasks:list}. Outside of it, {fitsAt:moment} would fit.",
    zh: "允许窗口 {window} 已有 {tasks:list}，没有合适的时段。若不受窗口限制，可在 {fitsAt:moment} 进行。"),
  Message(
    "reason.unscheduled.window-shorter",
    en: "The task needs {neededSeconds:age}, window {window} has {longestSeconds:age} at most.",
    zh: "任务需要 {neededSeconds:age}，允许窗口 {window} 最长 {longestSeconds:age}。"),
  Message(
    "reason.unscheduled.window-too-short",
    en:
      "The task needs {neededSeconds:age}, window {window} has {longestSeconds:age} at most. Outside of it, {fitsAt:moment} would fit.",
    zh:
      "任务需要 {neededSeconds:age}，允许窗口 {window} 最长 {longestSeconds:age}。若不受其限制，可在 {fitsAt:moment} 进行。"),
  Message(
    "reason.unscheduled.freeze", en: "Frozen by {freezes:list}. Without that, {fitsAt:moment} would fit.",
    zh: "受封网 {freezes:list} 限制。若无封网，可在 {fitsAt:moment} 进行。"),
  Message(
    "reason.unscheduled.capacity",
    en:
      "Window {window} takes {limit} {limit|task|tasks} at once, it has {tasks:list}. With room for one more, {fitsAt:moment} would fit.",
    zh: "允许窗口 {window} 最多同时 {limit} 项任务，已有 {tasks:list}。若可再加一项，可在 {fitsAt:moment} 进行。"),
  Message(
    "reason.unscheduled.other-task",
    en: "This item or a related one is taken by {tasks:list}. Without that, {fitsAt:moment} would fit.",
    zh: "同一或相关配置项上已有 {tasks:list}。若无此冲突，可在 {fitsAt:moment} 进行。"),
  Message(
    "reason.unscheduled.redundancy",
    en: "{groups:list} would keep too few members. Without that limit, {fitsAt:moment} would fit.",
    zh: "{groups:list} 的可用成员将不足。若不受其限制，可在 {fitsAt:moment} 进行。"),
  Message(
    "reason.unscheduled.incident",
    en:
      "With {incidents:list} open, {groups:list} would keep too few members. Without that, {fitsAt:moment} would fit.",
    zh: "{incidents:list} 未解决，{groups:list} 的可用成员将不足。若已解决，可在 {fitsAt:moment} 进行。"),
  Message(
    "reason.unscheduled.deadline",
    en: "Nothing fits before the deadline {deadlineAt:moment}. After it, {fitsAt:moment} would fit.",
    zh: "截止时间 {deadlineAt:moment} 之前没有合适的时段。之后可在 {fitsAt:moment} 进行。"),
  Message(
    "reason.unscheduled.several",
    en: "Only without all of these would {fitsAt:moment} fit: {constraints:constraint.*}.",
    zh: "须同时解除以下限制，才可在 {fitsAt:moment} 进行：{constraints:constraint.*}。"),
]
