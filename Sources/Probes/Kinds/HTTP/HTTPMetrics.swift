extension MetricDictionary {
  /// Of the kinds http, grpc, scenario and exec, beside those that all endpoints share.
  static let httpMetrics: [String: (type: String, help: String)] = [
    "probe_failed_due_to_cel": ("gauge", "Whether an expression about the JSON body made the check fail."),
    "probe_exec_status": ("gauge", "How the plugin ended: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."),
    "probe_perfdata_value": ("gauge", "What the plugin measured, in base units."),
    "probe_perfdata_warning": ("gauge", "From where on the plugin warns."),
    "probe_perfdata_critical": ("gauge", "From where on the plugin calls it critical."),
    "probe_perfdata_minimum": ("gauge", "The least that the value can be."),
    "probe_perfdata_maximum": ("gauge", "The most that the value can be."),
    "probe_perfdata_unread": ("gauge", "Measurements of the plugin that leave the grammar."),
    "probe_step_success": ("gauge", "Whether the step of the scenario was in order."),
    "probe_step_duration_seconds": ("gauge", "How long the step took."),
    "probe_step_status_code": ("gauge", "The status of the step's answer, 0 when none came."),
    "probe_scenario_failed_step": ("gauge", "The number of the step that failed, 0 when none did."),
    "probe_captured_value": ("gauge", "A number that the scenario took from an answer."),
    "probe_grpc_duration_seconds": ("gauge", "Duration of each phase of the call."),
    "probe_grpc_healthcheck_response": ("gauge", "1 for the status that the service gave."),
    "probe_grpc_status_code": ("gauge", "The code that the call ended with."),
    "probe_grpc_ssl": ("gauge", "Whether the call went over TLS."),
    "probe_condition_success": ("gauge", "Whether the condition held."),
  ]
}
