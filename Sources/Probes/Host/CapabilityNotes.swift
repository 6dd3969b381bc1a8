internal import Glibc

/// A right that the process lacks, and what it would let us read.
enum LackingCapability: String, CaseIterable {
  case ptrace = "CAP_SYS_PTRACE"
  case readSearch = "CAP_DAC_READ_SEARCH"
  case rawIO = "CAP_SYS_RAWIO"
  case administration = "CAP_SYS_ADMIN"
}

enum CapabilityNotes {
  static var isRoot: Bool { geteuid() == 0 }
}

extension HostFiles {
  /// Notes what could not be read for want of a right. The first note for each right stays.
  func lack(_ capability: LackingCapability, _ what: String) {
    if lacking[capability] == nil { lacking[capability] = what }
  }

  /// What the operator is told of what cannot be read; it stays as it was first said, as long as the probe lives.
  var notes: [String] {
    lacking.sorted { $0.key.rawValue < $1.key.rawValue }.map {
      "\($0.value) – this needs \($0.key.rawValue): systemctl edit watchkeeper, and add AmbientCapabilities=\($0.key.rawValue)"
    } + (compressedLists.map { [$0] } ?? [])
  }
}
