public import Interchange

/// The door that samples come in by.
public protocol WriteDoor: Sendable {
  /// Takes a remote-write body.
  ///
  /// - Parameter source: whose body it is; each has a memory of its own series.
  func write(_ body: [UInt8], _ version: RemoteWriteVersion, from source: String) async -> WriteAnswer
}

/// What a sender is told.
public struct WriteAnswer: Sendable, Equatable {
  public enum Verdict: Sendable, Equatable {
    /// Everything was taken.
    case taken
    /// Some of it never will be: sending again changes nothing.
    case refused(String)
    /// The sender may come again.
    case later(String)
  }

  public let verdict: Verdict
  public let samples: Int
  public let histograms: Int

  public init(_ verdict: Verdict, samples: Int = 0, histograms: Int = 0) {
    self.verdict = verdict
    self.samples = samples
    self.histograms = histograms
  }
}
