/// Every kind of channel. To add one, write its file in `Kinds` and a line here.
public enum NotifierCatalog {
  public static let kinds: [NotifierKind] = [
    WebhookNotifier.kind,
    EmailNotifier.kind,
    ConsoleNotifier.kind,
  ]
}
