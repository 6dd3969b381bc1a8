/// Every message of the product.
///
/// To add one, write a line in the list of its area; to add an area, add its list to `messages`.
public enum Catalogue {
  /// In the order of the areas; ids are unique (tested).
  public static let messages: [Message] = [
    actionMessages, startMessages, shellMessages, stateMessages, unitMessages, overviewMessages, hostMessages,
    chartMessages, incidentMessages, itemMessages, maintenanceMessages, notificationMessages, probeMessages,
    ruleMessages, accessMessages, problemMessages, reasonMessages, apiMessages, vocabularyMessages,
    incidentReasonMessages, inventoryReasonMessages, plannerReasonMessages, probeReasonMessages, snmpMessages,
    timelineMessages, consoleMessages, commandMessages, fieldMessages, fieldValueMessages, settingsFaultMessages,
    definitionFaultMessages, discoveryMessages, helpMessages, parserMessages, terminalMessages, testMessages,
    verifyMessages,
    exploreMessages, functionMessages, backtestMessages, ruleCostMessages, gapMessages, scheduleMessages,
    scheduleFaultMessages, datagramMessages, hostProbeMessages, httpProbeMessages, conditionMessages, execMessages,
    scenarioMessages, streamMessages, expiryMessages,
  ].flatMap { $0 }

  /// What is shown for an id that does not exist: visible, searchable, never a trap.
  public static func unknown(_ id: String) -> String { "{\(id)}" }

  static let templates: [Language: [String: MessageTemplate]] = {
    var result: [Language: [String: MessageTemplate]] = [:]
    for language in Language.allCases {
      result[language] = Dictionary(
        messages.map { ($0.id, MessageTemplate($0.template(in: language))) }, uniquingKeysWith: { first, _ in first })
    }
    return result
  }()

  public static func contains(_ id: String) -> Bool { templates[.english]?[id] != nil }
}
