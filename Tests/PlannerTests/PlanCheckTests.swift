import Planner
import Records
import ServiceTime
import Telemetry
import Testing
import Wording

@Suite("Plans are checked")
struct PlanCheckTests {
  @Test("a good plan, with its defaults")
  func good() throws {
    let plan = try MaintenancePlan(Make.draft())
    #expect(plan.priority == 3)
    #expect(plan.opening == .automatic)
    #expect(plan.lead == .zero)
    #expect(plan.tolerance == .seconds(7 * 86_400 / 5))
  }

  @Test(
    "each fault names its key",
    arguments: [
      (Make.draft("Patch Web"), "name"), (Make.draft(""), "name"), (Make.draft { $0.title = "" }, "activity.title"),
      (Make.draft { $0.titleChinese = "" }, "activity.title_zh_cn"),
      (Make.draft { $0.checklist = [""] }, "activity.checklist"),
      (Make.draft { ($0.checklist, $0.checklistChinese) = (["a", "b"], ["甲"]) }, "activity.checklist_zh_cn"),
      (Make.draft { ($0.checklist, $0.checklistChinese) = (["a"], [""]) }, "activity.checklist_zh_cn"),
      (Make.draft("patch", []), "items"),
      (Make.draft { $0.start = "tomorrow" }, "recurrence.start"),
      (Make.draft { $0.rule = "FREQ=YEARLY" }, "recurrence.rule"),
      (Make.draft { $0.rule = "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=20" }, "recurrence.rule"),
      (Make.draft { $0.window = nil }, "window"), (Make.draft { $0.duration = .seconds(30) }, "duration"),
      (Make.draft { $0.duration = .seconds(8 * 86_400) }, "duration"),
      (Make.draft { $0.duration = .milliseconds(60_500) }, "duration"), (Make.draft { $0.lead = .seconds(-1) }, "lead"),
      (Make.draft { $0.tolerance = .seconds(60) }, "tolerance"), (Make.draft { $0.priority = 5 }, "priority"),
      (Make.draft { $0.opening = "sometimes" }, "opening"),
    ])
  func faults(_ draft: PlanDraft, _ key: String) {
    let error = #expect(throws: PlanError.self) { try MaintenancePlan(draft) }
    #expect(error?.key == key)
  }

  @Test("a plan may be written in both languages, step by step")
  func bilingual() throws {
    let plan = try MaintenancePlan(
      Make.draft {
        ($0.title, $0.titleChinese) = ("Patch", "打补丁")
        ($0.checklist, $0.checklistChinese) = (["Read", "Install"], ["查看", "安装"])
      })
    #expect(plan.activity.title == BilingualText("Patch", chinese: "打补丁"))
    #expect(plan.activity.checklist.map(\.chinese) == ["查看", "安装"])
  }

  @Test("a rule that is not supported yet is named")
  func unsupported() throws {
    let error = #expect(throws: PlanError.self) {
      try MaintenancePlan(Make.draft { $0.rule = "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1" })
    }
    let fault = try #require(error?.fault)
    let text = Reader(language: .english).sides(fault.id, fault.arguments).problem
    #expect(text == "BYSETPOS is not supported yet")
  }

  @Test("selection by name, class and label")
  func selection() {
    let web = Make.item("web01", className: "host", labels: ["env": "prod"])
    #expect(ItemSelector(items: [EntityID("item/web01")]).selects(web))
    #expect(ItemSelector(classes: ["host"], labels: ["env": "prod"]).selects(web))
    #expect(!ItemSelector(classes: ["host"], labels: ["env": "test"]).selects(web))
    #expect(!ItemSelector(classes: ["database"]).selects(web))
    #expect(!ItemSelector().selects(web))
  }
}
