/// Modules whose names lead to each other: what a name stands for in the tree.
public struct MIBLibrary: Sendable {
  /// A definition and the module that it stands in.
  public struct Entry: Sendable {
    public let module: String
    public let definition: MIBDefinition
  }

  private var modules: [String: MIBModule] = [:]
  private var entries: [String: [String: MIBDefinition]] = [:]
  /// The modules that define a name, in the order they were added.
  private var definers: [String: [String]] = [:]

  /// Steps from a name to the root, or from a type to its base; more is a circle.
  private static let depthMax = 128

  public init() {}

  /// A module that was there already gives way.
  public mutating func add(_ module: MIBModule) {
    modules[module.name] = module
    var own: [String: MIBDefinition] = [:]
    for definition in module.definitions {
      own[definition.name] = definition
      if definers[definition.name]?.contains(module.name) != true {
        definers[definition.name, default: []].append(module.name)
      }
    }
    entries[module.name] = own
  }

  /// - Parameter name: `MODULE::name`, or a name alone.
  public func entry(_ name: String) -> Entry? {
    if let colons = name.firstRange(of: "::") {
      let module = String(name[..<colons.lowerBound])
      return entries[module]?[String(name[colons.upperBound...])].map { Entry(module: module, definition: $0) }
    }
    guard let module = definers[name]?.first else { return nil }
    return entries[module]?[name].map { Entry(module: module, definition: $0) }
  }

  /// A name as a module means it: its own, an imported one, or, where the import was forgotten, any.
  private func entry(_ name: String, from module: String) -> Entry? {
    for place in [module, modules[module]?.imports[name]].compactMap({ $0 }) {
      if let found = entries[place]?[name] { return Entry(module: place, definition: found) }
    }
    return MIBBuiltIn.places[name] == nil && MIBBuiltIn.types[name] == nil ? entry(name) : nil
  }

  /// Where an entry lies in the tree.
  public func identifier(of entry: Entry) throws(MIBError) -> ObjectIdentifier {
    let first = entry.definition
    if case .trap(let enterprise, _) = first.content {
      // RFC 3584 section 3.1: a zero stands between the enterprise and the trap's number.
      return try identifier(enterprise, [0] + first.place.numbers, entry)
    }
    return try identifier(first.place, [], entry)
  }

  private func identifier(
    _ place: MIBPlace, _ suffix: [UInt32], _ entry: Entry
  ) throws(MIBError) -> ObjectIdentifier {
    let start = entry
    var (place, entry) = (place, entry)
    var numbers = suffix
    for _ in 0..<Self.depthMax {
      numbers = place.numbers + numbers
      guard numbers.count <= ObjectIdentifier.subidentifiersMax else { break }
      guard let parent = place.parent else { return try checked(numbers, entry) }
      if let found = self.entry(parent, from: entry.module) {
        entry = found
        place = found.definition.place
      } else if let known = MIBBuiltIn.places[parent] {
        return try checked(known + numbers, entry)
      } else {
        let source = modules[entry.module]?.imports[parent]
        throw error("'\(parent)' is not known – \(source.map { "add the file of module \($0)" } ?? "import it")", entry)
      }
    }
    throw error("the place of '\(start.definition.name)' leads in a circle, or too deep", start)
  }

  private func checked(_ numbers: [UInt32], _ entry: Entry) throws(MIBError) -> ObjectIdentifier {
    guard let identifier = ObjectIdentifier(numbers) else {
      throw error("\(numbers.map(String.init).joined(separator: ".")) is no place for an object", entry)
    }
    return identifier
  }

  /// The type under all names that it was given: a type of SMI, with the restrictions nearest to the object.
  public func type(_ type: MIBType, in module: String) -> MIBType {
    var (type, module) = (type, module)
    for _ in 0..<Self.depthMax {
      let next: MIBType
      if let found = entry(type.base, from: module), case .type(let named) = found.definition.content {
        next = named
        module = found.module
      } else if let known = MIBBuiltIn.types[type.base] {
        next = known
      } else {
        return type
      }
      type = MIBType(
        base: next.base, enumeration: type.enumeration.isEmpty ? next.enumeration : type.enumeration,
        fixedSize: type.fixedSize ?? next.fixedSize, displayHint: type.displayHint ?? next.displayHint,
        isSequence: next.isSequence)
    }
    return type
  }

  /// What devices tell without being asked, in the order of modules and names.
  public var notifications: [Entry] {
    modules.keys.sorted().flatMap { module in
      (modules[module]?.definitions ?? []).compactMap { definition in
        switch definition.content {
        case .notification, .trap: Entry(module: module, definition: definition)
        case .place, .object, .type: nil
        }
      }
    }
  }

  /// The tables and scalars of a module that can be read, as `MODULE::name`.
  public func readable(of module: String) -> [String] {
    let own = modules[module]?.definitions ?? []
    var rows: Set<String> = []
    for definition in own {
      if case .object(let object) = definition.content, !object.index.isEmpty || object.augments != nil {
        rows.insert(definition.name)
      }
    }
    return own.compactMap { definition in
      guard case .object(let object) = definition.content, !rows.contains(definition.name) else { return nil }
      if object.type.isSequence { return "\(module)::\(definition.name)" }
      let isColumn = definition.place.parent.map(rows.contains) ?? false
      let isHidden = ["not-accessible", "accessible-for-notify"].contains(object.access)
      return isColumn || isHidden ? nil : "\(module)::\(definition.name)"
    }
  }

  /// The columns of a table by its name or its row's.
  public func columns(of name: String) -> [Entry] {
    guard let table = entry(name) else { return [] }
    var row = table
    if case .object(let object) = table.definition.content, object.type.isSequence {
      let rows = children(of: table)
      guard let first = rows.first else { return [] }
      row = first
    }
    return children(of: row)
  }

  private func children(of entry: Entry) -> [Entry] {
    let own = modules[entry.module]?.definitions ?? []
    return own.filter { definition in
      guard definition.place.parent == entry.definition.name, definition.place.numbers.count == 1 else { return false }
      if case .object = definition.content { return true } else { return false }
    }.map { Entry(module: entry.module, definition: $0) }
  }

  /// The parts of a row's key, with the object of each where its module is here.
  func index(of row: Entry) -> [(part: MIBIndex, object: MIBObject?, module: String)] {
    var row = row
    for _ in 0..<Self.depthMax {
      guard case .object(let object) = row.definition.content else { return [] }
      guard let augmented = object.augments else {
        return object.index.map { part in
          guard let found = entry(part.object, from: row.module), case .object(let object) = found.definition.content
          else { return (part, nil, row.module) }
          return (part, object, found.module)
        }
      }
      guard let base = entry(augmented, from: row.module) else { return [] }
      row = base
    }
    return []
  }

  /// The row of a table that is named itself or by its row.
  func row(_ name: String) -> Entry? {
    guard let table = entry(name), case .object(let object) = table.definition.content else { return nil }
    return object.type.isSequence ? children(of: table).first : table
  }

  private func error(_ problem: String, _ entry: Entry) -> MIBError {
    MIBError(
      file: modules[entry.module]?.file ?? entry.module, line: entry.definition.line, column: entry.definition.column,
      problem: problem)
  }
}
