/// The console's pages and actions over a running installation.
struct LiveConsole: Sendable {
  let sources: ConsoleSources
}
