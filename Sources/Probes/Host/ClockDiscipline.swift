internal import CLinux

/// adjtimex(2), asked without changing anything.
enum ClockDiscipline {
  static func read() -> (state: Int32, values: [Int64]) {
    var values = [Int64](repeating: 0, count: 16)
    let state = watchkeeper_timex(&values)
    return (state, values)
  }
}
