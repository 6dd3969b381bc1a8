internal import Telemetry
internal import Yams

/// What probes with `template: NAME` begin with: each file of `probes/templates` is one probe without a name.
///
/// Merged as YAML, before anything is decoded: a probe out of a template is checked like one that was written out.
struct ProbeTemplates {
  private var templates: [String: Node] = [:]

  /// A template of the operator's takes the place of a packaged one with the same name.
  init(_ files: ConfigurationFiles, _ errors: inout [SettingsError]) {
    errors += files.unreadable[.probeTemplates] ?? []
    let files = files.files(of: .probeTemplates)
    for file in files.filter(\.isPackaged) + files.filter({ !$0.isPackaged }) {
      do throws(SettingsError) {
        let document = try SettingsDocument(text: file.text, file: file.path)
        guard let root = document.root, root.mapping != nil else {
          throw SettingsError(ofFile: file.path, "fault.template.shape")
        }
        templates[SourcePath.name(of: file.path).prefix { $0 != "." }.description] = root
      } catch {
        errors.append(error)
      }
    }
  }

  /// Those that the program brings, and those that lie beside a file of probes.
  static func beside(_ path: String) throws(SettingsErrors) -> ProbeTemplates {
    let folder = SourcePath.folder(of: path)
    let configuration = SourcePath.folder(of: folder)
    let own =
      SourcePath.name(of: folder) == "probes"
      ? try ConfigurationFiles.read(configuration.isEmpty ? "." : configuration) : nil
    var errors: [SettingsError] = []
    let files = (own ?? ConfigurationFiles(files: [])).adding(PackagedFiles.files(PackagedSettings()))
    let templates = ProbeTemplates(files, &errors)
    guard errors.isEmpty else { throw SettingsErrors(errors: errors) }
    return templates
  }

  var names: [String] { templates.keys.sorted() }

  /// A file of probes, or one probe alone, with the templates that it names. A template that is not there is a fault and
  /// takes the probe out.
  func applied(to root: Node, of document: SettingsDocument, _ errors: inout [SettingsError]) -> Node {
    guard let probes = root.child(TextKey("probes")) else {
      return filled(root, of: document, &errors) ?? root
    }
    guard case .sequence(let list) = probes, let pairs = root.settingsPairs else { return root }
    var filledList: [Node] = []
    for probe in list {
      if let node = filled(probe, of: document, &errors) { filledList.append(node) }
    }
    let replaced = pairs.map { key, value in
      (key, key.string == "probes" ? Node.sequence(.init(filledList, list.tag, list.style, list.mark)) : value)
    }
    return .mapping(.init(replaced, root.tag, .any, root.mark))
  }

  private func filled(_ probe: Node, of document: SettingsDocument, _ errors: inout [SettingsError]) -> Node? {
    guard let chosen = probe.child(TextKey("template")), let name = chosen.string else { return probe }
    guard let template = templates[name] else {
      let known = Spelling.argument(for: name, among: names)
      errors.append(
        SettingsError(
          at: document.place(of: chosen), key: "probes.template", "fault.template.unknown",
          ["word": name, "known": known]))
      return nil
    }
    let nameless = Node.mapping(.init([(Node("name"), Node(name))], .implicit, .any, chosen.mark))
    let own = Self.merged(probe, over: template.placed(at: chosen.mark), leavingOut: "template")
    return Self.merged(own, over: nameless)
  }

  /// The pairs of both; of two with one key the first node's. Labels and settings are merged the same way.
  private static func merged(_ own: Node, over template: Node, leavingOut key: String? = nil) -> Node {
    var pairs = (own.settingsPairs ?? []).filter { $0.key.string != key }
    for (key, value) in template.settingsPairs ?? [] {
      guard let index = pairs.firstIndex(where: { $0.key.string == key.string }) else {
        pairs.append((key, value))
        continue
      }
      if ["labels", "settings"].contains(key.string), pairs[index].value.mapping != nil, value.mapping != nil {
        pairs[index].value = merged(pairs[index].value, over: value)
      }
    }
    return .mapping(.init(pairs.map { ($0.key, $0.value) }, own.tag, .any, own.mark))
  }
}

extension Node {
  /// The same, as if it stood elsewhere: what is wrong with a template's part is shown where the template is chosen.
  fileprivate func placed(at mark: Mark?) -> Node {
    switch self {
    case .scalar(let scalar): .scalar(.init(scalar.string, scalar.tag, scalar.style, mark))
    case .mapping(let mapping):
      .mapping(
        .init(mapping.map { ($0.key.placed(at: mark), $0.value.placed(at: mark)) }, mapping.tag, mapping.style, mark))
    case .sequence(let sequence):
      .sequence(.init(sequence.map { $0.placed(at: mark) }, sequence.tag, sequence.style, mark))
    case .alias: self
    }
  }
}
