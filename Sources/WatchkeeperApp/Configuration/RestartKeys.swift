extension WatchkeeperSettings {
  /// The keys that differ and that a reload does not take over, because what they shape is made at the start.
  func keysForRestart(since old: WatchkeeperSettings) -> [String] {
    let differs: [(key: String, differs: Bool)] = [
      ("language", language != old.language),
      ("storage.retention", storage.retention != old.storage.retention),
      ("storage.size_max", storage.sizeMax != old.storage.sizeMax),
      ("storage.series_max", storage.seriesMax != old.storage.seriesMax),
      ("storage.out_of_order_window", storage.outOfOrderWindow != old.storage.outOfOrderWindow),
      ("query.samples_max", query.samplesMax != old.query.samplesMax),
      ("query.timeout", query.timeout != old.query.timeout),
      ("query.lookback", query.lookback != old.query.lookback),
      ("query.experimental", query.experimental != old.query.experimental),
      ("query.memory_max", query.memoryMax != old.query.memoryMax),
      ("query.concurrency_max", query.concurrencyMax != old.query.concurrencyMax),
      ("web.listen", web.listen != old.web.listen),
      ("web.external_url", web.externalURL != old.web.externalURL),
    ]
    return differs.filter(\.differs).map(\.key)
  }
}
