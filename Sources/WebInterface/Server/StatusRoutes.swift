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
    ]
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
