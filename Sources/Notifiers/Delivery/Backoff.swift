internal import Records

/// How long to wait between attempts: 1 s, doubling, at most 5 minutes, less up to a quarter by the key.
///
/// The jitter comes from the key, so that a replay waits as long, and many notifications that failed together do not
/// return together.
public enum Backoff {
  public static let first = Duration.seconds(1)
  public static let longest = Duration.seconds(300)

  /// - Parameters:
  ///   - attempt: how many attempts have failed, from 1.
  ///   - key: the notification's idempotency key.
  public static func delay(afterAttempt attempt: Int, key: String) -> Duration {
    let doublings = min(max(attempt, 1) - 1, 9)
    let full = min(first * (1 << doublings), longest)
    let bytes = Digest(ofParts: [key, String(attempt)]).bytes
    let draw = Int(bytes[0]) << 8 | Int(bytes[1])
    return full - full * draw / (4 << 16)
  }
}
