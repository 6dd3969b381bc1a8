internal import Records

/// Every reason that the inventory gives: the ids and their arguments, for the `Wording` catalogue.
///
/// `path` is item names from the cause to the item, joined by ` → `; `relation` holds a relation type's raw name.
public enum InventoryReasons {
  /// Every id with the names of its arguments.
  public static let catalogue: [String: Set<String>] = [
    "reason.item.declared": ["digest"],
    "reason.item.discovered": ["source"],
    "reason.item.removed-from-files": ["digest"],
    "reason.item.probed": ["probe"],
    "reason.item.probe-removed": [],
    "reason.item.gone": ["source", "seconds"],
    "reason.item.parent-retired": ["parent"],
    "reason.attribute.unstable": ["attribute", "changes", "seconds"],
    "reason.binding.label": ["item"],
    "reason.binding.target": ["job", "instance", "item"],
    "reason.binding.child": ["label", "value", "item"],
    "reason.binding.instance": ["instance", "item"],
    "reason.binding.label-unknown": ["item"],
    "reason.binding.target-unknown": ["job", "instance"],
    "reason.binding.item-retired": ["item"],
    "reason.binding.no-labels": [],
    "reason.impact.itself": ["item"],
    "reason.impact.path": ["path", "relation"],
    "reason.impact.part": ["path"],
    "reason.impact.soft": ["path", "relation"],
    "reason.impact.group-failed": ["path", "group", "alive", "minimum"],
    "reason.impact.redundancy-lost": ["path", "group", "alive", "minimum"],
    "reason.cause.path": ["path", "relation"],
    "reason.cause.part": ["path"],
    "reason.window.named": ["item"],
    "reason.finding.unstable": ["item", "attribute", "first", "last"],
    "reason.finding.drift": ["item", "attribute", "declared", "observed"],
    "reason.finding.relation-end-missing": ["item", "relation", "target"],
    "reason.finding.member-missing": ["group", "item"],
  ]
}
