internal import Telemetry

extension Installation {
  /// What went out by remote write, under Prometheus' names with our own beginning.
  func remoteStorageMetrics() -> [SelfMetric] {
    let views = senders.views
    guard !views.isEmpty else { return [] }
    let now = now
    func perEndpoint(_ value: (RemoteWriteSender.View) -> Double) -> [(labels: LabelSet, value: Double)] {
      views.map { (LabelSet(["remote_name": $0.name]), value($0.view)) }
    }
    return [
      SelfMetric(
        "watchkeeper_remote_storage_samples_total", .counter, "Samples that the endpoint took.",
        perEndpoint { Double($0.samples) }),
      SelfMetric(
        "watchkeeper_remote_storage_histograms_total", .counter, "Native histograms that the endpoint took.",
        perEndpoint { Double($0.histograms) }),
      SelfMetric(
        "watchkeeper_remote_storage_samples_failed_total", .counter, "Samples that the endpoint will never take.",
        perEndpoint { Double($0.refused) }),
      SelfMetric(
        "watchkeeper_remote_storage_samples_retried_total", .counter, "Samples that had to be sent again.",
        perEndpoint { Double($0.retried) }),
      SelfMetric(
        "watchkeeper_remote_storage_samples_dropped_total", .counter, "Samples that were not sent, by reason.",
        views.flatMap { name, view in
          RemoteWriteDrop.allCases.map { reason in
            (LabelSet(["remote_name": name, "reason": reason.rawValue]), Double(view.dropped[reason] ?? 0))
          }
        }),
      SelfMetric(
        "watchkeeper_remote_storage_bytes_total", .counter, "Bytes of the requests that the endpoint took.",
        perEndpoint { Double($0.bytes) }),
      SelfMetric(
        "watchkeeper_remote_storage_queue_highest_sent_timestamp_seconds", .gauge, "Newest sample that was sent.",
        perEndpoint { $0.newestSent.map { Timestamp(milliseconds: $0).seconds } ?? 0 }),
      SelfMetric(
        "watchkeeper_remote_storage_lag_seconds", .gauge, "How long the next sample has waited.",
        perEndpoint { $0.waitingSince.map { max(0, now.elapsed(since: $0).inSeconds) } ?? 0 }),
    ]
  }
}
