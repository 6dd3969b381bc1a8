public import Telemetry

extension NativeHistogram {
  /// As Prometheus prints it: `{count:3, sum:2.5, (1,2]:3}`. Empty buckets are left out.
  public var promQLText: String {
    var text = "{count:\(FloatText.general(count)), sum:\(FloatText.general(sum))"
    for bucket in buckets where bucket.count != 0 {
      text += bucket.inclusion == .lower || bucket.inclusion == .both ? ", [" : ", ("
      text += "\(FloatText.general(bucket.lower)),\(FloatText.general(bucket.upper))"
      text += (bucket.inclusion == .lower ? "):" : "]:") + FloatText.general(bucket.count)
    }
    return text + "}"
  }
}

extension VectorElement {
  /// The number or the histogram for people.
  public var valueText: String { histogram?.promQLText ?? FloatText.general(value) }
}
