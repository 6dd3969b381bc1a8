/// Who reads: the language, the zone of the clock on the wall, and what time it is. Turns messages into text.
public struct Reader: Sendable {
  public let language: Language
  public let zone: ClockZone
  /// Milliseconds since 1970, for ages and for `moment`.
  public let now: Int64

  public init(language: Language, zone: ClockZone = .utc, now: Int64 = 0) {
    self.language = language
    self.zone = zone
    self.now = now
  }

  /// The text of a message, or of a reason: the same ids.
  ///
  /// A missing argument shows as its name in braces; an argument that its format cannot read shows as it is.
  public func text(_ id: String, _ arguments: [String: String] = [:]) -> String {
    guard let template = Catalogue.templates[language]?[id] else { return Catalogue.unknown(id) }
    return template.pieces.map { text($0, arguments) }.joined()
  }

  /// A text in two parts, what is wrong and what to do, divided where the message has its dash.
  public func sides(_ id: String, _ arguments: [String: String] = [:]) -> (problem: String, advice: String?) {
    guard let template = Catalogue.templates[language]?[id] else { return (Catalogue.unknown(id), nil) }
    let dash = language == .english ? " – " : "——"
    var problem = ""
    var advice: String?
    for piece in template.pieces {
      if advice == nil, case .text(let text) = piece, let divider = text.firstRange(of: dash) {
        problem += text[..<divider.lowerBound]
        advice = String(text[divider.upperBound...])
      } else if advice == nil {
        problem += text(piece, arguments)
      } else {
        advice?.append(text(piece, arguments))
      }
    }
    return (problem, advice)
  }

  private func text(_ piece: MessageTemplate.Piece, _ arguments: [String: String]) -> String {
    switch piece {
    case .text(let text), .malformed(let text): return text
    case .choice(let name, let one, let other): return arguments[name] == "1" ? one : other
    case .argument(let name, let format):
      guard let value = value(name, in: arguments) else { return "{\(name)}" }
      return format.map { self.format(value, as: $0) } ?? value
    case .words(let name, let family):
      guard let value = arguments[name] else { return "{\(name)}" }
      // A name without a word, for example a resolution code of a person's own, shows as it is.
      return list(value) { word($0, in: family) }
    }
  }

  /// The message of a family, `field.` for one, that words a raw name; a name without one as it is.
  public func word(_ name: String, in family: String) -> String {
    Catalogue.contains(family + name) ? text(family + name) : name
  }

  /// What an operator wrote in both languages comes twice: `title`, and `title_zh_cn` for Chinese readers.
  private func value(_ name: String, in arguments: [String: String]) -> String? {
    switch language {
    case .english: arguments[name]
    case .simplifiedChinese: arguments[name + "_zh_cn"] ?? arguments[name]
    }
  }

  private func format(_ value: String, as format: ArgumentFormat) -> String {
    if format == .message { return text(value) }
    if format == .list { return list(value) { $0 } }
    if format == .spelling { return spelling(value) }
    guard let number = Double(value) else { return value }
    let instant = Int64(exactly: number.rounded()) ?? 0
    return switch format {
    case .number: Quantity.grouped(number)
    case .age: age(seconds: number)
    case .lapse: lapse(seconds: number)
    case .bytes: Quantity.bytes(number)
    case .rate: Quantity.bytes(number) + "/s"
    case .percent: Quantity.percent(number)
    case .time: zone.time(instant)
    case .day: zone.day(instant)
    case .moment: moment(instant)
    case .second: momentWithSeconds(instant)
    case .week: week(of: instant)
    case .message, .list, .spelling: value
    }
  }

  private func spelling(_ value: String) -> String {
    if value.isEmpty { return text("spelling.none") }
    if value.hasPrefix("?") { return text("spelling.meant", ["word": String(value.dropFirst())]) }
    return text("spelling.known", ["words": value])
  }

