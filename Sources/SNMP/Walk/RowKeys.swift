/// The rows of a table as the last walk found them: the octets behind a column's name, in the order of the tree.
///
/// Rows come in the same order nearly always, so one comparison with the row that is due replaces a search.
public struct RowKeys: Sendable, Equatable {
  private var octets: [UInt8] = []
  private var ends: [Int] = []
  /// The first row of each key's hash.
  private var places: [Int: Int] = [:]

  /// Rows that are looked at before the hash is made.
  private static let nearby = 4

  public init() {}

  public var count: Int { ends.count }

  public mutating func append(_ key: UnsafeRawBufferPointer) {
    octets.append(contentsOf: key)
    let place = Self.hash(key)
    if places[place] == nil { places[place] = ends.count }
    ends.append(octets.count)
  }

  public subscript(row: Int) -> [UInt8] {
    Array(octets[(row == 0 ? 0 : ends[row - 1])..<ends[row]])
  }

  /// Whether this row has that key.
  @inline(__always)
  func matches(_ row: Int, _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
    guard row < ends.count else { return false }
    let (start, end) = ends.withUnsafeBufferPointer { (row == 0 ? 0 : $0[row &- 1], $0[row]) }
    guard range.count == end &- start else { return false }
    return octets.withUnsafeBufferPointer { octets in
      for index in 0..<range.count where octets[start &+ index] != bytes[range.lowerBound &+ index] { return false }
      return true
    }
  }

  /// The row of a key, looked for from where it should be.
  public func row(of key: UnsafeRawBufferPointer, near row: Int) -> Int? {
    self.row(of: key, 0..<key.count, near: row)
  }

  func row(of bytes: UnsafeRawBufferPointer, _ range: Range<Int>, near row: Int) -> Int? {
    for candidate in row..<max(row, min(row + Self.nearby, count)) where matches(candidate, bytes, range) {
      return candidate
    }
    // An agent whose columns have no row in common must not cost a search of all rows for each value.
    guard let place = places[Self.hash(UnsafeRawBufferPointer(rebasing: bytes[range]))] else { return nil }
    if matches(place, bytes, range) { return place }
    return ends.indices.first { matches($0, bytes, range) }
  }

  /// Of a process's own seed: no agent can choose keys that share one.
  private static func hash(_ key: UnsafeRawBufferPointer) -> Int {
    var hasher = Hasher()
    hasher.combine(bytes: key)
    return hasher.finalize()
  }
}
