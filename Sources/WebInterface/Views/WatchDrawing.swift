internal import Telemetry
internal import Wording

/// The watch: 24 h behind and 24 h ahead on one scale, geometry in percent so that text is never distorted.
struct WatchDrawing {
  private let watch: WatchTimeline
  private let parts: ViewParts
  private let start: Int64
  private let span: Double

  init(_ watch: WatchTimeline, _ parts: ViewParts) {
    self.watch = watch
    self.parts = parts
    start = watch.now.milliseconds - WatchTimeline.reach.wholeMilliseconds
    span = Double(2 * WatchTimeline.reach.wholeMilliseconds)
  }

  /// Rows of bars in each of the two lanes.
  static let rowsMax = 2

  var view: View {
    let incidents = bars(watch.incidents, top: 10)
    let maintenance = bars(watch.maintenance, top: 60)
    return [
      "ticks": ticks, "bars": incidents + maintenance, "now": parts.reader.zone.time(watch.now.milliseconds),
      "label": summary,
    ]
  }

  /// The picture in words.
  private var summary: String {
    let names = (watch.incidents + watch.maintenance).map { parts.text($0.label) }
    let separator = parts.reader.language == .english ? ", " : "、"
    return names.isEmpty
      ? parts.reader.text("overview.watch.quiet")
      : parts.reader.text("overview.watch.summary", ["names": names.joined(separator: separator)])
  }

  private func share(_ instant: Int64) -> Double { min(1, max(0, Double(instant - start) / span)) }

  private var ticks: [View] {
    let hour: Int64 = 3_600_000
    let first = start - start % hour + hour
    return stride(from: first, to: start + Int64(span), by: Int(hour)).map { instant in
      let hours = (parts.reader.zone.dayNumber(instant), Int(parts.reader.zone.time(instant).prefix(2)) ?? 0)
      let isMajor = hours.1 % 6 == 0
      var view: View = [
        "x": Geometry.percent(share(instant)), "foot": isMajor ? "118" : "114", "style": isMajor ? "" : "minor",
      ]
      // A label near the middle would lie under the pill with the time.
      if isMajor, abs(share(instant) - 0.5) > 0.035, share(instant) > 0.02, share(instant) < 0.98 {
        let isMidnight = hours.1 == 0
        // On a phone the pill is wider still.
        let standsOnPhone = isMidnight && abs(share(instant) - 0.5) > 0.18
        view["label"] = [
          "text": (isMidnight ? parts.reader.weekday(instant) + "\u{a0}" : "") + parts.reader.zone.time(instant),
          "style": standsOnPhone ? "" : "w-opt",
        ]
      }
      return view
    }
  }

  /// The narrowest bar, as a share of the width: 3 pixels on a phone.
  private static let widthMin = 0.008
  /// Characters of a label in the picture; its description has the whole.
  static let labelMax = 32

  /// Bars go to the first row where they and their labels fit, the gravest first; what fits nowhere stays out of the
  /// picture, not out of its description.
  private func bars(_ bars: [WatchBar], top: Int) -> [View] {
    var taken = [[(low: Double, high: Double)]](repeating: [], count: Self.rowsMax)
    return bars.sorted { (Self.rank($0.kind), $0.start) < (Self.rank($1.kind), $1.start) }.compactMap { bar -> View? in
      let until = share((bar.end ?? watch.now).milliseconds)
      // A short bar grows into the past: beyond its end it would claim a time that it does not cover.
      let from = max(0, min(share(bar.start.milliseconds), until - Self.widthMin))
      guard until > 0, share(bar.start.milliseconds) < 1 else { return nil }
      let label = Self.shortened(parts.text(bar.label))
      let width = until - from
      // About 0.6 % of the width for a character, measured at 1280.
      let labelWidth = Double(label.unicodeScalars.reduce(0) { $0 + ($1.value > 0x2e80 ? 2 : 1) }) * 0.0062 + 0.012
      let labelStandsInside = width > labelWidth
      let labelStandsLeft = !labelStandsInside && (until + labelWidth > 1 || (until > 0.48 && until <= 0.5))
      let low = labelStandsLeft ? from - labelWidth : from
      let high = labelStandsLeft || labelStandsInside ? from + width : from + width + labelWidth
      guard let row = taken.firstIndex(where: { $0.allSatisfy { high < $0.low || low > $0.high } }) else { return nil }
      taken[row].append((low, high))
      return [
        "style": Self.style(bar.kind), "x": Geometry.percent(from), "width": Geometry.percent(width),
        "y": String(top + row * 22), "label": label,
        "textX": Geometry.percent(labelStandsLeft || labelStandsInside ? from : from + width),
        "dx": labelStandsLeft ? "-6" : "6", "anchor": labelStandsLeft ? "end" : "start",
        "textY": String(top + row * 22 + 12), "hatched": bar.kind == .forbidden,
      ]
    }
  }

  /// Keeps the end, where the record's number stands.
  private static func shortened(_ text: String) -> String {
    guard text.count > labelMax else { return text }
    let end = text.split(separator: " ").last.map(String.init) ?? ""
    return "\(text.prefix(max(8, labelMax - end.count - 2)))… \(end)"
  }

  private static func rank(_ kind: WatchBar.Kind) -> Int {
    switch kind {
    case .critical: 0
    case .warning: 1
    case .planned: 2
    case .forbidden: 3
    case .solved: 4
    }
  }

  private static func style(_ kind: WatchBar.Kind) -> String {
    switch kind {
    case .critical: "b-crit"
    case .warning: "b-warn"
    case .solved: "b-ok"
    case .planned: "b-mnt"
    case .forbidden: ""
    }
  }
}
