internal import CLinux
internal import Glibc

/// Names that the kernel gives.
enum HostIdentity {
  struct KernelNames {
    var system = "", node = "", release = "", version = "", machine = "", domain = ""
  }

  static func kernelNames() -> KernelNames {
    var names = utsname()
    guard uname(&names) == 0 else { return KernelNames() }
    return KernelNames(
      system: text(&names.sysname), node: text(&names.nodename), release: text(&names.release),
      version: text(&names.version), machine: text(&names.machine), domain: text(&names.__domainname))
  }

  /// A C array is imported as a tuple; its bytes end at the first zero.
  private static func text<Tuple>(_ tuple: inout Tuple) -> String {
    withUnsafeBytes(of: &tuple) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
