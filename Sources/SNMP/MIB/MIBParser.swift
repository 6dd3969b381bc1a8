/// Reads modules of SMIv1 and SMIv2.
///
/// It takes what vendors write: trailing commas, missing ones, underscores, macros of their own, clauses that no standard
/// has. What it does not need it skips.
/// - Source: RFC 1155, RFC 1212, RFC 1215, RFC 2578 to RFC 2580.
public struct MIBParser {
  /// The default is 8 MiB; the greatest files of vendors have 2.
  public static let fileBytesMax = 8 << 20

  private let file: String
  private var lexer: MIBLexer
  private var token: MIBToken
  private var following: MIBToken

  /// - Throws: what is wrong, at its place.
  public static func modules(in bytes: [UInt8], file: String) throws(MIBError) -> [MIBModule] {
    guard bytes.count <= fileBytesMax else {
      throw MIBError(
        file: file, line: 1, column: 1, problem: "the file is larger than \(fileBytesMax) bytes – split it")
    }
    var parser = try MIBParser(bytes, file)
    var modules: [MIBModule] = []
    while parser.token.kind != .end { modules.append(try parser.module()) }
    guard !modules.isEmpty else {
      throw parser.error("the file holds no module – it begins with NAME DEFINITIONS ::= BEGIN")
    }
    return modules
  }

  private init(_ bytes: [UInt8], _ file: String) throws(MIBError) {
    self.file = file
    lexer = MIBLexer(bytes, file: file)
    token = try lexer.next()
    following = try lexer.next()
  }

  // MARK: Tokens

  private func error(_ problem: String) -> MIBError {
    MIBError(file: file, line: token.line, column: token.column, problem: problem)
  }

  private func unexpected(_ wanted: String) -> MIBError {
    error(
      token.kind == .end
        ? "the file ends where \(wanted) is due" : "'\(token.text.prefix(40))' stands where \(wanted) is due")
  }

  private mutating func advance() throws(MIBError) {
    token = following
    following = try lexer.next()
  }

  private func isSign(_ text: String) -> Bool { token.kind == .sign && token.text == text }

  private func isWord(_ text: String) -> Bool { token.kind == .word && token.text == text }

  private mutating func skip(sign text: String) throws(MIBError) {
    guard isSign(text) else { throw unexpected("'\(text)'") }
    try advance()
  }

  private mutating func skip(word text: String) throws(MIBError) {
    guard isWord(text) else { throw unexpected("'\(text)'") }
    try advance()
  }

  private mutating func name(_ wanted: String) throws(MIBError) -> String {
    guard token.kind == .word else { throw unexpected(wanted) }
    let text = token.text
    try advance()
    return text
  }

  /// Goes behind what one bracket opens.
  private mutating func skipBrackets() throws(MIBError) {
    var depth = 0
    repeat {
      if token.kind == .end { throw unexpected("a closing bracket") }
      if token.kind == .sign {
        if "{([".contains(token.text) { depth += 1 }
        if "})]".contains(token.text) { depth -= 1 }
      }
      try advance()
    } while depth > 0
  }

  // MARK: Modules

  private mutating func module() throws(MIBError) -> MIBModule {
    var module = MIBModule(name: try name("a module's name"), file: file)
    if isSign("{") { try skipBrackets() }  // the module's own identifier
    try skip(word: "DEFINITIONS")
    while token.kind == .word { try advance() }  // IMPLICIT TAGS
    try skip(sign: "::=")
    try skip(word: "BEGIN")
    while !isWord("END") {
      switch token.text {
      case "IMPORTS" where token.kind == .word: try imports(into: &module)
      case "EXPORTS" where token.kind == .word:
        while !isSign(";") { try advanceInside() }
        try advance()
      case ";" where token.kind == .sign: try advance()
      default: try definition(into: &module)
      }
    }
    try advance()
    return module
  }

  private mutating func advanceInside() throws(MIBError) {
    if token.kind == .end { throw unexpected("the rest of a module, and END") }
    try advance()
  }

