internal import Records
internal import Telemetry

/// What commands and other programs ask: the state of everything in one answer, and what the rules cost.
struct StatusRoutes: Sendable {
  let console: any Console
  let settings: WebSettings
  let clock: any WallClock

  var routes: [Route] {
    [
      Route(.get, "/api/status", .metricsRead) { call async throws(WebFailure) in
        let overview: OverviewPage
        do throws(ConsoleError) { overview = try await console.overview() } catch { throw WebFailure(error) }
        var notReady: String?
        if case .notReady(let why) = await console.readiness() { notReady = why }
        return .json(
          Status(
            version: settings.version, now: clock.now, notReady: notReady, shell: await console.shell(),
            overview: overview), reader: call.reader)
      },
      Route(.get, "/api/rules/cost", .ruleRead) { call async throws(WebFailure) in
        .json(["rules": await console.ruleCosts()], reader: call.reader)
      },
      Route(.get, "/api/gaps", .metricsRead) { call async throws(WebFailure) in
        guard let question = gapQuestion(call.request) else { throw .badRequest(Phrase("api.gaps.question")) }
        let page: GapsPage
        do throws(ConsoleError) { page = try await console.gaps(question) } catch { throw WebFailure(error) }
        return .json(page, reader: call.reader)
      },
    ]
  }

  /// How far back is asked when nothing else is said. The default is a day.
  private static let gapSpan = Duration.seconds(86_400)

  /// `nil` for times that cannot be read or that run backwards.
  private func gapQuestion(_ request: WebRequest) -> GapQuestion? {
    guard let subject = request.parameter("of"), !subject.isEmpty else { return nil }
    guard let to = request.parameter("to").map(PrometheusTime.instant) ?? clock.now else { return nil }
    let earliest = to.advanced(by: .zero - Self.gapSpan)
    guard let from = request.parameter("from").map(PrometheusTime.instant) ?? earliest, from < to else { return nil }
    return GapQuestion(subject: subject, from: from, to: to)
  }

  private struct Status: Encodable {
    let version: String
    let now: Timestamp
    /// One line in English while the program starts.
    let notReady: String?
    let shell: ShellState
    let overview: OverviewPage
  }
}