  /// Names divided by `, ` as the language lists them.
  private func list(_ value: String, _ word: (String) -> String) -> String {
    let words = value.split(separator: ", ", omittingEmptySubsequences: false).map { word(String($0)) }
    return switch language {
    case .english: words.joined(separator: ", ")
    case .simplifiedChinese: words.joined(separator: "、")
    }
  }

  /// A length of time in at most two units, rounded down: an age of 119 s is `1 min`.
  public func age(seconds: Double) -> String {
    guard seconds.isFinite else { return "–" }
    let whole = Int64(exactly: max(0, seconds).rounded(.down)) ?? .max
    let (days, hours, minutes) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60)
    if days >= 7 { return unit(days, .day) }
    if days > 0 { return hours > 0 ? unit(days, .day) + gap + unit(hours, .hour) : unit(days, .day) }
    if hours > 0 { return minutes > 0 ? unit(hours, .hour) + gap + unit(minutes, .minute) : unit(hours, .hour) }
    return minutes > 0 ? unit(minutes, .minute) : unit(whole, .second)
  }

  /// For "within": rounded up, so that what took 3 ms was done within 0.1 s and never within nothing.
  private func lapse(seconds: Double) -> String {
    guard seconds.isFinite, seconds < 9.95 else { return age(seconds: seconds) }
    let tenths = max(1, (max(0, seconds) * 10).rounded(.up))
    let number = Quantity.decimal(tenths / 10, places: 1)
    return switch language {
    case .english: "\(number)\(Quantity.thinSpace)s"
    case .simplifiedChinese: "\(number)\u{a0}秒"
    }
  }

  private enum TimeUnit: Int { case day, hour, minute, second }

  /// Between the two units of an age.
  private var gap: String { "\u{a0}" }

  private func unit(_ count: Int64, _ unit: TimeUnit) -> String {
    switch language {
    case .english: "\(count)\(Quantity.thinSpace)\(["d", "h", "min", "s"][unit.rawValue])"
    case .simplifiedChinese: "\(count)\u{a0}\(["天", "小时", "分钟", "秒"][unit.rawValue])"
    }
  }

  /// As short as the distance from now allows.
  public func moment(_ instant: Int64) -> String { moment(instant, at: zone.time(instant)) }

  /// The same to the second.
  public func momentWithSeconds(_ instant: Int64) -> String { moment(instant, at: zone.timeWithSeconds(instant)) }

  private func moment(_ instant: Int64, at time: String) -> String {
    let days = zone.dayNumber(instant) - zone.dayNumber(now)
    if days == 0 { return time }
    if abs(days) < 7 { return "\(weekday(instant))\u{a0}\(time)" }
    return "\(zone.day(instant))\u{a0}\(time)"
  }

  /// From Monday to Sunday on the reader's clock. The week belongs to the year that has its Thursday (ISO 8601).
  private func week(of instant: Int64) -> String {
    let monday = zone.dayNumber(instant) - Int64(zone.weekday(instant))
    let first = ClockZone.civil(monday)
    let last = ClockZone.civil(monday + 6)
    let year = ClockZone.civil(monday + 3).year
    let earlier = (1...53).first { ClockZone.civil(monday + 3 - 7 * Int64($0)).year != year }
    let number = earlier ?? 53
    switch language {
    case .english:
      let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
      let end = "\(last.day) \(months[last.month - 1]) \(last.year)"
      if first.year != last.year {
        return "Week \(number), \(first.day) \(months[first.month - 1]) \(first.year) – \(end)"
      }
      if first.month != last.month { return "Week \(number), \(first.day) \(months[first.month - 1]) – \(end)" }
      return "Week \(number), \(first.day)–\(end)"
    case .simplifiedChinese:
      let begin = "\(year) 年第 \(number) 周，\(first.month) 月 \(first.day) 日至"
      return first.month == last.month ? "\(begin) \(last.day) 日" : "\(begin) \(last.month) 月 \(last.day) 日"
    }
  }

  /// `Fri`, `周五`.
  public func weekday(_ instant: Int64) -> String {
    let names =
      switch language {
      case .english: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
      case .simplifiedChinese: ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]
      }
    return names[zone.weekday(instant)]
  }
}
