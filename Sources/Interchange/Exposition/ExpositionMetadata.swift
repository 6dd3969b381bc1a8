/// The `# TYPE`, `# HELP` and `# UNIT` lines of a body.
enum ExpositionMetadata {
  /// - Parameter scanner: at the beginning of a body that was read before, without an error.
  static func read(_ start: ExpositionScanner) -> [MetricMetadata] {
    var scanner = start
    var found: [MetricMetadata] = []
    var places: [String: Int] = [:]
    do throws(ExpositionError) {
      while true {
        switch try scanner.nextLine() {
        case .end: return found
        case .series: scanner.skipLine()
        case .metadata:
          let line = scanner.metadata
          let family = scanner.name(line.family)
          guard let place = places[family] ?? (found.count < MetadataTable.familiesMax ? found.count : nil) else {
            continue
          }
          if place == found.count {
            found.append(MetricMetadata(family: family))
            places[family] = place
          }
          switch line.field {
          case .type: found[place].type = MetricType(rawValue: scanner.text(scanner.trimmed(line.text))) ?? .unknown
          case .help: found[place].help = scanner.help(line.text)
          case .unit: found[place].unit = scanner.text(scanner.trimmed(line.text))
          }
        }
      }
    } catch {
      return found
    }
  }
}
