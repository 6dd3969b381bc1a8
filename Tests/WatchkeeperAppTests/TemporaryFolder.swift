import Foundation

/// A folder of a test's own, gone with the value.
final class TemporaryFolder {
  let path = NSTemporaryDirectory() + "watchkeeper-test-\(UUID().uuidString)"

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// - Returns: the file's path.
  @discardableResult
  func write(_ text: String, to name: String) throws -> String { try write(Foundation.Data(text.utf8), to: name) }

  @discardableResult
  func write(_ content: Foundation.Data, to name: String) throws -> String {
    let file = URL(filePath: path + "/" + name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try content.write(to: file)
    return file.path()
  }
}
