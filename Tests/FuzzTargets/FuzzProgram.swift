import Glibc

/// One thing that is fed: any bytes must come back as an answer or an error, and what it promises must hold.
struct FuzzTarget: Sendable {
  let name: String
  let run: @Sendable (UnsafeRawBufferPointer) -> Void

  static let all = [
    FuzzTarget(name: "promql", run: fuzzParser), FuzzTarget(name: "evaluation", run: fuzzEvaluation),
    FuzzTarget(name: "exposition", run: fuzzExposition), FuzzTarget(name: "remote-write", run: fuzzRemoteWrite),
    FuzzTarget(name: "chunk", run: fuzzStoredBytes),
    FuzzTarget(name: "dialogue", run: fuzzDialogue),
    FuzzTarget(name: "dns", run: fuzzDNS),
    FuzzTarget(name: "syslog", run: fuzzSyslog),
    FuzzTarget(name: "mib", run: fuzzModules), FuzzTarget(name: "snmp", run: fuzzMessages),
    FuzzTarget(name: "plugins", run: fuzzPlugins), FuzzTarget(name: "conditions", run: fuzzConditions),
  ]
}

/// In a build with optimisation too, a promise that is not kept ends the run.
func demand(_ condition: Bool, _ promise: @autoclosure () -> String) {
  guard condition else { fatalError("not so: \(promise())") }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ target: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

@main
enum FuzzProgram {
  /// Set once before libFuzzer runs, whose function cannot carry it along.
  nonisolated(unsafe) private static var chosen: @Sendable (UnsafeRawBufferPointer) -> Void = { _ in }

  static func main() throws {
    let arguments = CommandLine.arguments
    if arguments.count > 2, arguments[1] == "seeds" {
      return try Seeds(into: arguments[2], statements: arguments.dropFirst(3).first).write()
    }
    if arguments.count == 2, arguments[1] == "targets" {
      return print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
    }
    guard arguments.count > 1, let target = FuzzTarget.all.first(where: { $0.name == arguments[1] }) else {
      print("watchkeeper-fuzz seeds FOLDER [STATEMENTS] | targets | TARGET [OPTION…] [FILE…] – see scripts/fuzz")
      exit(2)
    }
    chosen = target.run
    exit(feed([arguments[0]] + arguments.dropFirst(2)))
  }

  /// libFuzzer keeps its arguments for as long as the process lives, so nobody frees them.
  private static func feed(_ arguments: [String]) -> CInt {
    var count = CInt(arguments.count)
    let pointers = UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: arguments.count + 1)
    pointers.initialize(repeating: nil)
    for (index, argument) in arguments.enumerated() { pointers[index] = strdup(argument) }
    guard var base = pointers.baseAddress else { return 2 }
    return runFuzzer(&count, &base) { bytes, count in
      FuzzProgram.chosen(UnsafeRawBufferPointer(start: bytes, count: count))
      return 0
    }
  }
}
