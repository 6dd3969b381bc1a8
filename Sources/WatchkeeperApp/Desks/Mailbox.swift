internal import Synchronization

enum MailboxAdmission: Sendable { case accepted, mailboxFull, closed }

/// A bounded queue with many senders and one receiver, which takes all that waits at once.
final class Mailbox<Message: Sendable>: Sendable {
  private struct State {
    var waiting: [Message] = []
    var receiver: CheckedContinuation<Void, Never>?
    var isClosed = false
  }

  private let state = Mutex(State())
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  func offer(_ message: Message) -> MailboxAdmission {
    let (admission, receiver) = state.withLock { state -> (MailboxAdmission, CheckedContinuation<Void, Never>?) in
      guard !state.isClosed else { return (.closed, nil) }
      guard state.waiting.count < limit else { return (.mailboxFull, nil) }
      state.waiting.append(message)
      return (.accepted, state.receiver.take())
    }
    receiver?.resume()
    return admission
  }

  /// Waits for one message, then returns all that wait, at most `count`; `nil` after `close` once all are taken.
  func next(upTo count: Int) async -> [Message]? {
    while true {
      let taken = state.withLock { state -> [Message]? in
        if state.waiting.isEmpty { return state.isClosed ? [] : nil }
        let batch = Array(state.waiting.prefix(count))
        state.waiting.removeFirst(batch.count)
        return batch
      }
      if let taken { return taken.isEmpty ? nil : taken }
      await withCheckedContinuation { continuation in
        let ready = state.withLock { state -> Bool in
          if !state.waiting.isEmpty || state.isClosed { return true }
          state.receiver = continuation
          return false
        }
        if ready { continuation.resume() }
      }
    }
  }

  /// No message is taken after this; those that wait are still delivered.
  func close() {
    let receiver = state.withLock { state in
      state.isClosed = true
      return state.receiver.take()
    }
    receiver?.resume()
  }
}
