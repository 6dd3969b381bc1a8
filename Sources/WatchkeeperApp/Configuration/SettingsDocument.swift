internal import Yams

/// One YAML file, composed and bounded, ready to be decoded piece by piece.
struct SettingsDocument {
  let file: String
  /// `nil` for a file with nothing but comments.
  let root: Node?
  /// Where a second document begins that is not read; `nil` when there is none.
  let surplus: SourcePlace?

  /// What is made of documents after the first.
  enum Documents { case one, firstOfSeveral }

  /// The largest configuration file; the default is 4 MiB.
  static let byteLimit = 4 << 20
  /// The most nodes after aliases are expanded, against documents that explode; the default is 200,000.
  static let nodeLimit = 200_000

  init(text: String, file: String, _ documents: Documents = .one) throws(SettingsError) {
    self.file = file
    // `check` and `run` alike: it was most likely cut off while it was written.
    guard !text.allSatisfy(\.isWhitespace) else {
      throw SettingsError(ofFile: file, "fault.yaml.empty")
    }
    guard text.utf8.count <= Self.byteLimit else {
      throw SettingsError(
        ofFile: file, "fault.yaml.too-large",
        ["mebibytes": String(Self.byteLimit >> 20)])
    }
    do {
      let parser = try Yams.Parser(yaml: text)
      switch documents {
      case .one: (root, surplus) = (try parser.singleRoot(), nil)
      case .firstOfSeveral:
        root = try parser.nextRoot()
        surplus = try parser.nextRoot().map { SourcePlace(file: file, line: $0.mark?.line ?? 1, column: 1) }
      }
    } catch let error as YamlError {
      throw Self.explain(error, file: file)
    } catch {
      throw SettingsError(ofFile: file, "fault.yaml.unreadable", ["problem": "\(error)"])
    }
    var budget = Self.nodeLimit
    if let root, !Self.spend(&budget, on: root, depth: 0) {
      throw SettingsError(
        at: SourcePlace(file: file, line: 1, column: 1),
        "fault.yaml.exploding", ["count": String(Self.nodeLimit), "depth": String(Self.depthLimit)])
    }
  }

  /// Deepest nesting; the default is 64.
  static let depthLimit = 64

  private static func spend(_ budget: inout Int, on node: Node, depth: Int) -> Bool {
    budget -= 1
    guard budget > 0, depth < depthLimit else { return false }
    switch node {
    case .mapping(let mapping):
      for (key, value) in mapping
      where !spend(&budget, on: key, depth: depth + 1) || !spend(&budget, on: value, depth: depth + 1) {
        return false
      }
    case .sequence(let sequence):
      for item in sequence where !spend(&budget, on: item, depth: depth + 1) { return false }
    case .scalar, .alias: break
    }
    return true
  }

  func place(of node: Node) -> SourcePlace {
    SourcePlace(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
  }

  private static func explain(_ error: YamlError, file: String) -> SettingsError {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let place = SourcePlace(file: file, line: mark.line, column: mark.column)
      let where_ = context.map { " \($0.text)" } ?? ""
      return SettingsError(at: place, "fault.yaml.malformed", ["problem": problem + where_])
    case .duplicatedKeysInMapping(let duplicates, let context):
      // The mark is that of the key's first occurrence or a later one, whichever Yams grouped first.
      let place = SourcePlace(file: file, line: context.mark.line, column: context.mark.column)
      return SettingsError(at: place, key: duplicates.first ?? "", "fault.yaml.repeated-key")
    default:
      return SettingsError(ofFile: file, "fault.yaml.unreadable", ["problem": "\(error)"])
    }
  }
}
