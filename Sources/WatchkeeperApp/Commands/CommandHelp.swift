internal import ArgumentParser
internal import Wording

extension CommandConfiguration {
  /// What a command says of itself, from the catalogue.
  ///
  /// - Parameters:
  ///   - topic: the command's words, divided by dots: `incident.list`.
  ///   - examples: command lines, the same in every language.
  ///   - ending: the name of the message about its exit status.
  static func worded(
    _ topic: String, examples: [String] = [], ending: String? = nil, version: String = "",
    subcommands: [any ParsableCommand.Type] = [], defaultSubcommand: (any ParsableCommand.Type)? = nil
  ) -> CommandConfiguration {
    let detail = "help.\(topic).detail"
    var discussion = Catalogue.contains(detail) ? [Terminal.words(detail)] : []
    if !examples.isEmpty {
      let heading = Terminal.words("help.examples", ["count": String(examples.count)])
      discussion.append(([heading] + examples.map { "  \($0)" }).joined(separator: "\n"))
    }
    if let ending { discussion.append(Terminal.words("help.ending.\(ending)")) }
    return CommandConfiguration(
      commandName: topic.split(separator: ".").last.map(String.init),
      abstract: Terminal.words("help.\(topic).abstract"), discussion: discussion.joined(separator: "\n\n"),
      version: version, subcommands: subcommands, defaultSubcommand: defaultSubcommand)
  }
}

extension ArgumentHelp {
  /// - Parameter topic: the command's words and the option's, divided by dots: `incident.list.which`.
  static func words(_ topic: String) -> ArgumentHelp { ArgumentHelp(Terminal.words("help.\(topic)")) }
}
