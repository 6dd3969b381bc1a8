internal import CPackagedFiles

/// The definitions that the program brings: probes of this host, templates for those of services, rule packs, plans for
/// its care.
enum PackagedFiles {
  /// Before the path of every packaged file, in messages and in the identity of its rule groups.
  static let prefix = "packaged/"

  static let all: [ConfigurationFiles.File] = (0..<watchkeeper_packaged_count()).compactMap { index in
    var length = 0
    guard let name = watchkeeper_packaged_name(index).map({ String(cString: $0) }),
      let bytes = watchkeeper_packaged_bytes(index, &length),
      let kind = ConfigurationFiles.Kind(rawValue: SourcePath.folder(of: name))
    else { return nil }
    let text = String(decoding: UnsafeBufferPointer(start: bytes, count: length), as: UTF8.self)
    return ConfigurationFiles.File(kind: kind, path: prefix + name, text: text)
  }

  /// Those that take part.
  static func files(_ settings: PackagedSettings) -> [ConfigurationFiles.File] {
    all.filter { file in
      switch file.kind {
      case .probes, .deviceProfiles: settings.probes
      case .probeTemplates: true
      case .rules: settings.rules
      case .plans: settings.plans
      case .settings, .inventory, .ruleSettings, .mibs, .foreignMIBs: false
      }
    }
  }
}
