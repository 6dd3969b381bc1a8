import Testing
import Wording

@Suite("Words for a reader")
struct ReaderTests {
  static let now: Int64 = 1_795_155_480_000
  let english = Reader(language: .english, zone: .fixed("Asia/Shanghai", offsetSeconds: 28_800), now: now)
  let chinese = Reader(language: .simplifiedChinese, zone: .fixed("Asia/Shanghai", offsetSeconds: 28_800), now: now)

  @Test(
    "ages have at most two units and are rounded down",
    arguments: [
      (0.9, "0 s", "0 秒"), (45, "45 s", "45 秒"), (119.9, "1 min", "1 分钟"), (7920, "2 h 12 min", "2 小时 12 分钟"),
      (7200, "2 h", "2 小时"), (90_000, "1 d 1 h", "1 天 1 小时"), (864_000, "10 d", "10 天"), (-5, "0 s", "0 秒"),
      (.infinity, "–", "–"),
    ] as [(Double, String, String)])
  func ages(_ seconds: Double, _ en: String, _ zh: String) {
    #expect(plain(english.age(seconds: seconds)) == en)
    #expect(plain(chinese.age(seconds: seconds)) == zh)
  }

  @Test(
    "a week has its ISO number and says its days once",
    arguments: [
      ("2026-11-18", "Week 47, 16–22 Nov 2026", "2026 年第 47 周，11 月 16 日至 22 日"),
      ("2026-12-06", "Week 49, 30 Nov – 6 Dec 2026", "2026 年第 49 周，11 月 30 日至 12 月 6 日"),
      ("2026-12-28", "Week 53, 28 Dec 2026 – 3 Jan 2027", "2026 年第 53 周，12 月 28 日至 1 月 3 日"),
      ("2027-01-03", "Week 53, 28 Dec 2026 – 3 Jan 2027", "2026 年第 53 周，12 月 28 日至 1 月 3 日"),
      ("2027-01-04", "Week 1, 4–10 Jan 2027", "2027 年第 1 周，1 月 4 日至 10 日"),
      ("2025-12-29", "Week 1, 29 Dec 2025 – 4 Jan 2026", "2026 年第 1 周，12 月 29 日至 1 月 4 日"),
    ])
  func weeks(_ day: String, _ en: String, _ zh: String) throws {
    let midnight = try #require(
      (0..<800).lazy.map { 1_735_689_600_000 + Int64($0) * 86_400_000 }.first { english.zone.day($0) == day })
    #expect(english.text("maintenance.week", ["from": String(midnight)]) == en)
    #expect(chinese.text("maintenance.week", ["from": String(midnight)]) == zh)
  }

  @Test("what an operator wrote in both languages is shown in the reader's")
  func bilingual() {
    let arguments = ["number": "MW-1", "title": "patch", "title_zh_cn": "补丁"]
    #expect(english.text("console.activity.task.window-opened", arguments) == "Window MW-1 is open: patch")
    #expect(chinese.text("console.activity.task.window-opened", arguments).hasSuffix("补丁"))
  }

  @Test(
    "what was done within a time is rounded up, never to nothing",
    arguments: [
      ("0", "0.1 s", "0.1 秒"), ("0.003", "0.1 s", "0.1 秒"), ("0.41", "0.5 s", "0.5 秒"), ("2", "2 s", "2 秒"),
      ("12.3", "12 s", "12 秒"), ("130", "2 min", "2 分钟"),
    ])
  func lapses(_ seconds: String, _ en: String, _ zh: String) {
    let arguments = ["receiver": "ops", "at": String(Self.now), "took": seconds]
    #expect(plain(english.text("console.told.delivered", arguments)).hasSuffix("within \(en)"))
    #expect(plain(chinese.text("console.told.delivered", arguments)).hasSuffix("\(zh)内送达"))
  }

  @Test("a number of bytes among attributes has its unit")
  func attributes() {
    #expect(plain(Quantity.attribute("8589934592", named: "memory_bytes")) == "8 GiB")
    #expect(Quantity.attribute("8589934592", named: "serial") == "8589934592")
    #expect(Quantity.attribute("much", named: "memory_bytes") == "much")
  }

  @Test(
    "moments are as short as their distance allows",
    arguments: [
      (0, "14:18", "14:18"), (-15 * 3_600_000, "Thu 23:18", "周四 23:18"), (3 * 86_400_000, "Mon 14:18", "周一 14:18"),
      (-30 * 86_400_000, "2026-10-21 14:18", "2026-10-21 14:18"),
    ] as [(Int64, String, String)])
  func moments(_ shift: Int64, _ en: String, _ zh: String) {
    #expect(plain(english.moment(Self.now + shift)) == en)
    #expect(plain(chinese.moment(Self.now + shift)) == zh)
  }

  @Test("what is shorter than a minute is told to the second")
  func seconds() {
    let arguments = ["from": String(Self.now), "to": String(Self.now + 20_000), "every": "1s"]
    for id in ["gaps.pace.zoom", "gaps.pace.confirm", "gaps.pace.other"] {
      #expect(english.text(id, arguments).hasPrefix("From 14:18:00 to 14:18:20 it ran every 1s"))
      #expect(chinese.text(id, arguments).hasPrefix("14:18:00 至 14:18:20 "))
    }
    #expect(plain(english.momentWithSeconds(Self.now - 54_000_000)) == "Thu 23:18:00")
    #expect(plain(chinese.momentWithSeconds(Self.now - 54_000_000)) == "周四 23:18:00")
  }

  @Test("plurals follow the number")
  func plurals() {
    #expect(english.text("overview.needs.title", ["count": "1"]) == "1 incident needs someone")
    #expect(english.text("overview.needs.title", ["count": "2"]) == "2 incidents need someone")
    #expect(chinese.text("overview.needs.title", ["count": "2"]) == "2 个事件需要处理")
  }

  @Test("a missing argument, a wrong one and an unknown id show themselves")
  func faults() {
    #expect(english.text("overview.needs.more") == "{count} more")
    #expect(plain(english.text("unit.age", ["seconds": "soon"])) == "soon")
    #expect(english.text("no.such.id") == "{no.such.id}")
  }

  @Test("an argument may be the id of another message")
  func nested() {
    #expect(english.text("state.firing", ["state": "state.critical"]) == "Critical, firing")
    #expect(chinese.text("state.firing", ["state": "state.critical"]) == "严重，触发中")
  }

  @Test(
    "raw names become words, unknown ones show as they are",
    arguments: [
      (["constraints": "freeze, otherTask"], "freeze, other tasks", "封网、其他任务"),
      (["constraints": "freeze"], "freeze", "封网"), (["constraints": "freeze, moon"], "freeze, moon", "封网、moon"),
      (["constraints": ""], "", ""), ([:], "{constraints}", "{constraints}"),
    ] as [([String: String], String, String)])
  func words(_ arguments: [String: String], _ en: String, _ zh: String) {
    let all = arguments.merging(["fitsAt": String(Self.now)]) { own, _ in own }
    #expect(english.text("reason.unscheduled.several", all).hasSuffix(": \(en)."))
    #expect(chinese.text("reason.unscheduled.several", all).hasSuffix("：\(zh)。"))
  }

  @Test("a field of an item is called by its key in English, by a word in Chinese, an operator's own as it is written")
  func fields() {
    #expect([english, chinese].map { $0.word("memory_bytes", in: "field.") } == ["memory_bytes", "内存"])
    #expect([english, chinese].map { $0.word("rack", in: "field.") } == ["rack", "rack"])
    let change = ["item": "web01", "attribute": "kernel", "before": "6.1", "after": "6.2"]
    #expect(chinese.text("console.activity.item.observed", change) == "web01：内核 由 6.1 变为 6.2")
    #expect(chinese.text("console.value.home", ["field": "home", "value": "discovery"]) == "来源 = 自动发现")
  }

  @Test("names in a list stand between the language's commas")
  func lists() {
    let arguments = ["receivers": "ops, 值班"]
    #expect(english.text("reason.no-page.delivery-pending", arguments) == "Delivery to ops, 值班 is under way.")
    #expect(chinese.text("reason.no-page.delivery-pending", arguments) == "正在向 ops、值班 投递。")
  }

  @Test(
    "a family of words needs a name before its star",
    arguments: [
      ("{a:b.*}", .words(name: "a", family: "b.")), ("{a:.*}", .malformed("{a:.*}")), ("{:b.*}", .malformed("{:b.*}")),
      ("{a:b*}", .malformed("{a:b*}")), ("{a:list}", .argument(name: "a", format: .list)),
    ] as [(String, MessageTemplate.Piece)])
  func families(_ text: String, _ piece: MessageTemplate.Piece) { #expect(MessageTemplate(text).pieces == [piece]) }

  @Test(
    "quantities",
    arguments: [
      (Quantity.bytes(1536), "1.5 KiB"), (Quantity.bytes(1_099_511_627_776), "1 TiB"),
      (Quantity.bytes(1023), "1,023 B"),
      (Quantity.percent(93), "93 %"), (Quantity.percent(0.44), "0.4 %"), (Quantity.percent(99.97), "99.97 %"),
      (Quantity.percent(.nan), "–"), (Quantity.grouped(1_234_567.5), "1,234,567.5"),
      (Quantity.grouped(-1200), "−1,200"),
      (Quantity.short(0.0012), "0.0012"), (Quantity.short(0.012_34), "0.0123"),
      (Quantity.short(0.000_012), "1.2e-5"), (Quantity.short(0.000_099_96), "1e-4"), (Quantity.short(99.96), "100"),
      (Quantity.short(0.9996), "1"), (Quantity.short(0), "0"), (Quantity.long(0.0075), "0.0075"),
      (Quantity.long(1234.5678), "1,234.57"), (Quantity.long(0.000_123_456_7), "0.000123457"),
      (Quantity.long(999_999.9), "1,000,000"), (Quantity.long(2e15), "2e15"),
      (Quantity.short(340), "340"), (Quantity.short(2.104), "2.1"),
      (Quantity.short(-0.001), "−0.001"), (Quantity.plain(-0.04), "0"), (Quantity.plain(12.25), "12.3"),
    ])
  func quantities(_ text: String, _ expected: String) { #expect(plain(text) == expected) }

  /// Unit spaces as ordinary ones, so that the cases can be read.
  private func plain(_ text: String) -> String {
    String(text.map { $0 == "\u{202f}" || $0 == "\u{a0}" ? " " : $0 })
  }
}

@Suite("Choosing a language")
struct LanguageTests {
  @Test(
    "the address wins over the cookie, the cookie over the browser",
    arguments: [
      (nil, nil, nil, Language.english), ("zh", "en", "en", .simplifiedChinese),
      ("xx", "zh-CN", "en", .simplifiedChinese),
      (nil, nil, "de, zh-TW;q=0.8, en;q=0.5", .simplifiedChinese), (nil, nil, "en;q=0.4, zh;q=0.4", .english),
      (nil, nil, "zh;q=0, en", .english), (nil, nil, "fr", .english), (nil, nil, ";;,,q=", .english),
      (nil, nil, "zh-Hans-CN", .simplifiedChinese),
    ] as [(String?, String?, String?, Language)])
  func negotiates(_ query: String?, _ cookie: String?, _ header: String?, _ expected: Language) {
    #expect(Language.negotiate(query: query, cookie: cookie, acceptLanguage: header) == expected)
  }
}

@Suite("Faults in two parts")
struct SidesTests {
  @Test("what is wrong and what to do, also when an argument has a dash of its own")
  func sides() {
    let arguments = ["text": "a – b——c"]
    let english = Reader(language: .english).sides("fault.value.boolean", arguments)
    #expect(english.problem == "'a – b——c' is not true or false")
    #expect(english.advice == "write true or false")
    let chinese = Reader(language: .simplifiedChinese).sides("fault.value.boolean", arguments)
    #expect(chinese.problem == "“a – b——c”不是布尔值")
    #expect(chinese.advice == "请写 true 或 false")
    #expect(Reader(language: .english).sides("fault.setting.list-short").advice == nil)
  }

  @Test(
    "advice about a word that is not known",
    arguments: [
      ("?every", "did you mean 'every'?", "是否想写“every”？"), ("a, b", "write one of: a, b", "可选：a、b"),
      ("", "there is none", "目前没有可选项"),
    ])
  func spelling(_ known: String, _ english: String, _ chinese: String) {
    #expect(Reader(language: .english).sides("fault.setting.unknown", ["known": known]).advice == english)
    #expect(Reader(language: .simplifiedChinese).sides("fault.setting.unknown", ["known": known]).advice == chinese)
  }
}

@Suite("A clock on the wall")
struct ClockZoneTests {
  @Test(
    "days and offsets",
    arguments: [
      (0, 0, "1970-01-01", "00:00", "UTC"), (951_782_400_000, 0, "2000-02-29", "00:00", "UTC"),
      (-1, 0, "1969-12-31", "23:59", "UTC"), (1_795_155_480_000, 28_800, "2026-11-20", "14:18", "UTC+8"),
      (1_795_155_480_000, -12_600, "2026-11-20", "02:48", "UTC−3:30"),
    ] as [(Int64, Int, String, String, String)])
  func days(_ instant: Int64, _ offset: Int, _ day: String, _ time: String, _ name: String) {
    let zone = ClockZone.fixed("zone", offsetSeconds: offset)
    #expect(zone.day(instant) == day)
    #expect(zone.time(instant) == time)
    #expect(zone.offsetName(instant) == name)
  }

  @Test("the start of a day is found over a change of the clocks")
  func startOfDay() {
    // An hour is skipped at the instant 1,000,000,000.
    let zone = ClockZone(name: "odd") { $0 < 1_000_000_000 ? 3600 : 7200 }
    for number in Int64(8)...Int64(16) {
      let start = zone.start(ofDay: number)
      #expect(zone.dayNumber(start) == number)
      #expect(zone.dayNumber(start - 1) == number - 1)
    }
  }
}
