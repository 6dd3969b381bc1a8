internal import CCurl

/// The engine's thread: owns the multi handle and all easy handles. Nothing here is touched from elsewhere.
final class TransferLoop {
  private struct Flight {
    let job: TransferJob
    let handle: UnsafeMutableRawPointer
    var holdsHandshakePermit: Bool
  }

  private let multi: UnsafeMutableRawPointer
  private let mailbox: TransferMailbox
  private var queue: [TransferJob] = []
  private var flights: [UnsafeMutableRawPointer: Flight] = [:]
  private var handshakes = 0
  private var idle: [UnsafeMutableRawPointer] = []
  private let certificateReader = CertificateReader()

  /// Idle handles that are kept for the next transfers; each costs about 6 KB.
  private static let idleMax = 64
  /// Open connections kept for reuse, over all hosts: a scraped target is asked again within seconds.
  private static let connectionsKept = 512
  /// The longest sleep without any event; everything that matters wakes the thread.
  private static let pollMillisecondsMax: Int32 = 10_000

  init(multi: UnsafeMutableRawPointer, mailbox: TransferMailbox) {
    self.multi = multi
    self.mailbox = mailbox
    _ = watchkeeper_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, Self.connectionsKept)
  }

  func run() {
    while true {
      let intake = mailbox.take()
      queue += intake.arriving
      if intake.isStopping { break }
      if !intake.cancelled.isEmpty { abandon(intake.cancelled) }
      expireWaiting()
      startWaiting()
      var running: Int32 = 0
      curl_multi_perform(multi, &running)
      let ended = collect()
      releaseHandshakes()
      if ended, !queue.isEmpty { continue }  // there is room now
      var events: Int32 = 0
      curl_multi_poll(multi, nil, 0, pollMilliseconds, &events)
    }
    stop()
  }

  private func abandon(_ cancelled: Set<UInt64>) {
    for flight in flights.values where cancelled.contains(flight.job.number) {
      land(flight)
      flight.job.fail(.cancelled, "cancelled")
    }
    dropWaiting({ cancelled.contains($0.number) }, as: .cancelled, "cancelled")
  }

  /// A transfer whose time passes in the queue says nothing about its target.
  private func expireWaiting() {
    guard !queue.isEmpty else { return }
    let now = MonotonicClock.nanoseconds
    dropWaiting({ $0.deadline <= now }, as: .overloaded, "its time passed while it waited for other transfers")
  }

  private func dropWaiting(_ isDropped: (TransferJob) -> Bool, as cause: TransferFailure.Cause, _ text: String) {
    let dropped = queue.filter(isDropped)
    guard !dropped.isEmpty else { return }
    queue.removeAll(where: isDropped)
    mailbox.leftQueue(dropped.count)
    for job in dropped { job.fail(cause, text) }
  }

  /// In order of arrival, but a transfer without TLS passes those that wait for a handshake permit.
  private func startWaiting() {
    guard !queue.isEmpty, flights.count < mailbox.limits.transfersMax else { return }
    var left: [TransferJob] = []
    var started = 0
    for job in queue {
      let needsPermit = job.request.usesTLS
      if flights.count >= mailbox.limits.transfersMax || needsPermit && handshakes >= mailbox.limits.handshakesMax {
        left.append(job)
      } else {
        started += 1
        start(job, holdingPermit: needsPermit)
      }
    }
    queue = left
    mailbox.leftQueue(started)
  }

  private func start(_ job: TransferJob, holdingPermit needsPermit: Bool) {
    guard let handle = idle.popLast() ?? curl_easy_init() else {
      return job.fail(.localFault, "libcurl has no memory for another transfer")
    }
    let now = MonotonicClock.nanoseconds
    let remaining = job.deadline > now ? job.deadline - now : 0
    job.certificateReader = certificateReader
    TransferOptions(on: handle, for: job).apply(remaining: .nanoseconds(Int64(clamping: remaining)))
    guard curl_multi_add_handle(multi, handle) == CURLM_OK else {
      retire(handle)
      return job.fail(.localFault, "libcurl refused another transfer")
    }
    if needsPermit { handshakes += 1 }
    flights[handle] = Flight(job: job, handle: handle, holdsHandshakePermit: needsPermit)
  }

  /// - Returns: whether any transfer ended.
  private func collect() -> Bool {
    var ended = false
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
        let flight = flights[handle]
      else { continue }
      ended = true
      let report = TransferReading(of: handle, for: flight.job).report(of: message.pointee.data.result)
      land(flight)
      flight.job.finish(report)
    }
    return ended
  }

  private func land(_ flight: Flight) {
    curl_multi_remove_handle(multi, flight.handle)
    if flights.removeValue(forKey: flight.handle)?.holdsHandshakePermit == true { handshakes -= 1 }
    // libcurl leaves a bare connection open for its caller until the handle is closed.
    if flight.job.request.purpose == .connectOnly { curl_easy_cleanup(flight.handle) } else { retire(flight.handle) }
  }

  private func retire(_ handle: UnsafeMutableRawPointer) {
    guard idle.count < Self.idleMax else { return curl_easy_cleanup(handle) }
    curl_easy_reset(handle)
    idle.append(handle)
  }

  private func releaseHandshakes() {
    guard handshakes > 0 else { return }
    for (handle, flight) in flights where flight.holdsHandshakePermit {
      var passed: curl_off_t = 0
      guard watchkeeper_curl_get_offset(handle, CURLINFO_APPCONNECT_TIME_T, &passed) == CURLE_OK, passed > 0 else {
        continue
      }
      flights[handle]?.holdsHandshakePermit = false
      handshakes -= 1
    }
  }

  private var pollMilliseconds: Int32 {
    guard let next = queue.lazy.map(\.deadline).min() else { return Self.pollMillisecondsMax }
    let now = MonotonicClock.nanoseconds
    return next <= now ? 0 : Int32(clamping: min((next - now) / 1_000_000 + 1, UInt64(Self.pollMillisecondsMax)))
  }

  private func stop() {
    mailbox.closeMulti()
    for flight in flights.values {
      land(flight)
      flight.job.fail(.engineStopped, "the transfer engine was stopped")
    }
    for job in queue { job.fail(.engineStopped, "the transfer engine was stopped") }
    for handle in idle { curl_easy_cleanup(handle) }
    curl_multi_cleanup(multi)
  }
}
