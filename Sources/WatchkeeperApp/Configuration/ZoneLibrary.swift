internal import Foundation
internal import Probes
internal import ServiceTime
internal import Telemetry

/// The zones of this machine: tzdata's files, read once each.
struct ZoneLibrary: Sendable {
  private let folder: String
  private let localFile: String
  /// `TZ`, which goes before the machine's own setting.
  private let wish: String?

  init(
    folder: String = "/usr/share/zoneinfo", localFile: String = "/etc/localtime",
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.folder = folder
    self.localFile = localFile
    // POSIX lets a colon go before a name.
    wish = environment["TZ"].map { $0.hasPrefix(":") ? String($0.dropFirst()) : $0 }
  }

  /// - Parameter name: an IANA name such as `Europe/Berlin`; `local` is the machine's own zone.
  func zone(named name: String) throws(ZoneError) -> TimeZoneRules {
    if name == "UTC" || name == "Etc/UTC" { return .utc }
    if name == "local" { return local }
    // A name is no path: it must not lead out of the folder.
    guard !name.isEmpty, !name.hasPrefix("/"), !name.split(separator: "/").contains(".."),
      name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "/_-+".contains($0)) })
    else { throw ZoneError(fault: SettingsFault("fault.zone.name", ["name": name])) }
    return try read("\(folder)/\(name)", as: name)
  }

  /// The zone that `TZ` names, else the machine's own; UTC when neither is set or can be read.
  ///
  /// `TZ` set to nothing is UTC, as POSIX has it. What is no IANA name there, such as `CET-1CEST`, is passed over.
  var local: TimeZoneRules {
    if wish?.isEmpty == true { return .utc }
    if let wish, wish != "local", let zone = try? zone(named: wish) { return zone }
    let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: localFile)) ?? ""
    let name = target.range(of: "zoneinfo/").map { String(target[$0.upperBound...]) } ?? "local"
    return (try? read(localFile, as: name)) ?? .utc
  }

  private func read(_ path: String, as name: String) throws(ZoneError) -> TimeZoneRules {
    guard let content = try? Foundation.Data(contentsOf: URL(filePath: path)), content.count < 1 << 20 else {
      throw ZoneError(fault: SettingsFault("fault.zone.unknown", ["name": name]))
    }
    do {
      return try TimeZoneRules(name: name, tzif: [UInt8](content))
    } catch {
      throw ZoneError(fault: SettingsFault("fault.zone.unreadable", ["name": name, "problem": error.description]))
    }
  }
}

extension ZoneLibrary {
  /// What probes' schedules need to read themselves.
  static var lookup: [CodingUserInfoKey: any Sendable] {
    let library = ZoneLibrary()
    return [
      ZoneLookup.key: ZoneLookup { name throws(SettingsFault) in
        do { return try name.map { name throws(ZoneError) in try library.zone(named: name) } ?? library.local } catch {
          throw (error as? ZoneError)?.fault ?? SettingsFault("fault.zone.unknown", ["name": name ?? ""])
        }
      }
    ]
  }
}

struct ZoneError: Error, Sendable {
  let fault: SettingsFault
}
