internal import SNMP

extension SessionFault {
  /// The message that explains this fault.
  var reasonID: String {
    switch self {
    case .malformed: "reason.probe.protocol"
    case .unknownUser: "reason.snmp.unknown_user"
    case .wrongAuthentication: "reason.snmp.wrong_authentication"
    case .wrongPrivacy, .silentAfterDiscovery: "reason.snmp.wrong_privacy"
    case .unsupportedSecurityLevel: "reason.snmp.security_level"
    case .notInTimeWindow, .outOfDate, .learnt: "reason.snmp.time_window"
    case .unknownContext: "reason.snmp.unknown_context"
    case .forged: "reason.snmp.forged"
    case .foreign, .reported: "reason.snmp.refused"
    }
  }

  /// One line for the log.
  var text: String {
    switch self {
    case .malformed(let error): "the answer is no SNMP message: \(error)"
    case .foreign: "an answer to something else"
    case .unknownUser: "the device does not know the user – check 'user'"
    case .wrongAuthentication:
      "the device knows the user but not this proof – check 'auth_password' and 'auth_protocol'"
    case .wrongPrivacy:
      "the content could not be decrypted – check 'priv_password' and 'priv_protocol' (AES192C and AES256C are Cisco's)"
    case .silentAfterDiscovery:
      "the device says who it is but answers nothing that is encrypted – check 'priv_password' and 'priv_protocol'"
    case .unsupportedSecurityLevel:
      "the device does not take this user at this level – check which of authentication and privacy it wants"
    case .notInTimeWindow, .learnt:
      "the device keeps refusing the time that it told itself – its engine boots or time jump; check its clock"
    case .outOfDate:
      "proven answers came, of a time before the one that the device told – its engine boots or time went back (the next"
        + " round learns them anew), or somebody sends recorded ones"
    case .unknownContext: "the device has no context of this name – check 'context'"
    case .forged:
      "answers came, but none that the device's password proves – another user's key, or somebody in between"
    case .reported(let name): "the device refuses with the report \(name)"
    }
  }
}

extension WalkFault {
  /// The message that explains why this stopped a round.
  var reasonID: String {
    if case .refused(status: ErrorStatus.authorizationError.rawValue, name: _) = self {
      "reason.snmp.security_level"
    } else {
      "reason.snmp.refused"
    }
  }

  var text: String {
    switch self {
    case .notIncreasing(let name): "the device names \(name) out of order, the walk would never end"
    case .tooManyRows(let name, let limit): "\(name) has more than \(limit) rows, the others are left out"
    case .refused(let status, let name):
      "the device refuses\(name.map { " \($0)" } ?? "") with "
        + (ErrorStatus(rawValue: status).map { "\($0)" } ?? "error \(status)")
    case .tooBig: "the device says that not even one value fits its answer"
    case .empty: "the device answers without any value"
    }
  }
}
