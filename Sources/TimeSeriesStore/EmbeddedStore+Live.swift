internal import Synchronization
public import Telemetry

extension EmbeddedStore: LiveSeriesSource {
  public func follow(samplesMax: Int) {
    head.withLock { $0.live = LiveTail(samplesMax: samplesMax, after: $0.uncommitted) }
  }

  public func series(matching matchers: [LabelMatcher]) -> [LiveSeries] {
    head.withLock { head in
      // The head's index is memory: its search cannot fail.
      ((try? head.table.series(matching: matchers)) ?? []).map {
        LiveSeries(number: $0, labels: head.table.labels(of: $0))
      }
    }
  }

  public func take() -> LiveFeed { head.withLock { $0.takeLive() } }
}
