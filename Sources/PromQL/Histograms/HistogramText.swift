public import Telemetry

extension NativeHistogram {
  /// As Prometheus prints it: `{count:3, sum:2.5, (1,2]:3}`. Empty buckets are left out.
  public var promQLText: String {
    var text = "{count:\(FloatText.general(count)), sum:\(FloatText.general(sum))"
    for bucket in buckets where bucket.count != 0 {
      let bounds = "\(FloatText.general(bucket.lower)),\(FloatText.general(bucket.upper))"
      text += ", " + (bucket.includesLower(hasCustomBounds) ? "[" : "(") + bounds
      text += (bucket.includesUpper(hasCustomBounds) ? "]:" : "):") + FloatText.general(bucket.count)
    }
    return text + "}"
  }
}

extension NativeHistogram.Bucket {
  /// Whether an observation of the lower bound itself lies in the bucket.
  package func includesLower(_ isCustom: Bool) -> Bool {
    isCustom ? lower == -.infinity : lower <= 0 && (lower < 0 || upper == 0)
  }
  package func includesUpper(_ isCustom: Bool) -> Bool { isCustom || upper > 0 || lower == 0 }
}
