internal import Telemetry

extension RelabelRule: Decodable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case sourceLabels = "source_labels"
    case separator, regex, modulus
    case targetLabel = "target_label"
    case replacement, action
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    action = try fields.choice(forKey: .action, else: "fault.relabel.action") ?? .replace
    sourceLabels = try fields.decodeIfPresent([String].self, forKey: .sourceLabels) ?? []
    separator = try fields.decodeIfPresent(String.self, forKey: .separator) ?? ";"
    let text = try fields.decodeIfPresent(String.self, forKey: .regex) ?? "(.*)"
    do throws(PatternError) {
      // A dot meets line feeds too, as Prometheus has it.
      pattern = try Pattern("(?s:\(text))")
    } catch {
      throw fields.problem(.regex, "fault.value.pattern", ["text": text, "problem": error.problem])
    }
    modulus = try fields.decodeIfPresent(UInt64.self, forKey: .modulus) ?? 0
    targetLabel = try fields.decodeIfPresent(String.self, forKey: .targetLabel) ?? ""
    replacement = try fields.decodeIfPresent(String.self, forKey: .replacement) ?? "$1"
    let needsTarget: [Action] = [.replace, .hashmod, .keepequal, .dropequal, .lowercase, .uppercase]
    if needsTarget.contains(action), targetLabel.isEmpty {
      throw fields.problem(.action, "fault.relabel.target", ["action": action.rawValue])
    }
    if action == .hashmod, modulus == 0 { throw fields.problem(.action, "fault.relabel.modulus") }
    if [.keepequal, .dropequal].contains(action), sourceLabels.isEmpty {
      throw fields.problem(.action, "fault.relabel.sources", ["action": action.rawValue])
    }
  }
}
