public import Telemetry

/// All that is not a value: time, identifiers, durable facts. Made once, by `WatchkeeperApp`; tests make a virtual one.
public struct World: Sendable {
  public let clock: any WallClock
  public let identifiers: any IdentifierSource
  public let journal: any FactJournal
  public let rows: any RowStore
  public let term: LeaseTerm

  public init(
    clock: any WallClock, identifiers: any IdentifierSource, journal: any FactJournal, rows: any RowStore,
    term: LeaseTerm = .alone
  ) {
    self.clock = clock
    self.identifiers = identifiers
    self.journal = journal
    self.rows = rows
    self.term = term
  }
}

/// The only source of randomness.
public protocol IdentifierSource: Sendable {
  /// 128 random bits as 32 lower-case hexadecimal digits.
  func next() -> String
  /// 256 random bits from the kernel's generator, for tokens and sessions.
  func nextSecret() -> Secret
}
