internal import Foundation

/// A text file of the operator's.
enum SourceFile {
  /// - Parameter name: as messages name it, when that is not its path.
  static func text(of path: String, named name: String? = nil) throws(SettingsError) -> String {
    guard FileManager.default.fileExists(atPath: path) else {
      throw SettingsError(ofFile: name ?? path, "fault.file.absent")
    }
    let content: Foundation.Data
    do {
      content = try Foundation.Data(contentsOf: URL(filePath: path))
    } catch {
      throw SettingsError(ofFile: name ?? path, "fault.file.unopened", ["path": path])
    }
    guard let text = String(data: content, encoding: .utf8) else {
      throw SettingsError(ofFile: name ?? path, "fault.file.encoding")
    }
    return text
  }
}

extension SettingsDocument {
  /// A file that a command line, or a file that it names, leads to.
  static func reading(_ path: String) throws(SettingsErrors) -> SettingsDocument {
    do throws(SettingsError) {
      return try SettingsDocument(text: try SourceFile.text(of: path), file: path)
    } catch {
      throw SettingsErrors(error)
    }
  }
}

/// Paths as a person would write them.
enum SourcePath {
  /// - Parameter folder: empty or `.`: where we are.
  static func join(_ folder: String, _ name: String) -> String {
    if folder.isEmpty || folder == "." || name.hasPrefix("/") { return name }
    return folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }
}
