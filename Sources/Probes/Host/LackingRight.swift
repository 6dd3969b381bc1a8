internal import Glibc

/// What the process may not look at for want of a right.
enum LackingRight: CaseIterable {
  /// What the kernel tells of other users' processes only to those who might trace them, in files of their owners.
  case processes
  case files
  /// Commands to disks, which a unit with devices of its own does not see either.
  case disks
  case controllers

  private var capabilities: String {
    switch self {
    case .processes: "CAP_SYS_PTRACE CAP_DAC_READ_SEARCH"
    case .files: "CAP_DAC_READ_SEARCH"
    case .disks: "CAP_SYS_RAWIO CAP_DAC_READ_SEARCH"
    case .controllers: "CAP_SYS_ADMIN CAP_DAC_READ_SEARCH"
    }
  }

  /// Which capabilities it takes, and how the packaged unit, whose bounding set is empty, is given them.
  var remedy: String {
    let names = capabilities.split(separator: " ").joined(separator: " and ")
    let devices = self == .disks || self == .controllers ? ", PrivateDevices=no" : ""
    return "this needs \(names): systemctl edit watchkeeper, and write under [Service] "
      + "AmbientCapabilities=\(capabilities), CapabilityBoundingSet=\(capabilities)\(devices)"
  }

  static var isNeeded: Bool { geteuid() != 0 }
}

extension HostFiles {
  /// Notes what could not be read for want of a right. The first note for each right stays.
  func lack(_ right: LackingRight, _ what: String) {
    if lacking[right] == nil { lacking[right] = "\(what) – \(right.remedy)" }
  }

  /// What the operator is told of what cannot be read; it stays as it was first said, as long as the probe lives.
  var notes: [String] { LackingRight.allCases.compactMap { lacking[$0] } + (compressedLists.map { [$0] } ?? []) }
}
