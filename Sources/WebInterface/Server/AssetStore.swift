internal import CResources
internal import FoundationEssentials
internal import Records

/// The templates and assets that are compiled into the program, or their replacements in a folder.
struct AssetStore: Sendable {
  struct Asset: Sendable {
    let bytes: [UInt8]
    let contentType: String
    /// The first 16 digits of the SHA-256: part of the address, so that browsers may keep the file for ever.
    let version: String
  }

  private let embedded: [String: Asset]
  private let overrideFolder: String?

  init(overrideFolder: String?) {
    self.overrideFolder = overrideFolder
    var embedded: [String: Asset] = [:]
    for index in 0..<watchkeeper_resource_count() {
      var length = 0
      guard let name = watchkeeper_resource_name(index), let start = watchkeeper_resource_bytes(index, &length) else {
        continue
      }
      embedded[String(cString: name)] = Self.asset(
        named: String(cString: name), Array(UnsafeBufferPointer(start: start, count: length)))
    }
    self.embedded = embedded
  }

  /// Whether files may change while the program runs.
  var isLive: Bool { overrideFolder != nil }

  var names: [String] { embedded.keys.sorted() }

  /// Only names that are embedded exist, so an override folder adds no files.
  func asset(_ name: String) -> Asset? {
    guard let known = embedded[name] else { return nil }
    return replacement(name).map { Self.asset(named: name, $0) } ?? known
  }

  func isReplaced(_ name: String) -> Bool { replacement(name) != nil }

  private func replacement(_ name: String) -> [UInt8]? {
    overrideFolder.flatMap { try? Data(contentsOf: URL(filePath: "\($0)/\(name)")) }.map(Array.init)
  }

  func text(_ name: String) -> String? { asset(name).map { String(decoding: $0.bytes, as: UTF8.self) } }

  /// The address with the version of the content in it.
  func path(_ name: String) -> String {
    guard !isLive, let asset = embedded[name], let dot = name.lastIndex(of: ".") else { return "/assets/\(name)" }
    return "/assets/\(name[..<dot]).\(asset.version)\(name[dot...])"
  }

  /// The file behind an address made by `path`, and whether its version is the one asked for.
  func resolve(_ file: String) -> (asset: Asset, isVersioned: Bool)? {
    // Runbooks are built in as well, but they are pages for who has logged in.
    guard !file.contains("/"), !file.hasSuffix(".md") else { return nil }
    if !file.hasSuffix(".mustache"), let asset = asset(file) { return (asset, false) }
    let parts = file.split(separator: ".")
    guard parts.count == 3, parts[2] != "mustache", let asset = asset("\(parts[0]).\(parts[2])"),
      asset.version == parts[1]
    else { return nil }
    return (asset, true)
  }

  private static func asset(named name: String, _ bytes: [UInt8]) -> Asset {
    Asset(
      bytes: bytes, contentType: contentType(name), version: String(Digest(of: bytes).hexadecimal.prefix(16)))
  }

  private static func contentType(_ name: String) -> String {
    switch name.split(separator: ".").last {
    case "css": "text/css; charset=utf-8"
    case "js": "text/javascript; charset=utf-8"
    case "svg": "image/svg+xml"
    default: "text/html; charset=utf-8"
    }
  }
}
