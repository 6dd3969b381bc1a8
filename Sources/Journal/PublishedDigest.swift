internal import FoundationEssentials
public import Records
public import Telemetry

/// A digest of the chain that was published outside the journal, and the fact that it stands after.
public struct PublishedDigest: Hashable, Sendable {
  public let position: JournalPosition
  public let digest: Digest
  /// `nil` when the line that told of it does not say.
  public let publishedAt: Timestamp?

  public init(position: JournalPosition, digest: Digest, publishedAt: Timestamp? = nil) {
    self.position = position
    self.digest = digest
    self.publishedAt = publishedAt
  }
}

extension PublishedDigest {
  private static let lead = "journal: position "

  /// `journal: position 7, digest 2e4b…, at 2026-11-21T06:30:00Z`: what the log and the file of digests say.
  public var line: String {
    "\(Self.lead)\(position.number), digest \(digest)" + (time.map { ", at \($0)" } ?? "")
  }

  /// - Parameter line: may have anything in front, such as the time and host of a syslog line.
  /// - Returns: `nil` when the line tells of no digest.
  public init?(line: some StringProtocol) {
    let words = line.split(whereSeparator: { $0 == " " || $0 == "," || $0.isNewline })
    guard let start = words.lastIndex(of: "position"), start > 0, words[start - 1] == "journal:",
      words.count > start + 3, words[start + 2] == "digest",
      let number = Int64(words[start + 1]), number >= 0, let digest = Digest(hexadecimal: words[start + 3])
    else { return nil }
    var time: Timestamp?
    if words.count > start + 5, words[start + 4] == "at",
      let date = try? Date(String(words[start + 5]), strategy: .iso8601)
    {
      time = Timestamp(seconds: date.timeIntervalSince1970)
    }
    self.init(position: JournalPosition(number), digest: digest, publishedAt: time)
  }

  /// Every digest that the lines of a text tell of.
  public static func all(in text: String) -> [PublishedDigest] {
    text.split(whereSeparator: \.isNewline).compactMap { PublishedDigest(line: $0) }
  }

  private var time: String? {
    publishedAt.map { Date(timeIntervalSince1970: Double($0.milliseconds / 1000)).formatted(.iso8601) }
  }
}
