extension MIBLibrary {
  /// A device profile, as a file under `probes/snmp/`, that reads these tables and scalars.
  ///
  /// - Parameter names: `MODULE::name`, or names alone.
  /// - Throws: what is unknown, or has no place.
  public func profileText(named profile: String, of names: [String]) throws(MIBError) -> String {
    var scalars = ""
    var tables = ""
    var present: ObjectIdentifier?
    for name in names {
      guard let entry = entry(name), case .object(let object) = entry.definition.content else {
        throw MIBError(
          file: name, line: 1, column: 1, problem: "no object of this name is in the MIB files – check its spelling")
      }
      if present == nil { present = try identifier(of: entry) }
      if let row = row(name), isRow(row) {
        tables += try tableText(row, named: entry.definition.name)
      } else {
        scalars += try metricText(entry, object, indent: "  ")
      }
    }
    var text = "profile: \(profile)\n"
    if let present { text += "present: \(present)\n" }
    if !scalars.isEmpty { text += "scalars:\n" + scalars }
    if !tables.isEmpty { text += "tables:\n" + tables }
    return text
  }

  private func isRow(_ entry: Entry) -> Bool {
    guard case .object(let object) = entry.definition.content else { return false }
    return !object.index.isEmpty || object.augments != nil
  }

  private func tableText(_ row: Entry, named name: String) throws(MIBError) -> String {
    var text = "  - name: \(name)\n"
    let index = keyParts(row)
    if !index.isEmpty {
      text += "    index: [" + index.map { "{name: \($0.name), type: \($0.kind)}" }.joined(separator: ", ") + "]\n"
      text += "    labels:\n" + index.map { "      - {label: \($0.name), index: \($0.name)}\n" }.joined()
    }
    text += "    metrics:\n"
    let parts = Set(index.map(\.name))
    for column in columns(of: row.definition.name) where !parts.contains(column.definition.name) {
      guard case .object(let object) = column.definition.content, object.access != "not-accessible" else { continue }
      text += try metricText(column, object, indent: "      ")
    }
    return text
  }

  /// The parts up to the first that a profile has no word for.
  private func keyParts(_ row: Entry) -> [(name: String, kind: String)] {
    var parts: [(name: String, kind: String)] = []
    var index = self.index(of: row)[...]
    while let (part, object, module) = index.popFirst() {
      if object?.type.base == "InetAddressType", let next = index.first, next.object?.type.base == "InetAddress" {
        index = index.dropFirst()
        parts.append((next.part.object, "inet"))
        continue
      }
      guard let kind = keyKind(part, object, module) else { break }
      parts.append((part.object, kind))
    }
    return parts
  }

  private func keyKind(_ part: MIBIndex, _ object: MIBObject?, _ module: String) -> String? {
    guard let object else { return MIBBuiltIn.integerObjects.contains(part.object) ? "integer" : nil }
    let type = type(object.type, in: module)
    switch type.base {
    case "OCTET STRING":
      guard let size = type.fixedSize else { return part.isImplied ? "rest" : "string" }
      return size == 6 ? "mac" : nil
    case "IpAddress": return "ipv4"
    case "OBJECT IDENTIFIER", "BITS", "Opaque": return nil
    default: return "integer"
    }
  }

  private func metricText(_ entry: Entry, _ object: MIBObject, indent: String) throws(MIBError) -> String {
    let type = type(object.type, in: entry.module)
    var text = "\(indent)- {metric: \(Self.metricName(entry.definition.name)), oid: \(try identifier(of: entry))"
    switch type.base {
    case "Counter", "Counter32", "Counter64": text += ", type: counter"
    case "OCTET STRING", "OBJECT IDENTIFIER", "IpAddress", "BITS", "Opaque": text += ", type: info"
    default: break
    }
    return text + ", help: \(Self.quoted(Self.help(object, type)))}\n"
  }

  /// Names of metrics have no hyphens.
  private static func metricName(_ name: String) -> String {
    String(name.map { $0 == "-" ? "_" : $0 })
  }

  /// The first sentence that the module says of the object, and the words for its numbers.
  private static func help(_ object: MIBObject, _ type: MIBType) -> String {
    let words = object.description.split { $0.isWhitespace }.joined(separator: " ")
    var help = words.firstRange(of: ". ").map { String(words[..<$0.lowerBound]) + "." } ?? words
    if help.count > helpMax { help = help.prefix(helpMax - 1) + "…" }
    if let units = object.units { help += " Unit: \(units)." }
    let states = type.enumeration.prefix(16).map { "\($0.number) \($0.name)" }.joined(separator: ", ")
    return states.isEmpty ? help : help + " Values: \(states)."
  }

  /// Characters of a sentence.
  private static let helpMax = 160

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
