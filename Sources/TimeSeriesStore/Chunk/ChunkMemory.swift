/// Memory of the open chunks, handed out in segments of one cache line.
///
/// A chunk grows by one segment at a time and never moves: no copying, no search for a block of the right size, and what
/// a closed chunk leaves serves any other. What was taken from the system is kept for later chunks until the end.
struct ChunkMemory: ~Copyable {
  /// Octets of a segment: 8 that name the next one, then what is stored.
  static let segmentBytes = 64
  private static let segmentsOfSlab = 1024

  private var slabs: [UnsafeMutableRawPointer] = []
  /// Never handed out yet, of the last slab.
  private var fresh = 0
  /// The first of those that came back, each naming the next.
  private var free: UnsafeMutableRawPointer?

  init() {}

  deinit { for slab in slabs { slab.deallocate() } }

  /// A segment behind which there is none.
  mutating func take() -> UnsafeMutableRawPointer {
    let segment: UnsafeMutableRawPointer
    if let first = free {
      segment = first
      free = Self.next(of: first)
    } else {
      segment = takeFresh()
    }
    segment.storeBytes(of: nil, as: UnsafeMutableRawPointer?.self)
    return segment
  }

  private mutating func takeFresh() -> UnsafeMutableRawPointer {
    if fresh == 0 {
      let bytes = Self.segmentsOfSlab * Self.segmentBytes
      slabs.append(.allocate(byteCount: bytes, alignment: Self.segmentBytes))
      fresh = Self.segmentsOfSlab
    }
    defer { fresh -= 1 }
    return slabs[slabs.count - 1] + (Self.segmentsOfSlab - fresh) * Self.segmentBytes
  }

  /// Takes a row of segments back, from its first to its last.
  mutating func giveBack(_ first: UnsafeMutableRawPointer, through last: UnsafeMutableRawPointer) {
    Self.link(last, to: free)
    free = first
  }

  static func next(of segment: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    segment.load(as: UnsafeMutableRawPointer?.self)
  }

  static func link(_ segment: UnsafeMutableRawPointer, to next: UnsafeMutableRawPointer?) {
    segment.storeBytes(of: next, as: UnsafeMutableRawPointer?.self)
  }
}
