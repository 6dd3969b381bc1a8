/// What stopped a walk, or a column of it.
public enum WalkFault: Error, Equatable, Sendable {
  /// The agent names an object that does not come after the one before it: it would never end.
  case notIncreasing(ObjectIdentifier)
  /// A column has more rows than are taken.
  case tooManyRows(ObjectIdentifier, limit: Int)
  /// The agent refuses, with its number.
  case refused(status: Int, name: ObjectIdentifier?)
  /// The agent says that not even one value fits its answer.
  case tooBig
  /// An answer without any value.
  case empty
}

/// Reads scalars and the columns of a table side by side, as many rows at a time as the agent is known to give.
///
/// A value: it is given answers and says what to ask next. A column that the agent will not give costs only itself.
public struct ColumnWalk: Sendable {
  /// Plain numbers, which are changed for each value without counting owners.
  private struct Column: Sendable {
    /// Where its own name lies in `roots`.
    let root: Range<Int>
    /// Where the last name of this answer lies; empty before the first.
    var latest = 0..<0
    var rows = 0
    var isEnded = false
  }

  /// One value as it came.
  public struct Visit {
    /// The place of its column among the objects of the walk.
    public let object: Int
    /// The row of `known` that it belongs to; `nil` when it is a new one.
    public let row: Int?
    /// The octets of its name behind the column's.
    public let key: Range<Int>
    public let binding: ProtocolUnit.RawBinding

