internal import Records
internal import Telemetry
internal import Wording

/// Small views that many pages share.
struct ViewParts {
  let reader: Reader

  func text(_ phrase: Phrase) -> String { phrase.text(for: reader) }

  func rich(_ phrase: Phrase) -> View { TextParts.view(text(phrase)) }

  func state(_ state: PageState) -> View {
    let name = Self.styleName(state)
    return ["icon": "i-\(name)", "style": name, "word": reader.text("state.\(state.rawValue)")]
  }

  func stated(_ stated: StatedPhrase) -> View {
    var view = state(stated.state)
    view["label"] = rich(stated.phrase)
    if let detail = stated.detail { view["detail"] = rich(detail) }
    return view
  }

  func fact(_ fact: PageFact) -> View {
    var view: View = ["label": text(fact.label), "value": rich(fact.value)]
    if let detail = fact.detail { view["detail"] = rich(detail) }
    if let state = fact.state { view["style"] = Self.styleName(state) }
    return view
  }

  /// An instant with the text that `moment` gives it.
  func time(_ instant: Timestamp) -> View {
    [
      "text": reader.moment(instant.milliseconds), "machine": reader.zone.machineTime(instant.milliseconds),
      "ms": String(instant.milliseconds),
    ]
  }

  /// An instant told by its age, which the page's script keeps up to date.
  func age(_ instant: Timestamp) -> View {
    var view = time(instant)
    view["text"] = reader.age(seconds: Double(reader.now - instant.milliseconds) / 1000)
    return view
  }

  /// The same as a point in the past: `3 s ago`.
  func ago(_ instant: Timestamp) -> View {
    var view = age(instant)
    let length = reader.age(seconds: Double(reader.now - instant.milliseconds) / 1000)
    view["text"] = reader.text("unit.ago", ["age": length])
    return view
  }

  func link(_ link: PageLink) -> View { ["text": text(link.phrase), "href": link.target.path] }

  func icon(_ icon: PageIcon) -> View {
    switch icon {
    case .ok: ["icon": "i-ok", "tone": "c-ok"]
    case .warning: ["icon": "i-warn", "tone": "c-warn"]
    case .critical: ["icon": "i-crit", "tone": "c-crit"]
    case .unknown: ["icon": "i-unk", "tone": "muted"]
    case .unreachable: ["icon": "i-unr", "tone": "muted"]
    case .maintenance: ["icon": "i-mnt", "tone": "c-mnt"]
    case .acknowledged: ["icon": "i-ack", "tone": "soft"]
    case .silenced: ["icon": "i-sil", "tone": "soft"]
    case .change: ["icon": "i-chg", "tone": "soft"]
    case .note: ["icon": "i-note", "tone": "soft"]
    case .sent: ["icon": "i-send", "tone": "soft"]
    case .grouped: ["icon": "i-grp", "tone": "soft"]
    case .person: ["icon": "i-user", "tone": "soft"]
    case .desk: ["icon": "i-desk", "tone": "soft"]
    case .knowledge: ["icon": "i-kb", "tone": "soft"]
    }
  }

  /// The short names of the style sheet.
  static func styleName(_ state: PageState) -> String {
    switch state {
    case .ok: "ok"
    case .warning: "warn"
    case .critical: "crit"
    case .unknown: "unk"
    case .unreachable: "unr"
    case .maintenance: "mnt"
    }
  }
}

/// Numbers for SVG attributes.
enum Geometry {
  /// At most two decimals, always with a point.
  static func number(_ value: Double) -> String {
    guard value.isFinite, let hundredths = Int64(exactly: (value * 100).rounded()) else { return "0" }
    let sign = hundredths < 0 ? "-" : ""
    let (whole, rest) = (hundredths.magnitude / 100, hundredths.magnitude % 100)
    if rest == 0 { return "\(sign)\(whole)" }
    let digits = rest < 10 ? "0\(rest)" : rest % 10 == 0 ? "\(rest / 10)" : "\(rest)"
    return "\(sign)\(whole).\(digits)"
  }

  /// - Parameter share: 0 to 1.
  static func percent(_ share: Double) -> String { number(share * 100) + "%" }
}
