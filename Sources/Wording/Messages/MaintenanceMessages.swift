/// Maintenance: the week, tasks, plans.
let maintenanceMessages: [Message] = [
  Message("maintenance.week", en: "{from:week}", zh: "{from:week}"),
  Message(
    "maintenance.sum", en: "{count} {count|task|tasks}. {unplaced} without a slot, {late} late.",
    zh: "{count} 项任务，{unplaced} 项无时段，{late} 项逾期。"),
  Message("maintenance.sumPlaced", en: "{count} {count|task|tasks}.", zh: "{count} 项任务。"),
  Message("maintenance.previous", en: "Previous week", zh: "上一周"),
  Message("maintenance.next", en: "Next week", zh: "下一周"),
  Message("maintenance.today", en: "Today", zh: "今天"),
  Message("maintenance.window", en: "allowed window", zh: "允许窗口"),
  Message("maintenance.tasks", en: "Tasks", zh: "任务"),
  Message("maintenance.checklist", en: "Steps", zh: "步骤"),
  Message("maintenance.plans", en: "Plans", zh: "计划"),
  Message("maintenance.nextTime", en: "next", zh: "下次"),
  Message("maintenance.noPlans", en: "No plans yet.", zh: "尚无计划。"),
  Message(
    "maintenance.empty", en: "No task this week. Plans stand in `plans/`; `watchkeeper plan list` shows what is due.",
    zh: "本周没有任务。计划位于 `plans/`，用 `watchkeeper plan list` 查看到期项。"),
  Message(
    "maintenance.emptyNext", en: "No task this week. The next is {task} on {item}, {at:moment}: {activity}.",
    zh: "本周没有任务。下一项是 {at:moment} 的 {task}（{item}）：{activity}。"),
  Message("task.planned", en: "planned", zh: "已计划"),
  Message("task.unplaced", en: "no slot", zh: "无时段"),
  Message("task.due", en: "due", zh: "到期"),
  Message("task.running", en: "running", zh: "进行中"),
  Message("task.late", en: "late", zh: "逾期"),
  Message("task.done", en: "done", zh: "已完成"),
  Message("task.cancelled", en: "cancelled", zh: "已取消"),
  Message("task.noSlot", en: "no slot fits", zh: "没有合适的时段"),
  Message("action.start", en: "Start", zh: "开始"),
  Message("action.finish", en: "Finish", zh: "完成"),
  Message("confirm.start.title", en: "Start {number} on {item}?", zh: "在 {item} 上开始 {number}？"),
  Message(
    "confirm.start.text",
    en: "Until it is finished, incidents of this item and of what depends on it page nobody. Sampling goes on.",
    zh: "完成之前，此配置项及其依赖者的事件不呼叫任何人。采样照常进行。"),
]