  private mutating func imports(into module: inout MIBModule) throws(MIBError) {
    try advance()
    var names: [String] = []
    while !isSign(";") {
      // A module without the semicolon: the next definition begins here.
      if names.count == 1, isSign("::=") || token.text == "OBJECT" { throw unexpected("';' behind the imports") }
      if isWord("FROM") {
        try advance()
        let source = try name("a module's name")
        for name in names { module.imports[name] = source }
        names = []
      } else {
        if token.kind == .word { names.append(token.text) }
        try advanceInside()
      }
    }
    try advance()
  }

  // MARK: Definitions

  private mutating func definition(into module: inout MIBModule) throws(MIBError) {
    let (line, column) = (token.line, token.column)
    let name = try name("a definition")
    var place = MIBPlace()
    var content = MIBDefinition.Content.place
    switch token.text {
    case "MACRO":
      while !isWord("END") { try advanceInside() }
      return try advance()
    case "::=":
      try advance()
      content = .type(try typeAssignment())
    case "OBJECT" where following.text == "IDENTIFIER":
      try advance()
      try advance()
      try skip(sign: "::=")
      place = try self.place()
    case "OBJECT-TYPE":
      content = .object(try objectType())
      try skip(sign: "::=")
      place = try self.place()
    case "TRAP-TYPE": (content, place) = try trapType()
    default:
      guard token.kind == .word else { throw unexpected("what '\(name)' is, such as OBJECT-TYPE or '::='") }
      let isNotification = isWord("NOTIFICATION-TYPE")
      try advance()
      var objects: [String] = []
      while !isSign("::=") {
        if isWord("OBJECTS"), following.text == "{" {
          try advance()
          objects = try names()
        } else {
          try advanceInside()
        }
      }
      try advance()
      place = try self.place()
      if isNotification { content = .notification(objects) }
    }
    module.definitions.append(MIBDefinition(name: name, content: content, place: place, line: line, column: column))
  }

  /// `{ parent 1 child(2) }`, or a number alone.
  private mutating func place() throws(MIBError) -> MIBPlace {
    var place = MIBPlace()
    if token.kind == .number {
      place.numbers = [try subidentifier()]
      return place
    }
    try skip(sign: "{")
    while !isSign("}") {
      switch token.kind {
      case .number: place.numbers.append(try subidentifier())
      case .word where following.text == "(":
        // The number says what the name does: `iso(1)`, `internet(1)`.
        try advance()
        try advance()
        place.numbers.append(try subidentifier())
        try skip(sign: ")")
      case .word:
        guard place.parent == nil, place.numbers.isEmpty else { throw unexpected("a number") }
        place.parent = token.text
        try advance()
      case .sign where token.text == "," || token.text == ".": try advance()
      default: throw unexpected("a number or '}'")
      }
      guard place.numbers.count <= ObjectIdentifier.subidentifiersMax else {
        throw error("an identifier has at most \(ObjectIdentifier.subidentifiersMax) numbers")
      }
    }
    try advance()
    return place
  }

  private mutating func subidentifier() throws(MIBError) -> UInt32 {
    guard token.kind == .number, let number = UInt32(token.text) else { throw unexpected("a number below 4294967296") }
    try advance()
    return number
  }

  private mutating func names() throws(MIBError) -> [String] {
    try skip(sign: "{")
    var names: [String] = []
    while !isSign("}") {
      if token.kind == .word { names.append(token.text) }
      try advanceInside()
    }
    try advance()
    return names
  }

  // MARK: Macros

  private mutating func objectType() throws(MIBError) -> MIBObject {
    try advance()
    var object = MIBObject(type: MIBType(base: ""))
    while !isSign("::=") {
      let clause = token.kind == .word ? token.text : ""
      switch clause {
      case "SYNTAX":
        try advance()
        object.type = try type()
      case "ACCESS", "MAX-ACCESS":
        try advance()
        object.access = try name("an access, such as read-only")
      case "UNITS":
        try advance()
        object.units = try text()
      case "DESCRIPTION":
        try advance()
        object.description = try text()
      case "AUGMENTS":
        try advance()
        object.augments = try names().first
      case "INDEX":
        try advance()
        object.index = try index()
      default:
        if isSign("{") { try skipBrackets() } else { try advanceInside() }
      }
    }
    guard !object.type.base.isEmpty else { throw error("the object has no SYNTAX – add one before '::='") }
    return object
  }

