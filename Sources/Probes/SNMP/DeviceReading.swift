internal import SNMP
internal import Telemetry

/// What is known of a device's tables, and how far their reading has come.
struct DeviceReading {
  enum Stage: Equatable {
    case discovery, identity
    /// What labels are looked up in, for all tables.
    case lookups
    /// The names of the table at this place.
    case names(Int)
    /// The values of the table at this place; 0 are the scalars, with the first table.
    case values(Int)
  }

  var stage = Stage.identity
  private(set) var identity = DeviceIdentity()
  /// The scalars, then the tables of all profiles that fit; empty before the device was identified.
  private(set) var tables: [DeviceTableState] = []
  /// The names do not fit the values any more.
  private(set) var areNamesOld = false
  private var round: DeviceRound
  private var uptime: (ticks: Double, at: Duration)?
  /// The device began anew since the last round.
  private var hasRestarted = false
  /// Scalars whose change means that the tables were renumbered, by column.
  private var watched: [Int: Double] = [:]
  /// What labels are looked up in, while the names are read.
  private var lookups = ObjectLookups()
  /// The length of the round before the values were read.
  private var markBefore: DeviceRound.Mark?

  init(in environment: ProbeEnvironment) { round = DeviceRound(in: environment) }

  mutating func begin(at time: Timestamp) {
    round.begin(at: time)
    areNamesOld = false
    hasRestarted = false
  }

  /// What the round has brought.
  mutating func takeRound() -> DeviceRound.Yield {
    markBefore = nil
    return round.takeYield()
  }

  // MARK: Stages

  /// - Returns: what to ask for.
  mutating func beginIdentity(_ candidates: [DeviceProfile]) -> [ObjectIdentifier] {
    identity = DeviceIdentity()
    return identity.objects(candidates)
  }

  mutating func beginLookups() -> [ObjectIdentifier] {
    lookups = ObjectLookups(of: tables.map(\.table))
    return lookups.columns
  }

  mutating func beginNames(_ table: Int) -> [ObjectIdentifier] {
    tables[table].beginNames()
    return tables[table].slowColumns
  }

  mutating func endNames(_ table: Int) {
    for reference in tables[table].endNames(lookups) { round.end(reference) }
    if table == tables.count - 1 { lookups = ObjectLookups() }
  }

  /// The scalars are asked for with the first table: a packet less.
  mutating func beginValues(
    _ index: Int
  ) -> (scalars: [ObjectIdentifier], columns: [ObjectIdentifier], known: RowKeys) {
    var scalars: [ObjectIdentifier] = []
    if index == 0 {
      areNamesOld = false
      markBefore = round.mark
      round.hasRestarted = hasRestarted
      tables[0].beginRevocableValues()
      scalars = tables[0].fastColumns
    }
    let table = max(1, index)
    guard table < tables.count else { return (scalars, [], RowKeys()) }
    tables[table].beginValues()
    return (scalars, tables[table].fastColumns, tables[table].keys)
  }

  /// What was read with names that are no longer true is as if it had not been.
  mutating func takeBackValues() {
    areNamesOld = false
    if let markBefore {
      tables[0].takeBackValues(&round)
      round.takeBack(to: markBefore)
    }
    markBefore = nil
    if tables.count > 1 { tables[1].cancelValues() }
  }

  /// - Parameter isWhole: all was read, and what was read with the names is still so.
  /// - Returns: whether rows came that the names do not know.
  mutating func endValues(isWhole: Bool) -> Bool {
    for index in tables.indices { tables[index].endValues(&round, isWhole: isWhole) }
    return tables.contains(where: \.hasNewRows)
  }

  /// Other profiles fit: what was shown by the last ones ends.
  mutating func read(_ profiles: [DeviceProfile], showing filter: RowFilter) {
    for table in tables { for reference in table.living() { round.end(reference) } }
    let uptime = DeviceIdentity.uptime
    let scalars = [uptime] + profiles.flatMap(\.scalars).filter { $0.oid != uptime.oid }
    tables = ([DeviceTable(scalars: scalars)] + profiles.flatMap(\.tables)).map {
      DeviceTableState($0, showing: filter)
    }
    watched = [:]
  }

  // MARK: Values

  mutating func take(_ visit: ColumnWalk.Visit, _ now: Duration) {
    switch stage {
    case .discovery: break
    case .identity: identity.take(visit)
    case .lookups: lookups.take(visit)
    case .names(let index): tables[index].takeName(visit, column: visit.object)
    case .values(let index):
      let scalars = index == 0 ? tables[0].fastColumnCount : 0
      guard visit.object >= scalars else { return takeScalar(visit, now) }
      guard !areNamesOld else { return }
      tables[max(1, index)].take(visit, column: visit.object - scalars, &round)
    }
  }

  private mutating func takeScalar(_ visit: ColumnWalk.Visit, _ now: Duration) {
    tables[0].take(visit, column: visit.object, &round)
    guard let value = (try? visit.binding.number()) ?? nil else { return }
    if visit.object == 0 {
      if let uptime, Self.hasRestarted(uptime, value, now) {
        hasRestarted = true
        areNamesOld = true
      }
      uptime = (value, now)
    } else if tables[0].isWatched(visit.object) {
      if let before = watched.updateValue(value, forKey: visit.object), before != value { areNamesOld = true }
    }
  }

  /// sysUpTime goes round after 497 days: then it is where it would be had it gone on.
  private static func hasRestarted(_ last: (ticks: Double, at: Duration), _ ticks: Double, _ now: Duration) -> Bool {
    guard ticks < last.ticks else { return false }
    let expected = (last.ticks + (now - last.at).inSeconds * 100).truncatingRemainder(dividingBy: 4_294_967_296)
    return abs(expected - ticks) > 6000
  }

  // MARK: Series

  /// The series of the last round.
  func living() -> [SeriesReference] { tables.flatMap { $0.living() } }

  mutating func renew(_ gone: Set<SeriesReference>) -> [SeriesReference: SeriesReference] {
    var renewed: [SeriesReference: SeriesReference] = [:]
    for index in tables.indices { renewed.merge(tables[index].renew(gone, &round)) { $1 } }
    return renewed
  }
}
