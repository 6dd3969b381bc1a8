internal import Foundation
internal import Records
internal import Telemetry
internal import WebInterface

/// API tokens. Holds SHA-256 digests only: who reads the store cannot use them.
actor TokenStore: TokenDesk {
  /// Tokens look like `wk_…`, so that scanners for leaked secrets find them.
  static let prefix = "wk_"
  /// Tokens at a time; the default is 1000.
  static let tokensMax = 1000
  /// Characters of a name; the default is 64.
  static let nameLengthMax = 64

  /// A row of `RowTable.tokens`; its key is the digest in hexadecimal.
  private struct Row: Codable {
    let name: String
    let role: String
    let createdAt: Timestamp
    let expiresAt: Timestamp?

    var entry: TokenEntry { TokenEntry(name: name, role: role, createdAt: createdAt, expiresAt: expiresAt) }

    func isExpired(at now: Timestamp) -> Bool { expiresAt.map { $0 <= now } ?? false }
  }

  private let clock: any WallClock
  private let identifiers: any IdentifierSource
  private let rows: any RowStore
  private var known: [String: Row] = [:]

  init(clock: any WallClock, identifiers: any IdentifierSource, rows: any RowStore) {
    self.clock = clock
    self.identifiers = identifiers
    self.rows = rows
  }

  /// Reads the tokens of earlier runs; a row that does not decode admits nobody.
  func restore() async throws(JournalError) {
    for (key, value) in try await rows.rows(of: .tokens) {
      known[key] = try? JSONDecoder().decode(Row.self, from: Data(value))
    }
  }

  /// Who a token belongs to; `nil` for unknown, expired and revoked ones.
  func identity(of digest: Digest) -> Identity? {
    guard let row = known[digest.hexadecimal], !row.isExpired(at: clock.now), let role = Role(rawValue: row.role) else {
      return nil
    }
    return Identity(actor: .token(row.name), role: role)
  }

  func tokens() -> [TokenEntry] {
    let now = clock.now
    return known.values.filter { !$0.isExpired(at: now) }.map(\.entry).sorted { $0.name < $1.name }
  }

  func issue(_ order: TokenOrder) async throws(TokenRefusal) -> IssuedToken {
    let now = clock.now
    let name = order.name ?? "\(order.role.rawValue)-\(identifiers.next().suffix(8))"
    guard Self.isName(name) else {
      throw .refused(Reason("token.name-malformed", ["limit": String(Self.nameLengthMax)]))
    }
    let expired = known.filter { $0.value.isExpired(at: now) }.map(\.key)
    let living = known.values.filter { !$0.isExpired(at: now) }
    guard !living.contains(where: { $0.name == name }) else {
      throw .refused(Reason("token.name-taken", ["name": name]))
    }
    guard living.count < Self.tokensMax else {
      throw .refused(Reason("token.too-many", ["limit": String(Self.tokensMax)]))
    }
    let token = Secret(Self.prefix + identifiers.nextSecret().reveal())
    let key = Digest(of: Array(token.reveal().utf8)).hexadecimal
    let row = Row(
      name: name, role: order.role.rawValue, createdAt: now, expiresAt: order.lifetime.map { now.advanced(by: $0) })
    // Known before it is written, so that a second order cannot take the name meanwhile.
    known[key] = row
    var changes: [String: [UInt8]?] = [key: (try? JSONEncoder().encode(row)).map { [UInt8]($0) } ?? []]
    for key in expired { changes.updateValue(nil, forKey: key) }
    do throws(JournalError) { try await rows.write(changes, to: .tokens) } catch {
      known[key] = nil
      throw .failed(Reason("action.failed", ["problem": error.description]))
    }
    for key in expired { known[key] = nil }
    return IssuedToken(token: token, entry: row.entry)
  }

  /// From this moment nobody comes in with it, also when the row cannot be deleted.
  func revoke(_ name: String) async throws(TokenRefusal) {
    let keys = known.filter { $0.value.name == name }.map(\.key)
    guard !keys.isEmpty else { throw .notFound }
    var changes: [String: [UInt8]?] = [:]
    for key in keys {
      known[key] = nil
      changes.updateValue(nil, forKey: key)
    }
    do throws(JournalError) { try await rows.write(changes, to: .tokens) } catch {
      throw .failed(Reason("token.not-deleted", ["problem": error.description]))
    }
  }

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= nameLengthMax
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
          true
        default: false
        }
      }
  }
}

extension WebSettings {
  /// Lets the tokens of `store` in, and the control socket make them.
  mutating func admit(_ store: TokenStore) async throws(JournalError) {
    try await store.restore()
    identityOfToken = { await store.identity(of: $0) }
    tokenDesk = store
  }
}
