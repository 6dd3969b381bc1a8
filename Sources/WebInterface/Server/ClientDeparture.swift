internal import Hummingbird
internal import NIOCore
internal import Synchronization

/// Learns that a client has gone, so that nobody goes on to work out an answer that nobody reads.
///
/// A client that goes closes its sending side. One that only does that and still reads is taken for gone too, as other
/// servers take it: the two look alike until something is written.
final class ClientDeparture: ChannelInboundHandler, RemovableChannelHandler, Sendable {
  /// What passes is not looked at.
  typealias InboundIn = Never

  private struct State {
    var isGone = false
    var cancel: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event as? ChannelEvent == .inputClosed { depart() }
    context.fireUserInboundEventTriggered(event)
  }

  func channelInactive(context: ChannelHandlerContext) {
    depart()
    context.fireChannelInactive()
  }

  private func depart() {
    let cancel = state.withLock { state in
      state.isGone = true
      return state.cancel
    }
    cancel?()
  }

  /// Cancels the work when the client goes before it has ended.
  func cancelling<Answer: Sendable>(_ work: @escaping @Sendable () async -> Answer) async -> Answer {
    let task = Task { await work() }
    let isGone = state.withLock { state in
      state.cancel = { task.cancel() }
      return state.isGone
    }
    defer { state.withLock { $0.cancel = nil } }
    if isGone { task.cancel() }
    return await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
  }
}

/// A request with the connection that it came on.
struct ConnectionContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  private let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }

  /// `nil` when the connection is closed already.
  var departure: ClientDeparture? {
    get async { try? await channel.pipeline.handler(type: ClientDeparture.self).get() }
  }
}
