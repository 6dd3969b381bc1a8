internal import Records
internal import SNMP
internal import Telemetry

/// One device: what is said to it next, and what became of it.
///
/// It is given datagrams and deadlines and answers what to do; whoever owns it owns the socket.
final class DeviceAgent {
  enum Action {
    /// Sends, and waits until then for an answer of so many octets, about.
    case send([UInt8], expecting: Int, until: Duration)
    /// Nothing new: what came was for nobody.
    case wait
    case finished(ProbeReport)
  }

  /// What a round has cost.
  private struct Traffic {
    var sent = 0
    var retried = 0
    var returned = 0
    var bytesIn = 0
    var bytesOut = 0
  }

  let settings: SNMPProbeSettings
  private let environment: ProbeEnvironment
  private var session: Session
  private var size: ReplySize
  private var reading: DeviceReading
  private var profiles: [DeviceProfile] = []
  private var namesReadAt: Duration?
  private var walk: ColumnWalk?
  /// Values in one request that the agent has room for; learnt anew with its identity. Names of rows are longer, and what
  /// they teach would slow the values.
  private var namesMax = ColumnWalk.namesMaxDefault
  private var number = 0
  private var request: [UInt8] = []
  private var attempts = 0
  private var learnings = 0
  private var sentAt = Duration.zero
  private var roundTrip: Duration?
  private var traffic = Traffic()
  private var startedAt = Duration.zero
  private var lastFault: SessionFault?
  private var faults: [WalkFault] = []
  /// The series were given back while the round was going: what it still brings is for nobody.
  private var wasEnded = false

  /// Times that the names are read in one round; more often the device changes faster than it is read.
  private static let learningsMax = 4

  init(
    _ settings: SNMPProbeSettings, in environment: ProbeEnvironment, as credentials: Credentials, salt: UInt64
  ) {
    self.settings = settings
    self.environment = environment
    session = Session(credentials, salt: salt)
    size = ReplySize(ceiling: settings.replyBytesMax)
    reading = DeviceReading(in: environment)
  }

  // MARK: A round

  /// - Parameters:
  ///   - credentials: the present ones: what a file or a command tells may have changed.
  ///   - time: of the samples.
  ///   - number: of the first request; each next one has the next number.
  func begin(as credentials: Credentials, at time: Timestamp, now: Duration, number: Int) -> Action {
    if credentials != session.credentials { session = session.renewed(as: credentials) }
    reading.begin(at: time)
    self.number = number
    traffic = Traffic()
    startedAt = now
    learnings = 0
    lastFault = nil
    faults = []
    wasEnded = false
    return enter(session.needsDiscovery ? .discovery : firstStage(now), now)
  }

  /// The request's number that an answer must have.
  var awaited: Int { number }

  private func firstStage(_ now: Duration) -> DeviceReading.Stage {
    guard let read = namesReadAt, now - read < settings.refresh else { return .identity }
    return .values(0)
  }

  private func enter(_ next: DeviceReading.Stage, _ now: Duration) -> Action {
    reading.stage = next
    switch next {
    case .discovery: return send(ProtocolRequest(.get, []), now)
    case .identity:
      namesMax = ColumnWalk.namesMaxDefault
      walk = ColumnWalk(scalars: reading.beginIdentity(settings.candidates), columns: [], isBulk: isBulk)
    case .lookups: walk = ColumnWalk(columns: reading.beginLookups(), isBulk: isBulk)
    case .names(let index):
      guard index < reading.tables.count else {
        namesReadAt = now
        return enter(.values(0), now)
      }
      let columns = reading.beginNames(index)
      walk = ColumnWalk(scalars: index == 0 ? columns : [], columns: index == 0 ? [] : columns, isBulk: isBulk)
    case .values(let index):
      guard index == 0 || index < reading.tables.count else { return finish(now) }
      let (scalars, columns, known) = reading.beginValues(index)
      walk = ColumnWalk(
        scalars: scalars, columns: columns, known: known, isBulk: isBulk, namesMax: namesMax)
    }
    return advance(now)
  }

