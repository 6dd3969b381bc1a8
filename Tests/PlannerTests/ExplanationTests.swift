import Planner
import Records
import ServiceTime
import Telemetry
import Testing

/// The reasons for a missing slot, proved by the checker, which shares no code with the search.
@Suite("Why a task fits nowhere")
struct ExplanationTests {
  private let fleets = 1...20

  private func unscheduled(
    _ seed: Int
  ) throws -> (fleet: RandomFleet, placed: [PlanChecker.Entry], tasks: [MaintenanceTask]) {
    let fleet = RandomFleet(seed: seed)
    var book = MaintenanceBook()
    try book.take(.plan, fleet.scene, at: fleet.now)
    let open = book.openTasks
    return (fleet, open.compactMap(PlanChecker.Entry.init), open.filter { $0.slot == nil })
  }

  private func entry(_ task: MaintenanceTask, at start: Timestamp) throws -> PlanChecker.Entry {
    PlanChecker.Entry(
      task: task.number, item: task.key.item, window: task.terms.window, duration: task.terms.duration,
      earliest: task.terms.earliest, slot: try #require(Interval(from: start, lasting: task.terms.duration)))
  }

  @Test("no start within its dates is free", arguments: 1...12)
  func nowhere(_ seed: Int) throws {
    let (fleet, placed, tasks) = try unscheduled(seed)
    guard fleet.scene.disturbances.isEmpty else { return }
    for task in tasks.prefix(4) {
      var start = max(task.terms.earliest, fleet.now)
      while start.advanced(by: task.terms.duration) <= task.terms.deadline {
        let violations = PlanChecker(fleet.scene).violations(in: placed + [try entry(task, at: start)])
        #expect(!violations.isEmpty, "\(task.number) of fleet \(seed) fits at \(TimeZoneRules.utc.text(of: start))")
        start = start.advanced(by: .seconds(3600))
      }
    }
  }

  @Test("with the named constraint lifted, and only that, it fits when the reason says", arguments: 1...30)
  func lifted(_ seed: Int) throws {
    let (fleet, placed, tasks) = try unscheduled(seed)
    for task in tasks.prefix(10) {
      #expect(!task.slotReasons.isEmpty)
      for reason in task.slotReasons {
        guard let text = reason.arguments["fitsAt"], let milliseconds = Int64(text) else { continue }
        let proposal = try entry(task, at: Timestamp(milliseconds: milliseconds))
        let violations = PlanChecker(fleet.scene).violations(in: placed + [proposal])
        #expect(violations.allSatisfy { Self.isLifted($0, by: reason) }, "\(reason): \(violations)")
        if reason.id == "reason.unscheduled.deadline" {
          #expect(violations.isEmpty)
          #expect(proposal.slot.to > task.terms.deadline)
        }
      }
    }
  }

  @Test("the fleets have tasks without a slot, for several reasons")
  func variety() throws {
    var ids: Set<String> = []
    for seed in fleets { ids.formUnion(try unscheduled(seed).tasks.flatMap(\.slotReasons).map(\.id)) }
    #expect(ids.count >= 4, "\(ids)")
  }

  private static func isLifted(_ violation: PlanViolation, by reason: Reason) -> Bool {
    let lifted = reason.arguments["constraints"].map { $0.split(separator: ", ").map(String.init) }
    let constraints = lifted ?? [String(reason.id.dropFirst("reason.unscheduled.".count))]
    switch violation {
    case .outsideWindow: return !constraints.filter(["window", "window-taken", "window-too-short"].contains).isEmpty
    case .inFreeze: return constraints.contains("freeze")
    case .windowOverfull: return constraints.contains("capacity")
    case .sameItem, .relatedItems: return constraints.contains("other-task") || constraints.contains("otherTask")
    case .redundancyLost: return constraints.contains("redundancy")
    case .wrongDuration, .beforeEarliest, .unknownItem: return false
    }
  }
}
