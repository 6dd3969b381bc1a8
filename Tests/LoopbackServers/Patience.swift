/// Asks again every 10 ms until the answer is a good one: a real server takes its time to start, more on a busy machine.
///
/// - Parameter patience: the default is a minute.
/// - Returns: the last answer, good or not.
package func patiently<Answer: Sendable>(
  for patience: Duration = .seconds(60), isolation: isolated (any Actor)? = #isolation,
  until isGood: (Answer) -> Bool, _ ask: () async throws -> Answer
) async rethrows -> Answer {
  let end = ContinuousClock.now + patience
  var answer = try await ask()
  while !isGood(answer), ContinuousClock.now < end {
    try? await Task.sleep(for: .milliseconds(10))
    answer = try await ask()
  }
  return answer
}
