internal import Foundation

/// A text file of the operator's.
enum SourceFile {
  /// - Parameter name: as messages name it, when that is not its path.
  static func text(of path: String, named name: String? = nil) throws(SettingsError) -> String {
    if path == standardInput { return try standardInputText() }
    guard FileManager.default.fileExists(atPath: path) else {
      throw SettingsError(ofFile: name ?? path, "fault.file.absent")
    }
    let content: Foundation.Data
    do {
      content = try Foundation.Data(contentsOf: URL(filePath: path))
    } catch {
      throw SettingsError(ofFile: name ?? path, "fault.file.unopened", ["path": path])
    }
    return try text(of: content, named: name ?? path)
  }

  /// The name of what comes in through a pipe.
  static let standardInput = "-"

  private static func standardInputText() throws(SettingsError) -> String {
    let content: Foundation.Data?
    do {
      content = try FileHandle.standardInput.readToEnd()
    } catch {
      throw SettingsError(ofFile: standardInput, "fault.file.unopened", ["path": standardInput])
    }
    return try text(of: content ?? Foundation.Data(), named: standardInput)
  }

  private static func text(of content: Foundation.Data, named name: String) throws(SettingsError) -> String {
    guard let text = String(data: content, encoding: .utf8) else {
      throw SettingsError(ofFile: name, "fault.file.encoding")
    }
    return text
  }
}

extension SettingsDocument {
  /// A file that a command line, or a file that it names, leads to.
  static func reading(_ path: String, _ documents: Documents = .one) throws(SettingsErrors) -> SettingsDocument {
    do throws(SettingsError) {
      return try SettingsDocument(text: try SourceFile.text(of: path), file: path, documents)
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

  // NSString has both, and traps on a relative path of one character, such as `-` (Swift 6.3).

  /// Of a file; empty for a name alone.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Of a file.
  static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }
}
