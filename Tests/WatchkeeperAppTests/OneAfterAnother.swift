import Testing

/// Suites that run one after another and apart from the others: what they wait for is done by a runner or by a server,
/// whose answers beside a thousand tests at a time find no thread for minutes. `scripts/test` knows them by this name.
@Suite("One after another", .serialized)
enum OneAfterAnother {}
