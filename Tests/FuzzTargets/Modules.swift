@testable import SNMP

/// A MIB file: all of its objects have places or errors, and a profile of each can be written.
@Sendable func fuzzModules(_ bytes: UnsafeRawBufferPointer) {
  do throws(MIBError) {
    let modules = try MIBParser.modules(in: Array(bytes), file: "f")
    var library = MIBLibrary()
    for module in modules { library.add(module) }
    for module in modules {
      for definition in module.definitions {
        _ = try? library.identifier(of: MIBLibrary.Entry(module: module.name, definition: definition))
        let name = module.name + "::" + definition.name
        guard let text = try? library.profileText(named: "p", of: [name]) else { continue }
        demand(text.utf8.count < 1000 + bytes.count * 200, "a profile is bounded by what it was made of")
      }
    }
  } catch {
    demand(error.line > 0 && error.line <= bytes.count + 1 && error.column > 0, "\(error) has a place in the file")
  }
}
