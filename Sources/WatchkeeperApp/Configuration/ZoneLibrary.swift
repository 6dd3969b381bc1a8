internal import Foundation
internal import ServiceTime

/// The zones of this machine: tzdata's files, read once each.
struct ZoneLibrary: Sendable {
  private let folder: String
  private let localFile: String

  init(folder: String = "/usr/share/zoneinfo", localFile: String = "/etc/localtime") {
    self.folder = folder
    self.localFile = localFile
  }

  /// - Parameter name: an IANA name such as `Europe/Berlin`; `local` is the machine's own zone.
  func zone(named name: String) throws(ZoneError) -> TimeZoneRules {
    if name == "UTC" || name == "Etc/UTC" { return .utc }
    if name == "local" { return local }
    // A name is no path: it must not lead out of the folder.
    guard !name.isEmpty, !name.hasPrefix("/"), !name.split(separator: "/").contains(".."),
      name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "/_-+".contains($0)) })
    else { throw ZoneError(name: name, problem: "is not a zone's name") }
    return try read("\(folder)/\(name)", as: name)
  }

  /// The machine's own zone; UTC when it is not set or cannot be read.
  var local: TimeZoneRules {
    let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: localFile)) ?? ""
    let name = target.range(of: "zoneinfo/").map { String(target[$0.upperBound...]) } ?? "local"
    return (try? read(localFile, as: name)) ?? .utc
  }

  private func read(_ path: String, as name: String) throws(ZoneError) -> TimeZoneRules {
    guard let content = try? Foundation.Data(contentsOf: URL(filePath: path)), content.count < 1 << 20 else {
      throw ZoneError(name: name, problem: "is not known to this machine")
    }
    do {
      return try TimeZoneRules(name: name, tzif: [UInt8](content))
    } catch {
      throw ZoneError(name: name, problem: "cannot be read: \(error)")
    }
  }
}

struct ZoneError: Error, Sendable, CustomStringConvertible {
  let name: String
  let problem: String

  var description: String { "zone '\(name)' \(problem) – write e.g. Europe/Berlin or Asia/Shanghai; tzdata holds them" }
}
