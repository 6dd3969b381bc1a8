internal import Telemetry

/// Parts of the date and time in UTC; without an argument, of the evaluation's instant.
enum Calendar {
  private static func function(
    _ name: String, _ summary: String, _ part: @escaping @Sendable (CivilTime) -> Int
  ) -> Function {
    Function(
      name: name, signature: FunctionSignature([.instantVector], optional: 1), summary: summary,
      body: .whole { node, evaluator, grid throws(Complaint) in
        guard let argument = node.arguments.first else {
          var block = SeriesBlock(steps: grid.count)
          let row = (0..<grid.count).map { Double(part(CivilTime(seconds: grid.time($0) / 1000))) }
          block.append(.empty, nameFate: .stays, row: row)
          return .vector(block)
        }
        let block = try evaluator.vector(argument, on: grid).losingNames()
        return .vector(
          try block.mapping { (value, _) throws(Complaint) -> Double? in
            CivilTime(value).map { Double(part($0)) } ?? .nan
          })
      })
  }

  static let functions: [Function] = [
    function("minute", "minute of the hour, 0 to 59") { $0.secondOfDay / 60 % 60 },
    function("hour", "hour of the day, 0 to 23") { $0.secondOfDay / 3600 },
    function("day_of_week", "day of the week, 0 (Sunday) to 6") { $0.date.weekday },
    function("day_of_month", "day of the month, 1 to 31") { $0.date.day },
    function("day_of_year", "day of the year, 1 to 366") {
      $0.days - GregorianDate(year: $0.date.year, month: 1, day: 1).daysSinceEpoch + 1
    },
    function("days_in_month", "days of the month, 28 to 31") {
      let date = $0.date
      let next = date.month == 12 ? (date.year + 1, 1) : (date.year, date.month + 1)
      return GregorianDate(year: next.0, month: next.1, day: 1).daysSinceEpoch
        - GregorianDate(year: date.year, month: date.month, day: 1).daysSinceEpoch
    },
    function("month", "month of the year, 1 to 12") { $0.date.month },
    function("year", "year") { $0.date.year },
  ]
}

/// The date and the second of its day, UTC.
struct CivilTime {
  /// Since 1970-01-01.
  let days: Int
  let secondOfDay: Int
  let date: GregorianDate

  /// - Returns: `nil` for what is no number or lies more than some 30 million years away.
  init?(_ seconds: Double) {
    guard seconds.magnitude < 1e15 else { return nil }
    self.init(seconds: Int64(seconds))
  }

  init(seconds: Int64) {
    let (quotient, remainder) = Int(seconds).quotientAndRemainder(dividingBy: 86_400)
    days = remainder < 0 ? quotient - 1 : quotient
    secondOfDay = remainder < 0 ? remainder + 86_400 : remainder
    date = GregorianDate(daysSinceEpoch: days)
  }
}
