/// One module of a MIB file, its names not yet resolved.
public struct MIBModule: Sendable, Equatable {
  public let name: String
  public let file: String
  /// The module that each imported name comes from.
  public internal(set) var imports: [String: String] = [:]
  public internal(set) var definitions: [MIBDefinition] = []

  init(name: String, file: String) {
    self.name = name
    self.file = file
  }
}

/// What a module says that a name stands for.
public struct MIBDefinition: Sendable, Equatable {
  public enum Content: Sendable, Equatable {
    /// A place in the tree and nothing else.
    case place
    case object(MIBObject)
    /// The objects that it carries.
    case notification([String])
    /// Of version 1: numbered below its enterprise.
    case trap(enterprise: MIBPlace, variables: [String])
    case type(MIBType)
  }

  public let name: String
  public let content: Content
  /// Empty for a type.
  public let place: MIBPlace
  public let line: Int
  public let column: Int
}

/// A place in the tree, as written: a name or number to start from, and numbers.
public struct MIBPlace: Sendable, Equatable {
  /// `nil` when the place starts with a number.
  public var parent: String?
  public var numbers: [UInt32] = []
}

/// A type with what restricts it.
public struct MIBType: Sendable, Equatable {
  /// One of ASN.1's or SMI's, such as `OCTET STRING`, or a name of another type.
  public var base: String
  /// Words for numbers.
  public var enumeration: [MIBEnumerationItem] = []
  /// Octets of a text that always has as many.
  public var fixedSize: Int?
  public var displayHint: String?
  /// Of a table: its rows' type.
  public var isSequence = false
}

public struct MIBEnumerationItem: Sendable, Equatable {
  public let name: String
  public let number: Int
}

/// A managed object: a scalar, a table, a row or a column.
public struct MIBObject: Sendable, Equatable {
  public var type: MIBType
  public var access = ""
  public var units: String?
  public var description = ""
  /// Of a row.
  public var index: [MIBIndex] = []
  /// Of a row that continues another table's.
  public var augments: String?
}

/// A part of a row's key.
public struct MIBIndex: Sendable, Equatable {
  public let object: String
  /// Its length is not in the key, because nothing follows it.
  public let isImplied: Bool
}
