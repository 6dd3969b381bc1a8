extension MetricDictionary {
  /// Of the kind snmp-traps.
  static let trapMetrics: [String: (type: String, help: String)] = [
    "snmp_traps_total": ("counter", "Traps and informs received, by the device and what happened."),
    "snmp_trap_pattern_matches_total": ("counter", "Traps and informs that match a pattern, with what they carry."),
    "snmp_informs_repeated_total": (
      "counter", "Informs that came again because their sender missed the answer; they are counted once."
    ),
    "snmp_traps_refused_total": ("counter", "Datagrams that were no notification of somebody known, by the reason."),
    "snmp_traps_dropped_total": ("counter", "Datagrams that were not looked at, by the reason."),
    "snmp_traps_unattributed_total": ("counter", "Traps and informs beyond the pairs that are told apart."),
    "snmp_trap_engine_info": ("gauge", "The engine that senders of SNMPv3's informs know this receiver by."),
  ]
}
