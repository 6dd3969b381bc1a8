internal import Records
internal import Telemetry
internal import Wording

/// Tasks as rows.
enum TaskListText {
  static func table(_ tasks: [TaskAnswer], _ reader: Reader) -> TextTable {
    var table = TextTable(
      reader.head("number"), reader.head("state"), reader.head("slot"), reader.head("item"), reader.head("plan"),
      reader.head("what"))
    for task in tasks {
      table.add(
        task.number.description, reader.text("task.\(task.progress)"),
        task.slot.map { reader.span($0) } ?? reader.text("task.noSlot"), task.item, task.plan,
        TextLayout.oneLine(task.activity.text))
    }
    return table
  }
}

/// Plans, and the tasks of a week.
struct PlanText {
  let page: MaintenanceAnswer
  let reader: Reader

  var text: String {
    var plans = TextTable(
      reader.head("plan"), reader.head("what"), reader.head("rhythm"), reader.head("items"), reader.head("next"))
    for plan in page.plans {
      plans.add(
        plan.name, TextLayout.oneLine(plan.activity.text), plan.rhythm.text, String(plan.items),
        plan.next.map { reader.moment($0) } ?? Reader.none)
    }
    let week = reader.text("maintenance.week", ["from": String(page.start.milliseconds)])
    return TextLayout.blocks([
      page.plans.isEmpty ? reader.text("maintenance.noPlans") : plans.text,
      page.tasks.isEmpty
        ? "\(week)\n  \(reader.text("command.plan.quiet"))"
        : TextLayout.section(week, TaskListText.table(page.tasks, reader)),
      page.problems.map { $0.line(reader) }.joined(separator: "\n"),
    ])
  }
}

/// One task.
struct TaskText {
  let task: TaskAnswer
  let reader: Reader

  var text: String {
    TextLayout.blocks([
      "\(task.number)  \(reader.text("task.\(task.progress)"))\n\(task.activity.text)",
      TextLayout.facts([
        (reader.head("item"), "\(task.item) (\(task.itemID))"), (reader.head("plan"), task.plan),
        (reader.head("slot"), task.slot.map { reader.span($0) } ?? reader.text("task.noSlot")),
      ]),
      TextLayout.section(reader.text("command.plan.reasons"), task.reasons.map { $0.line(reader) }),
      TextLayout.section(
        reader.text("maintenance.checklist"),
        task.checklist.enumerated().map { "\($0 + 1). \(TextLayout.oneLine($1.text))" }),
    ])
  }
}
