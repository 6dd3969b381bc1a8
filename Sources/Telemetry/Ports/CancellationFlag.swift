internal import Synchronization

/// Set when nobody waits for an answer any more; looked at by work that runs on threads of its own.
package final class CancellationFlag: Sendable {
  private let raised = Atomic(false)

  package init() {}

  package var isRaised: Bool { raised.load(ordering: .relaxed) }
  package func raise() { raised.store(true, ordering: .relaxed) }
}
