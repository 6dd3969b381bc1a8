internal import Foundation

/// A text file that a command line names.
enum SourceFile {
  static func text(of path: String) throws(SettingsError) -> String {
    guard FileManager.default.fileExists(atPath: path) else {
      throw fault(path, "there is no such file or folder", hint: "check the path")
    }
    let content: Foundation.Data
    do {
      content = try Foundation.Data(contentsOf: URL(filePath: path))
    } catch {
      throw fault(path, "cannot be opened", hint: "check the owner and the mode of \(path)")
    }
    guard let text = String(data: content, encoding: .utf8) else {
      throw fault(path, "is not UTF-8 text", hint: "save it as UTF-8")
    }
    return text
  }

  private static func fault(_ path: String, _ problem: String, hint: String) -> SettingsError {
    SettingsError(at: SourcePlace(file: path, line: 1, column: 1), problem, hint: hint)
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
