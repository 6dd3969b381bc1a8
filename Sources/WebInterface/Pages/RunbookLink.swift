internal import CResources

/// Where a rule's `runbook_url` leads: a packaged runbook is a page of the console, another has its own address.
public enum RunbookLink {
  private static let packagedFolder = "docs/runbooks/"
  /// The runbooks that are built in, by their names without `.md`; another of this shape is the operator's.
  static let packagedNames: Set<String> = Set(
    (0..<watchkeeper_resource_count()).compactMap { index in
      let file = watchkeeper_resource_name(index).map { String(cString: $0) } ?? ""
      let parts = file.split(separator: "/")
      return parts.count == 2 && parts[0] == "runbooks" ? String(parts[1].dropLast(3)) : nil
    })

  /// - Parameter text: the annotation, for example `docs/runbooks/host.md#hostmemorylow` or an address of the web.
  /// - Returns: an address of the web, or a path of the console; `nil` for what is no address.
  public static func address(of text: String) -> String? {
    if isOutside(text) { return text }
    guard let (name, anchor) = packaged(text) else { return nil }
    return RunbookPage.path(name) + (anchor.isEmpty ? "" : "#" + PercentCoding.encode(anchor))
  }

  static func view(_ text: String) -> View {
    guard let address = address(of: text) else { return ["text": text] }
    guard let (name, anchor) = packaged(text) else { return ["text": text, "href": address, "isOutside": true] }
    return ["text": anchor.isEmpty ? name : "\(name): \(anchor)", "href": address]
  }

  private static func isOutside(_ text: String) -> Bool { text.hasPrefix("https://") || text.hasPrefix("http://") }

  private static func packaged(_ text: String) -> (name: String, anchor: String)? {
    guard text.hasPrefix(packagedFolder) else { return nil }
    let parts = text.dropFirst(packagedFolder.count).split(separator: "#", maxSplits: 1)
    guard let file = parts.first, file.hasSuffix(".md"), packagedNames.contains(String(file.dropLast(3))) else {
      return nil
    }
    return (String(file.dropLast(3)), parts.count == 2 ? String(parts[1]) : "")
  }
}
