internal import Probes
internal import Telemetry

/// A list of targets in Prometheus' format, in YAML or JSON, which is YAML too.
enum TargetListFile {
  static let read: TargetListReader = { text, place in
    do throws(SettingsErrors) {
      return .success(try groups(text, place))
    } catch {
      guard let first = error.errors.first else { return .success([]) }
      return .failure(
        TargetListFault(
          first.place.file, line: first.place.line, column: first.place.column, key: first.key, first.fault))
    }
  }

  private static func groups(_ text: String, _ place: String) throws(SettingsErrors) -> [DiscoveredGroup] {
    let document: SettingsDocument
    do throws(SettingsError) {
      document = try SettingsDocument(text: text, file: place)
    } catch {
      throw SettingsErrors(error)
    }
    guard let root = document.root else { return [] }
    return try SettingsDecoder.decode([DiscoveredGroup].self, from: root, of: document)
  }
}