  private mutating func text() throws(MIBError) -> String {
    guard token.kind == .text else { throw unexpected("a text in double quotes") }
    let text = token.text
    try advance()
    return text
  }

  private mutating func index() throws(MIBError) -> [MIBIndex] {
    try skip(sign: "{")
    var parts: [MIBIndex] = []
    var isImplied = false
    while !isSign("}") {
      if isWord("IMPLIED") {
        isImplied = true
      } else if token.kind == .word {
        parts.append(MIBIndex(object: token.text, isImplied: isImplied))
      }
      try advanceInside()
    }
    try advance()
    return parts
  }

  private mutating func trapType() throws(MIBError) -> (MIBDefinition.Content, MIBPlace) {
    try advance()
    var enterprise = MIBPlace()
    var variables: [String] = []
    while !isSign("::=") {
      if isWord("ENTERPRISE") {
        try advance()
        enterprise = isSign("{") ? try place() : MIBPlace(parent: try name("an enterprise's name"))
      } else if isWord("VARIABLES"), following.text == "{" {
        try advance()
        variables = try names()
      } else {
        try advanceInside()
      }
    }
    try advance()
    return (.trap(enterprise: enterprise, variables: variables), try place())
  }

  // MARK: Types

  private mutating func typeAssignment() throws(MIBError) -> MIBType {
    guard isWord("TEXTUAL-CONVENTION") else { return try type() }
    try advance()
    var hint: String?
    while !isWord("SYNTAX") {
      if isWord("DISPLAY-HINT") {
        try advance()
        hint = try text()
      } else {
        try advanceInside()
      }
    }
    try advance()
    var type = try type()
    type.displayHint = hint
    return type
  }

  private mutating func type() throws(MIBError) -> MIBType {
    if isSign("[") { try skipBrackets() }  // a tag
    while isWord("IMPLICIT") || isWord("EXPLICIT") { try advance() }
    var type = MIBType(base: try name("a type"))
    switch type.base {
    case "OCTET":
      try skip(word: "STRING")
      type.base = "OCTET STRING"
    case "OBJECT":
      try skip(word: "IDENTIFIER")
      type.base = "OBJECT IDENTIFIER"
    case "SEQUENCE" where isWord("OF"):
      try advance()
      type = MIBType(base: try name("a row's type"), isSequence: true)
    case "SEQUENCE", "CHOICE": type.isSequence = true
    default: break
    }
    if isSign("{") {
      if type.isSequence { try skipBrackets() } else { type.enumeration = try enumeration() }
    }
    while isSign("(") {
      if following.text == "SIZE" { type.fixedSize = try size() } else { try skipBrackets() }
    }
    return type
  }

  /// `{ up(1), down(2) }`
  private mutating func enumeration() throws(MIBError) -> [MIBEnumerationItem] {
    try skip(sign: "{")
    var items: [MIBEnumerationItem] = []
    while !isSign("}") {
      if isSign(",") {
        try advance()
        continue
      }
      guard token.kind == .word || token.kind == .number else {
        throw unexpected("a name with its number, such as up(1)")
      }
      let name = token.text
      try advance()
      try skip(sign: "(")
      let isNegative = isSign("-")
      if isNegative { try advance() }
      guard token.kind == .number, let number = Int(token.text) else { throw unexpected("a number") }
      try advance()
      try skip(sign: ")")
      items.append(MIBEnumerationItem(name: name, number: isNegative ? -number : number))
    }
    try advance()
    return items
  }

  /// `(SIZE (6))`: only a single number is a fixed size.
  private mutating func size() throws(MIBError) -> Int? {
    try advance()
    try advance()
    try skip(sign: "(")
    var size = token.kind == .number ? Int(token.text) : nil
    try advanceInside()
    if !isSign(")") { size = nil }
    for _ in 0..<2 {
      while !isSign(")") { try advanceInside() }
      try advance()
    }
    return size
  }
}
