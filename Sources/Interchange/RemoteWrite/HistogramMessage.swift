internal import Telemetry

/// A native histogram in a remote-write message; the same fields in both versions.
struct HistogramMessage {
  private typealias Buckets = NativeHistogram.Buckets

  private(set) var millisecond: Int64 = 0
  private(set) var startTime: Int64 = 0
  private var head = NativeHistogram()
  private var positive = Side()
  private var negative = Side()
  private var customBounds: [Double] = []

  /// Buckets of one side: differences of whole numbers, or floating counts.
  private struct Side {
    var spans: [Buckets.Span] = []
    var deltas: [Int64] = []
    var counts: [Double] = []

    var size: Int { spans.count + deltas.count + counts.count }

    /// Absolute counts; `nil` when they leave 64 bits.
    var buckets: Buckets? {
      if !counts.isEmpty { return Buckets(spans: spans, counts: counts) }
      var absolute: [Double] = []
      var count: Int64 = 0
      for delta in deltas {
        let (sum, overflows) = count.addingReportingOverflow(delta)
        if overflows { return nil }
        count = sum
        absolute.append(Double(count))
      }
      return Buckets(spans: spans, counts: absolute)
    }
  }

  init(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ limits: RemoteWriteLimits
  ) throws(RemoteWriteError) {
    var fields = ProtobufFields(bytes, range)
    while let (field, value) = try fields.next() {
      switch field {
      case 1: head.count = Double(try value.number())
      case 2: head.count = try value.double()
      case 3: head.sum = try value.double()
      case 4: head.schema = Int(try value.zigzag())
      case 5: head.zeroThreshold = try value.double()
      case 6: head.zeroCount = Double(try value.number())
      case 7: head.zeroCount = try value.double()
      case 8: negative.spans.append(try Self.span(bytes, try value.bytes()))
      case 9: try Self.deltas(bytes, value, limits, into: &negative.deltas)
      case 10: try Self.doubles(bytes, value, limits, into: &negative.counts)
      case 11: positive.spans.append(try Self.span(bytes, try value.bytes()))
      case 12: try Self.deltas(bytes, value, limits, into: &positive.deltas)
      case 13: try Self.doubles(bytes, value, limits, into: &positive.counts)
      case 14: head.resetHint = NativeHistogram.ResetHint(rawValue: UInt8(clamping: try value.number())) ?? .unknown
      case 15: millisecond = try value.int64()
      case 16: try Self.doubles(bytes, value, limits, into: &customBounds)
      case 17: startTime = try value.int64()
      default: break
      }
      guard positive.size + negative.size + customBounds.count <= 3 * limits.bucketsMax else {
        throw Self.tooManyBuckets(limits)
      }
    }
  }

  private static func tooManyBuckets(_ limits: RemoteWriteLimits) -> RemoteWriteError {
    RemoteWriteError(description: "a histogram has more than \(limits.bucketsMax) buckets, the limit")
  }

  func histogram() -> Result<NativeHistogram, RemoteWriteError> {
    guard let positive = positive.buckets, let negative = negative.buckets else { return .failure(.malformed) }
    var whole = head
    whole.positive = positive
    whole.negative = negative
    whole.customBounds = customBounds
    do throws(HistogramFault) {
      return .success(try whole.validated())
    } catch {
      return .failure(RemoteWriteError(description: "a native histogram is refused: \(error)"))
    }
  }

  private static func span(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
  ) throws(RemoteWriteError) -> Buckets.Span {
    var fields = ProtobufFields(bytes, range)
    var span = Buckets.Span(offset: 0, length: 0)
    while let (field, value) = try fields.next() {
      if field == 1 {
        guard let offset = Int32(exactly: try value.zigzag()) else { throw .malformed }
        span.offset = offset
      } else if field == 2 {
        guard let length = UInt32(exactly: try value.number()) else { throw .malformed }
        span.length = length
      }
    }
    return span
  }

  /// `sint64`, packed or one by one.
  private static func deltas(
    _ bytes: UnsafeBufferPointer<UInt8>, _ value: ProtobufFields.Value, _ limits: RemoteWriteLimits,
    into deltas: inout [Int64]
  ) throws(RemoteWriteError) {
    if case .number = value { return deltas.append(try value.zigzag()) }
    var packed = ProtobufFields(bytes, try value.bytes())
    while !packed.isAtEnd {
      guard deltas.count <= limits.bucketsMax else { throw tooManyBuckets(limits) }
      deltas.append(ProtobufFields.Value.zigzag(try packed.number()))
    }
  }

  private static func doubles(
    _ bytes: UnsafeBufferPointer<UInt8>, _ value: ProtobufFields.Value, _ limits: RemoteWriteLimits,
    into doubles: inout [Double]
  ) throws(RemoteWriteError) {
    if case .fixed64 = value { return doubles.append(try value.double()) }
    var packed = ProtobufFields(bytes, try value.bytes())
    while !packed.isAtEnd {
      guard doubles.count <= limits.bucketsMax else { throw tooManyBuckets(limits) }
      doubles.append(Double(bitPattern: try packed.fixed64()))
    }
  }
}
