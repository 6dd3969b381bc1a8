internal import Records
internal import SNMP
internal import Telemetry

/// The MIB files of an installation: names for what its profiles and traps speak of.
public struct MIBFiles: Sendable {
  /// What is wrong in a file, and where.
  public struct Fault: Error, Sendable, CustomStringConvertible {
    public let file: String
    /// From 1.
    public let line: Int
    /// From 1, in bytes.
    public let column: Int
    /// What, and what to do.
    public let problem: String

    fileprivate init(_ error: MIBError) {
      (file, line, column, problem) = (error.file, error.line, error.column, error.problem)
    }

    public var description: String { "\(file):\(line):\(column): \(problem)" }
  }

  /// The decoder's `userInfo` key under which they travel to the settings that use names.
  public static let key = CodingUserInfoKey(rawValue: "watchkeeper.mib-files")!

  private var library = MIBLibrary()
  /// The modules that were added, in their order.
  public private(set) var modules: [String] = []
  private var names: Set<String> = []

  public init() {}

  /// A module of a name that was added already takes the place of the earlier one.
  ///
  /// - Parameter file: as faults name it.
  public mutating func add(_ bytes: [UInt8], file: String) throws(Fault) { try add(bytes, file: file) { _ in true } }

  /// Leaves out modules of names that were added already.
  public mutating func addUnknown(_ bytes: [UInt8], file: String) throws(Fault) {
    let known = names
    try add(bytes, file: file) { !known.contains($0) }
  }

  private mutating func add(_ bytes: [UInt8], file: String, where isWanted: (String) -> Bool) throws(Fault) {
    do throws(MIBError) {
      for module in try MIBParser.modules(in: bytes, file: file) where isWanted(module.name) {
        names.insert(module.name)
        library.add(module)
        modules.append(module.name)
      }
    } catch {
      throw Fault(error)
    }
  }

  /// - Parameter name: `MODULE::name`, or a name alone.
  func identifier(_ name: String) -> ObjectIdentifier? {
    guard let entry = library.entry(name) else { return nil }
    return try? library.identifier(of: entry)
  }

  /// What devices tell without being asked; what has no place is left out.
  var notifications: [ObjectIdentifier: String] {
    var names: [ObjectIdentifier: String] = [:]
    for entry in library.notifications {
      if let identifier = try? library.identifier(of: entry) { names[identifier] = entry.definition.name }
    }
    return names
  }

  /// A device profile that reads tables and scalars, as a file under `probes/snmp/` has it.
  ///
  /// - Parameter names: `MODULE::name`, or names alone; when there are none, all tables and scalars of all modules.
  public func profileText(named profile: String, of names: [String]) throws(Fault) -> String {
    do throws(MIBError) {
      return try library.profileText(named: profile, of: names.isEmpty ? modules.flatMap(library.readable) : names)
    } catch {
      throw Fault(error)
    }
  }
}

/// An object as settings name it: `1.3.6.1.2.1.1.3`, or `MODULE::name` of a MIB file.
struct ObjectName: Decodable {
  let identifier: ObjectIdentifier

  init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    let files = decoder.userInfo[MIBFiles.key] as? MIBFiles
    guard let known = ObjectIdentifier(text) ?? files?.identifier(text) else {
      throw DecodingError.refused(SettingsFault("fault.snmp.oid", ["text": text]), at: decoder.codingPath)
    }
    identifier = known
  }
}
