internal import HashTreeCollections
internal import Records

extension MaintenanceBook {
  /// What is wrong with the book, one line each; empty when nothing is. Called after every step in tests.
  public func checkInvariants() -> [String] {
    taskFaults() + windowFaults() + indexFaults()
  }

  private func taskFaults() -> [String] {
    var faults: [String] = []
    for (number, task) in tasks {
      if task.number.number != number || number > lastTask { faults.append("\(task.number) is filed wrongly") }
      switch task.state {
      case .scheduled, .inProgress, .awaitingConfirmation:
        if task.slot == nil { faults.append("\(task.number) is \(task.state.rawValue) without a slot") }
        if task.slotReasons.isEmpty { faults.append("\(task.number) has a slot without a reason") }
      case .generated, .deferred, .skipped:
        if task.slot != nil { faults.append("\(task.number) is \(task.state.rawValue) with a slot") }
      case .done, .failed:
        if task.result == nil { faults.append("\(task.number) ended without a result") }
      }
    }
    return faults
  }

  private func windowFaults() -> [String] {
    var faults: [String] = []
    for (number, window) in windows {
      if window.number.number != number || number > lastWindow { faults.append("\(window.number) is filed wrongly") }
      if window.isOpen, self[window.task]?.state != .inProgress {
        faults.append("\(window.number) is open although \(window.task) is not in progress")
      }
    }
    return faults
  }

  private func indexFaults() -> [String] {
    var rebuilt = MaintenanceBook(settings: settings)
    for task in tasks.values { rebuilt.put(task) }
    for window in windows.values { rebuilt.put(window) }
    var faults: [String] = []
    if byKey.count != tasks.count { faults.append("two tasks have one occurrence key") }
    if rebuilt.byKey != byKey { faults.append("the index by key is wrong") }
    if rebuilt.byEnrolment != byEnrolment { faults.append("the index by plan and item is wrong") }
    if rebuilt.live != live { faults.append("the list of open tasks is wrong") }
    if rebuilt.openWindows != openWindows { faults.append("the list of open windows is wrong") }
    if rebuilt.coveringWindows != coveringWindows { faults.append("the index of covered items is wrong") }
    return faults
  }
}
