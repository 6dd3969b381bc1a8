internal import FoundationEssentials
public import Telemetry

/// The content of one kind of fact. Its JSON is written once and kept for ever, so a change of shape is a new schema.
public protocol FactPayload: Codable, Sendable {
  static var kind: FactKind { get }
}

extension FactPayload {
  /// The bytes the journal keeps: JSON with sorted keys, so that equal values have equal bytes.
  public func encoded() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
    do {
      return [UInt8](try encoder.encode(self))
    } catch {
      preconditionFailure("a fact payload of kind \(Self.kind.name) cannot be encoded: \(error)")
    }
  }

  public init(decoding bytes: [UInt8]) throws {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
    self = try decoder.decode(Self.self, from: Data(bytes))
  }

  /// The draft of a fact with this content.
  public func draft(
    in stream: Stream, about entity: EntityID, validAt: Timestamp, by actor: Actor, scope: Scope = .root,
    cause: JournalPosition? = nil
  ) -> FactDraft {
    FactDraft(
      stream: stream, entity: entity, kind: Self.kind, validAt: validAt, actor: actor, scope: scope, cause: cause,
      payload: encoded())
  }
}

/// Why a stored fact cannot be read by this program.
public enum FactReadError: Error, Sendable, Equatable, CustomStringConvertible {
  case newerSchema(kind: String, found: Int, known: Int)
  case unknownKind(String)
  case damaged(kind: String, problem: String)

  public var description: String {
    switch self {
    case .newerSchema(let kind, let found, let known):
      "fact '\(kind)' has schema \(found), this program knows \(known) – run the newer program that wrote it"
    case .unknownKind(let kind): "fact '\(kind)' is not known to this program – run the newer program that wrote it"
    case .damaged(let kind, let problem): "fact '\(kind)' cannot be read: \(problem) – run: watchkeeper verify"
    }
  }
}

/// Lifts a payload of an older schema by pure steps, each from schema n to n + 1, and decodes the result.
public struct SchemaLadder<Payload: FactPayload>: Sendable {
  public typealias Step = @Sendable ([UInt8]) throws -> [UInt8]

  /// `steps[0]` lifts schema 1 to 2, and so on.
  private let steps: [Step]

  public init(_ steps: [Step] = []) {
    precondition(steps.count == Payload.kind.schema - 1, "one step for each earlier schema of \(Payload.kind.name)")
    self.steps = steps
  }

  public func read(_ fact: Fact) throws(FactReadError) -> Payload {
    let known = Payload.kind.schema
    guard fact.kind.schema <= known else {
      throw .newerSchema(kind: fact.kind.name, found: fact.kind.schema, known: known)
    }
    guard fact.kind.schema >= 1 else {
      throw .damaged(kind: fact.kind.name, problem: "schema \(fact.kind.schema) does not exist")
    }
    do {
      var bytes = fact.payload
      for step in steps.dropFirst(fact.kind.schema - 1) { bytes = try step(bytes) }
      return try Payload(decoding: bytes)
    } catch {
      throw .damaged(kind: fact.kind.name, problem: String(describing: error))
    }
  }
}