    public var keyOctets: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: binding.bytes[key]) }
  }

  private var columns: [Column] = []
  /// The columns' names, one behind the other.
  private var roots: [UInt8] = []
  /// Of each column the last name that came before this answer, in full; what is asked next.
  private var last: [[UInt8]]
  /// How many of the columns, at the front, are scalars, which have one row.
  private let scalars: Int
  private let known: RowKeys
  private let isBulk: Bool
  /// The columns that the last request asked for, in its order, the scalars first.
  private var asked: [Int] = []
  /// Names in one request; more are asked for in further ones. Fewer where the agent has no room for so many answers.
  public private(set) var namesMax: Int
  private let rowsMax: Int
  /// Of single columns.
  public private(set) var faults: [WalkFault] = []

  /// Names in one request while nothing is known of the agent: 48.
  public static let namesMaxDefault = 48

  /// - Parameters:
  ///   - scalars: names without the final 0.
  ///   - known: the rows that the last walk of this table found.
  ///   - namesMax: what the last walk of this device ended with.
  ///   - rowsMax: a column with more rows ends there with a fault; the default is 50,000.
  public init(
    scalars: [ObjectIdentifier] = [], columns: [ObjectIdentifier], known: RowKeys = RowKeys(), isBulk: Bool,
    namesMax: Int = ColumnWalk.namesMaxDefault, rowsMax: Int = 50_000
  ) {
    last = (scalars + columns).map(\.octets)
    for name in last {
      self.columns.append(Column(root: roots.count..<roots.count + name.count))
      roots += name
    }
    self.scalars = scalars.count
    self.known = known
    self.isBulk = isBulk
    self.namesMax = max(1, namesMax)
    self.rowsMax = rowsMax
  }

  /// What to ask next; `nil` when all is there.
  public mutating func request(_ size: ReplySize) -> ProtocolRequest? {
    var single: [Int] = []
    var repeated: [Int] = []
    for index in columns.indices where !columns[index].isEnded && single.count + repeated.count < namesMax {
      if index < scalars { single.append(index) } else { repeated.append(index) }
    }
    asked = single + repeated
    guard !asked.isEmpty else { return nil }
    let names = asked.map { ObjectIdentifier(checked: last[$0]) }
    guard isBulk else { return ProtocolRequest(.getNext, names) }
    // One more than is thought to be left shows that nothing follows.
    let done = repeated.map { columns[$0].rows }.min() ?? 0
    let left = done < known.count ? known.count - done + 1 : ReplySize.repetitionsMax
    let repetitions = repeated.isEmpty ? 0 : size.repetitions(columns: repeated.count, rowsLeft: left)
    return ProtocolRequest(.getBulk, names, nonRepeaters: single.count, maxRepetitions: repetitions)
  }

  /// Takes an answer to the last request.
  public mutating func accept(
    _ unit: inout ProtocolUnit, bytes: Int, _ size: inout ReplySize, _ visit: (Visit) -> Void
  ) throws(BERError) -> WalkFault? {
    guard unit.errorStatus == 0 else { return refusal(unit.errorStatus, unit.errorIndex, &size) }
    let single = asked.prefix { $0 < scalars }.count
    let repeated = asked.count - single
    let count = try takeAll(&unit, asked, repeatedFrom: isBulk && repeated > 0 ? single : nil, visit)
    guard count > 0 else { return .empty }
    for index in asked { keepLatestName(of: index, from: unit.bytes) }
    // A scalar that did not come back, because the answer was full, is asked for again: the first one always ends.
    size.notice(bytes: bytes, bindings: count)
    return nil
  }

  /// - Parameter repeatedFrom: the place in `asked` that follows its last.
  /// - Returns: how many values came.
  private mutating func takeAll(
    _ unit: inout ProtocolUnit, _ asked: [Int], repeatedFrom: Int?, _ visit: (Visit) -> Void
  ) throws(BERError) -> Int {
    var count = 0
    var place = 0
    while count < ProtocolUnit.bindingsMax, let binding = try unit.next() {
      if place < asked.count { take(binding, of: asked[place], visit) }
      count += 1
      place += 1
      if place == asked.count, let repeatedFrom { place = repeatedFrom }
    }
    return count
  }

  @inline(__always)
  private mutating func take(_ binding: ProtocolUnit.RawBinding, of index: Int, _ visit: (Visit) -> Void) {
    let column = columns[index]
    guard !column.isEnded else { return }
    guard binding.tag < BERTag.noSuchObject, let key = key(binding, below: column.root) else {
      columns[index].isEnded = true
      return
    }
    let isKnown = index >= scalars && column.rows < rowsMax && known.matches(column.rows, binding.bytes, key)
    // The place in the order of a known row was checked when it was new.
    guard isKnown else { return takeNew(binding, of: index, key, visit) }
    note(binding, of: index)
    visit(Visit(object: index, row: column.rows, key: key, binding: binding))
  }

  private mutating func takeNew(
    _ binding: ProtocolUnit.RawBinding, of index: Int, _ key: Range<Int>, _ visit: (Visit) -> Void
  ) {
    guard binding.isWellNamed, isLater(binding, in: index) else {
      return end(index, .notIncreasing(ObjectIdentifier(checked: Array(binding.nameOctets))))
    }
    let row = columns[index].rows
    guard row < rowsMax else { return end(index, .tooManyRows(name(of: index), limit: rowsMax)) }
    let knownRow = known.row(of: binding.bytes, key, near: row)
    note(binding, of: index)
    if index < scalars { columns[index].isEnded = true }
    visit(Visit(object: index, row: knownRow, key: key, binding: binding))
  }

  @inline(__always)
  private mutating func note(_ binding: ProtocolUnit.RawBinding, of index: Int) {
    columns.withUnsafeMutableBufferPointer { columns in
      columns[index].rows &+= 1
      columns[index].latest = binding.name
    }
  }

  private func name(of index: Int) -> ObjectIdentifier { ObjectIdentifier(checked: Array(roots[columns[index].root])) }

  private func isLater(_ binding: ProtocolUnit.RawBinding, in index: Int) -> Bool {
    let latest = columns[index].latest
    guard latest.isEmpty else {
      return ObjectIdentifier.precedes(UnsafeRawBufferPointer(rebasing: binding.bytes[latest]), binding.nameOctets)
    }
    return last[index].withUnsafeBytes { ObjectIdentifier.precedes($0, binding.nameOctets) }
  }

  /// Copied once an answer, not once a row.
  private mutating func keepLatestName(of index: Int, from bytes: UnsafeRawBufferPointer) {
    let latest = columns[index].latest
    guard !latest.isEmpty else { return }
    last[index] = Array(bytes[latest])
    columns[index].latest = 0..<0
  }

  private mutating func end(_ index: Int, _ fault: WalkFault) {
    columns[index].isEnded = true
    faults.append(fault)
  }

  /// Where the key lies, when the name is below the column's.
  @inline(__always)
  private func key(_ binding: ProtocolUnit.RawBinding, below root: Range<Int>) -> Range<Int>? {
    let start = binding.name.lowerBound
    guard binding.name.count > root.count else { return nil }
    let isBelow = roots.withUnsafeBytes { roots in
      // From the end: names differ there.
      var place = root.count
      while place > 0 {
        place &-= 1
        guard binding.bytes[start &+ place] == roots[root.lowerBound &+ place] else { return false }
      }
      return true
    }
    return isBelow ? start &+ root.count..<binding.name.upperBound : nil
  }

  private mutating func refusal(_ status: Int, _ index: Int, _ size: inout ReplySize) -> WalkFault? {
    if status == ErrorStatus.tooBig.rawValue {
      if size.shrink() { return nil }
      guard asked.count > 1 else { return .tooBig }
      namesMax = asked.count / 2
      return nil
    }
    let place = index - 1
    guard asked.indices.contains(place) else {
      // Version 1 has no other way to say that a single name has nothing after it.
      if status == ErrorStatus.noSuchName.rawValue, asked.count == 1 {
        columns[asked[0]].isEnded = true
        return nil
      }
      return .refused(status: status, name: nil)
    }
    columns[asked[place]].isEnded = true
    if status != ErrorStatus.noSuchName.rawValue {
      faults.append(.refused(status: status, name: name(of: asked[place])))
    }
    return nil
  }
}
