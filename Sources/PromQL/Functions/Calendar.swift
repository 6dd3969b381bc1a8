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
    function("day_of_week", "day of the week, 0 (Sunday) to 6") { ($0.days % 7 + 11) % 7 },
    function("day_of_month", "day of the month, 1 to 31") { $0.day },
    function("day_of_year", "day of the year, 1 to 366") { $0.days - CivilTime.days(year: $0.year, month: 1) + 1 },
    function("days_in_month", "days of the month, 28 to 31") {
      let next = $0.month == 12 ? ($0.year + 1, 1) : ($0.year, $0.month + 1)
      return CivilTime.days(year: next.0, month: next.1) - CivilTime.days(year: $0.year, month: $0.month)
    },
    function("month", "month of the year, 1 to 12") { $0.month },
    function("year", "year") { $0.year },
  ]
}

/// A date of the proleptic Gregorian calendar and the second of its day, UTC.
struct CivilTime {
  /// Since 1970-01-01.
  let days: Int
  let secondOfDay: Int
  let year: Int
  let month: Int
  let day: Int

  /// - Returns: `nil` for what is no number or lies more than some 30 million years away.
  init?(_ seconds: Double) {
    guard seconds.magnitude < 1e15 else { return nil }
    self.init(seconds: Int64(seconds))
  }

  init(seconds: Int64) {
    let (quotient, remainder) = Int(seconds).quotientAndRemainder(dividingBy: 86_400)
    days = remainder < 0 ? quotient - 1 : quotient
    secondOfDay = remainder < 0 ? remainder + 86_400 : remainder
    // Years start in March here, so that the leap day is the last of its year.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days from 1970-01-01 to the first of the month.
  static func days(year: Int, month: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
