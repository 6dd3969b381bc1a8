internal import Glibc
public import Telemetry

/// Why a list of targets was not taken: `place: key: what is wrong – what to do`.
public struct TargetListFault: Error, Hashable, Sendable {
  /// A file, or a URL without a user and password.
  public let source: String
  /// `nil` for a fault of the whole.
  public let line: Int?
  public let column: Int?
  /// Where in the list; empty for the whole.
  public let key: String
  public let fault: SettingsFault

  public init(
    _ source: String, line: Int? = nil, column: Int? = nil, key: String = "", _ fault: SettingsFault
  ) {
    self.source = source
    self.line = line
    self.column = column
    self.key = key
    self.fault = fault
  }

  /// `source:line:column`
  public var place: String { ([source] + [line, column].compactMap { $0.map(String.init) }).joined(separator: ":") }
}

/// Reads one list, in YAML or JSON.
public typealias TargetListReader =
  @Sendable (
    _ text: String, _ place: String
  ) -> Result<[DiscoveredGroup], TargetListFault>

/// One look at the files of an entry of `file_sd_configs`.
struct TargetFiles: Sendable {
  /// The longest list, of a server too; the default is 4 MiB.
  static let bytesMax = 4 << 20
  /// Files of one entry; the default is 1000, by name the first.
  static let filesMax = 1000

  /// Those that are there.
  private(set) var marks: [String: RegularFile.Mark] = [:]
  /// Those that were read: all that have changed since `known`.
  private(set) var lists: [String: Result<[DiscoveredGroup], TargetListFault>] = [:]
  private(set) var missing: [TargetListFault] = []

  /// - Parameters:
  ///   - folder: what relative patterns begin in.
  ///   - known: files that are not read again while they look the same.
  init(
    _ settings: FileTargets, in folder: String, knowing known: [String: RegularFile.Mark],
    _ read: TargetListReader
  ) {
    let paths = Set(
      settings.patterns.flatMap { pattern in
        let found = Self.matches(pattern.hasPrefix("/") ? pattern : folder + "/" + pattern)
        if found.isEmpty, !pattern.contains("*") {
          missing.append(TargetListFault(pattern, SettingsFault("fault.targets.missing")))
        }
        return found
      })
    for path in paths.sorted().prefix(Self.filesMax) {
      guard let mark = RegularFile.mark(of: path) else {
        lists[path] = .failure(Self.unreadable(path))
        marks[path] = RegularFile.Mark(modified: 0, length: -1)
        continue
      }
      marks[path] = mark
      guard known[path] != mark else { continue }
      lists[path] = Self.list(at: path, read)
    }
  }

  private static func list(at path: String, _ read: TargetListReader) -> Result<[DiscoveredGroup], TargetListFault> {
    guard let file = RegularFile(path, bytesMax: bytesMax) else { return .failure(unreadable(path)) }
    guard let text = String(validating: file.bytes, as: UTF8.self) else {
      return .failure(TargetListFault(path, SettingsFault("fault.targets.encoding")))
    }
    return read(text, path).map { groups in groups.map { $0.adding("__meta_filepath", path) } }
  }

  private static func unreadable(_ path: String) -> TargetListFault {
    TargetListFault(path, SettingsFault("fault.targets.unreadable", ["mebibytes": String(bytesMax >> 20)]))
  }

  /// Paths that exist; the last part of the pattern may hold one `*`.
  private static func matches(_ pattern: String) -> [String] {
    guard let slash = pattern.lastIndex(of: "/"), let star = pattern.lastIndex(of: "*") else {
      return access(pattern, F_OK) == 0 ? [pattern] : []
    }
    let folder = String(pattern[..<slash])
    let begin = pattern[pattern.index(after: slash)..<star]
    let end = pattern[pattern.index(after: star)...]
    return Folder.names(in: folder).filter { name in
      name.utf8.count >= begin.utf8.count + end.utf8.count && name.hasPrefix(begin) && name.hasSuffix(end)
        && (!name.hasPrefix(".") || begin.hasPrefix("."))
    }.map { "\(folder)/\($0)" }
  }
}
