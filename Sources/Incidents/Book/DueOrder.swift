internal import Telemetry

/// Record numbers by the time at which they want attention: a treap whose ranks are a hash of the entry.
///
/// Persistent on purpose: the book is copied for every decision, and a heap in an array would be copied whole. Equal
/// contents have equal shape. Insertion and removal cost O(log n), the first entry too.
struct DueOrder: Sendable {
  struct Entry: Hashable, Comparable, Sendable {
    let at: Timestamp
    let number: Int

    static func < (left: Entry, right: Entry) -> Bool { (left.at, left.number) < (right.at, right.number) }

    /// SplitMix64 of both parts.
    var rank: UInt64 {
      var bits = UInt64(bitPattern: at.milliseconds) &* 0x9e37_79b9_7f4a_7c15
      bits ^= UInt64(bitPattern: Int64(number)) &+ 0x9e37_79b9_7f4a_7c15
      bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
      bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
      return bits ^ (bits >> 31)
    }

    func outranks(_ other: Entry) -> Bool { (rank, other) > (other.rank, self) }
  }

  private final class Node: Sendable {
    let left: Node?
    let entry: Entry
    let right: Node?

    init(_ left: Node?, _ entry: Entry, _ right: Node?) {
      self.left = left
      self.entry = entry
      self.right = right
    }
  }

  private var root: Node?
  private(set) var count = 0

  var isEmpty: Bool { root == nil }

  var first: Entry? {
    var node = root
    while let left = node?.left { node = left }
    return node?.entry
  }

  var last: Entry? {
    var node = root
    while let right = node?.right { node = right }
    return node?.entry
  }

  /// The entries due at `now`, ascending, at most `limit`.
  func entries(through now: Timestamp, limit: Int) -> [Entry] {
    var found: [Entry] = []
    var waiting: [Node] = []
    var node = root
    while found.count < limit {
      while let current = node {
        waiting.append(current)
        node = current.left
      }
      guard let next = waiting.popLast(), next.entry.at <= now else { break }
      found.append(next.entry)
      node = next.right
    }
    return found
  }

  mutating func insert(_ entry: Entry) {
    guard !contains(entry) else { return }
    root = Self.inserting(entry, into: root)
    count += 1
  }

  mutating func remove(_ entry: Entry) {
    guard contains(entry) else { return }
    root = Self.removing(entry, from: root)
    count -= 1
  }

  func contains(_ entry: Entry) -> Bool {
    var node = root
    while let current = node {
      if current.entry == entry { return true }
      node = entry < current.entry ? current.left : current.right
    }
    return false
  }

  /// Levels of the tree; a test holds it near log n.
  var depth: Int {
    var level = root.map { [$0] } ?? []
    var depth = 0
    while !level.isEmpty {
      depth += 1
      level = level.flatMap { [$0.left, $0.right].compactMap { $0 } }
    }
    return depth
  }

  // The recursion below is as deep as the tree.

  private static func inserting(_ entry: Entry, into node: Node?) -> Node {
    guard let node else { return Node(nil, entry, nil) }
    if entry.outranks(node.entry) {
      let (left, right) = split(node, at: entry)
      return Node(left, entry, right)
    }
    return entry < node.entry
      ? Node(inserting(entry, into: node.left), node.entry, node.right)
      : Node(node.left, node.entry, inserting(entry, into: node.right))
  }

  private static func split(_ node: Node?, at entry: Entry) -> (Node?, Node?) {
    guard let node else { return (nil, nil) }
    if node.entry < entry {
      let (left, right) = split(node.right, at: entry)
      return (Node(node.left, node.entry, left), right)
    }
    let (left, right) = split(node.left, at: entry)
    return (left, Node(right, node.entry, node.right))
  }

  private static func removing(_ entry: Entry, from node: Node?) -> Node? {
    guard let node else { return nil }
    if node.entry == entry { return merge(node.left, node.right) }
    return entry < node.entry
      ? Node(removing(entry, from: node.left), node.entry, node.right)
      : Node(node.left, node.entry, removing(entry, from: node.right))
  }

  private static func merge(_ left: Node?, _ right: Node?) -> Node? {
    guard let left else { return right }
    guard let right else { return left }
    return left.entry.outranks(right.entry)
      ? Node(left.left, left.entry, merge(left.right, right))
      : Node(merge(left, right.left), right.entry, right.right)
  }
}

extension DueOrder: Equatable {
  static func == (left: DueOrder, right: DueOrder) -> Bool {
    left.count == right.count
      && left.entries(through: Timestamp(milliseconds: .max), limit: .max)
        == right.entries(through: Timestamp(milliseconds: .max), limit: .max)
  }
}