  private var isBulk: Bool { session.hasBulk }

  /// Asks for what the walk lacks, or goes to the next stage.
  private func advance(_ now: Duration) -> Action {
    if let request = walk?.request(size) { return send(request, now) }
    if let walk {
      faults += walk.faults
      if case .values = reading.stage { namesMax = walk.namesMax }
    }
    walk = nil
    switch reading.stage {
    case .discovery: return enter(firstStage(now), now)
    case .identity:
      choose()
      return enter(.lookups, now)
    case .lookups: return enter(.names(0), now)
    case .names(let index):
      reading.endNames(index)
      return enter(.names(index + 1), now)
    case .values(let index): return enter(.values(max(2, index + 1)), now)
    }
  }

  /// What fits the device that says this of itself. Tables that it had keep their series.
  private func choose() {
    let chosen = settings.chosen(reading.identity)
    guard chosen != profiles || reading.tables.isEmpty else { return }
    profiles = chosen
    reading.read(chosen, showing: settings.rows)
    environment.tellMetadata(chosen.flatMap(\.metadata))
  }

  private func finish(_ now: Duration) -> Action {
    if reading.endValues(isWhole: true) { namesReadAt = nil }
    var report = ProbeReport(.up)
    report.explanation = faults.prefix(4).map(\.text).joined(separator: "; ")
    return .finished(filled(report, now))
  }

  /// Ends the round for the reason that stopped it; what was read of it stands.
  private func fail(_ reason: String, _ text: String, _ now: Duration) -> Action {
    _ = reading.endValues(isWhole: false)
    return .finished(filled(.down(reason, text), now))
  }

  private func filled(_ report: ProbeReport, _ now: Duration) -> ProbeReport {
    var report = report
    walk = nil
    let round = reading.takeRound()
    report.measuredAt = round.time
    report.batch = round.batch
    report.refuse(round.refused, round.refusal)
    report.cost = ProbeCost(packets: traffic.sent + traffic.returned, bytes: traffic.bytesOut + traffic.bytesIn)
    let values = [
      (now - startedAt).inSeconds, Double(traffic.sent), Double(traffic.retried), Double(traffic.returned),
    ]
    report.samples = zip(Self.ownSeries, values).enumerated().map {
      ProbeSample($0.element.0, $0.element.1, slot: $0.offset)
    }
    return report
  }

  /// Under snmp_exporter's names.
  private static let ownSeries = [
    "snmp_scrape_walk_duration_seconds", "snmp_scrape_packets_sent", "snmp_scrape_packets_retried",
    "snmp_scrape_pdus_returned",
  ].map { LabelSet([Label(LabelSet.metricName, $0)]) }

  // MARK: Messages

  private func send(_ request: ProtocolRequest, _ now: Duration) -> Action {
    number = Self.following(number)
    self.request = session.message(request, number: number, at: now.inSeconds)
    attempts = 0
    return resend(now)
  }

  /// The low 16 bits are the owner's; the others count.
  private static func following(_ number: Int) -> Int {
    let next = number + 0x1_0000
    return next > Int(Int32.max) ? (number & 0xffff) | 0x1_0000 : next
  }

  private func resend(_ now: Duration) -> Action {
    attempts += 1
    traffic.sent += 1
    if attempts > 1 { traffic.retried += 1 }
    traffic.bytesOut += request.count
    sentAt = now
    let patience = max(settings.requestTimeout, (roundTrip ?? .zero) * 4) * (1 << min(attempts - 1, 4))
    return .send(request, expecting: size.expectedBytes, until: now + patience)
  }

