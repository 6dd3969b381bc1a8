internal import Telemetry

/// What a search for series needs from an index: the head's in memory, or that of a sealed day file.
protocol SearchableIndex {
  func allSeries() throws -> [UInt32]
  func series(name: String, value: String) throws -> [UInt32]
  func values(of name: String) throws -> [String]
}

extension SearchableIndex {
  /// The series that satisfy every matcher, ascending. Equality first; patterns see each distinct value once.
  func series(matching matchers: [LabelMatcher]) throws -> [UInt32] {
    var found: [UInt32]?
    for matcher in matchers {
      guard case .equals(let value) = matcher.test, !value.isEmpty else { continue }
      let list = try series(name: matcher.name, value: value)
      found = found.map { Postings.intersection($0, list) } ?? list
      if found?.isEmpty == true { return [] }
    }
    for matcher in matchers where !matcher.acceptsAbsence {
      if case .equals = matcher.test { continue }
      let list = try series(whoseValue: matcher.name) { matcher.accepts($0) }
      found = found.map { Postings.intersection($0, list) } ?? list
      if found?.isEmpty == true { return [] }
    }
    var remaining = try found ?? allSeries()
    for matcher in matchers where matcher.acceptsAbsence && !remaining.isEmpty {
      let refused = try series(whoseValue: matcher.name) { !matcher.accepts($0) }
      if !refused.isEmpty { remaining = Postings.difference(remaining, without: refused) }
    }
    return remaining
  }

  private func series(whoseValue name: String, _ isWanted: (String) -> Bool) throws -> [UInt32] {
    let wanted = try values(of: name).filter(isWanted)
    return Postings.union(try wanted.map { try series(name: name, value: $0) })
  }
}

extension SeriesTable: SearchableIndex {
  func allSeries() -> [UInt32] { living(in: 0..<UInt32(slotCount)) }

  func series(name: String, value: String) -> [UInt32] {
    guard let name = dictionary.number(of: name), let value = dictionary.number(of: value) else { return [] }
    return index.series(name: name, value: value)
  }

  func values(of name: String) -> [String] {
    guard let name = dictionary.number(of: name) else { return [] }
    return index.values(of: name).map { dictionary.texts[Int($0)] }
  }
}