  func received(_ datagram: UnsafeRawBufferPointer, at now: Duration) -> Action {
    if wasEnded { return givenUp }
    // What is changed for each value lies here for the while, with nobody else to ask about it.
    var (walk, size, reading) = (self.walk, self.size, DeviceReading(in: environment))
    self.walk = nil
    swap(&reading, &self.reading)
    let outcome = session.open(datagram, number: number, at: now.inSeconds) { unit throws(BERError) in
      try walk?.accept(&unit, bytes: datagram.count, &size) { reading.take($0, now) }
    }
    swap(&reading, &self.reading)
    self.walk = walk
    self.size = size
    switch outcome {
    case .success(let fault):
      note(datagram.count, now)
      if let fault { return fail(fault.reasonID, fault.text, now) }
      guard self.reading.areNamesOld else { return advance(now) }
      self.reading.takeBackValues()
      learnings += 1
      guard learnings <= Self.learningsMax else {
        return fail("reason.snmp.changes", "the device changes faster than its tables can be read", now)
      }
      return enter(.identity, now)
    case .failure(let fault) where fault == .foreign || fault == .forged || fault == .outOfDate:
      lastFault = fault
      return .wait
    case .failure(.learnt):
      note(datagram.count, now)
      learnings += 1
      guard learnings <= Self.learningsMax else { return fail(SessionFault.notInTimeWindow, now) }
      return self.reading.stage == .discovery ? enter(firstStage(now), now) : askAgain(now)
    case .failure(let fault): return fail(fault, now)
    }
  }

  /// With what was learnt of the agent.
  private func askAgain(_ now: Duration) -> Action {
    guard let request = walk?.request(size) else { return enter(firstStage(now), now) }
    return send(request, now)
  }

  private func note(_ bytes: Int, _ now: Duration) {
    traffic.returned += 1
    traffic.bytesIn += bytes
    lastFault = nil
    guard attempts == 1 else { return }
    let trip = now - sentAt
    roundTrip = roundTrip.map { ($0 * 7 + trip) / 8 } ?? trip
  }

  func deadlineCame(at now: Duration) -> Action {
    if wasEnded { return givenUp }
    size.lose()
    guard attempts <= settings.retries else { return timedOut(now) }
    // A smaller answer may pass where the one that was lost did not.
    if attempts == 1, let smaller = walk?.request(size) {
      let tried = attempts
      number = Self.following(number)
      request = session.message(smaller, number: number, at: now.inSeconds)
      attempts = tried
    }
    return resend(now)
  }

  /// The round's time is up.
  func expire(at now: Duration) -> Action { wasEnded ? givenUp : timedOut(now) }

  private var givenUp: Action {
    .finished(.unknown("reason.probe.hangs", "the round was given up"))
  }

  private func timedOut(_ now: Duration) -> Action {
    if reading.stage == .discovery || traffic.returned == 0 || lastFault == .outOfDate { session.forgetEngine() }
    if let lastFault, lastFault != .foreign { return fail(lastFault, now) }
    // An agent that decrypts to nonsense says nothing (RFC 3414 section 3.2 leaves it no report for that).
    if session.hidesContent, !session.hasHeardProof, traffic.returned > 0 { return fail(.silentAfterDiscovery, now) }
    let advice =
      traffic.returned == 0
      ? " – check the address, the port, the community or user, and filters on the way"
      : " in the middle of a walk, after \(traffic.returned) answers"
    return fail(
      "reason.probe.timed_out", "no answer to \(attempts == 1 ? "a request" : "\(attempts) requests")\(advice)", now)
  }

  private func fail(_ fault: SessionFault, _ now: Duration) -> Action {
    fail(fault.reasonID, fault.text, now)
  }

  // MARK: Series

  /// Gives all series back: nothing more comes.
  func endSeries() -> [SeriesReference] {
    let living = reading.living()
    environment.allowance.giveBack(living.count)
    reading = DeviceReading(in: environment)
    profiles = []
    namesReadAt = nil
    wasEnded = true
    return living
  }

  func renewSeries(_ gone: Set<SeriesReference>) -> [SeriesReference: SeriesReference] {
    reading.renew(gone)
  }
}
