/// What ArgumentParser says. The English is its own, word for word: the text is taken apart with it.
///
/// The first message that fits a line counts, so the special ones stand before the general.
package let parserMessages: [Message] = [
  Message("parser.error", en: "Error: {problem}", zh: "错误：{problem}"),
  Message("parser.alternative", en: "   or: {problem}", zh: "  或者：{problem}"),
  Message("parser.help", en: "Help:  {help}", zh: "说明：{help}"),
  Message("parser.usage", en: "Usage: {usage}", zh: "用法：{usage}"),
  Message(
    "parser.more", en: "  See '{command}' for more information.", zh: "  详细说明：{command}"),
  Message("parser.heading.overview", en: "OVERVIEW: {abstract}", zh: "概述：{abstract}"),
  Message("parser.heading.usage", en: "USAGE: {usage}", zh: "用法：{usage}"),
  Message("parser.heading.arguments", en: "ARGUMENTS:", zh: "参数："),
  Message("parser.heading.options", en: "OPTIONS:", zh: "选项："),
  Message("parser.heading.subcommands", en: "SUBCOMMANDS:", zh: "子命令："),
  Message("parser.option.help", en: "{option}Show help information.", zh: "{option}显示帮助。"),
  Message("parser.option.version", en: "{option}Show the version.", zh: "{option}显示版本。"),
  Message("parser.subcommands", en: "  See '{command}' for detailed help.", zh: "  详细说明：{command}"),
  Message(
    "parser.choices-default", en: "{option} (values: {choices}; default: {standard})",
    zh: "{option}（可选值：{choices:list}；默认：{standard}）"),
  Message("parser.choices", en: "{option} (values: {choices})", zh: "{option}（可选值：{choices:list}）"),
  Message("parser.default", en: "{option} (default: {standard})", zh: "{option}（默认：{standard}）"),
  Message(
    "parser.unknown-option-near", en: "Unknown option '{option}'. Did you mean '{near}'?",
    zh: "未知选项“{option}”。是否想输入“{near}”？"),
  Message("parser.unknown-option", en: "Unknown option '{option}'", zh: "未知选项“{option}”"),
  Message("parser.invalid-option", en: "Invalid option: {option}", zh: "选项无效：{option}"),
  Message(
    "parser.missing-value-in", en: "Missing value for '{option}' in '{word}'", zh: "“{word}”中的“{option}”缺少值"),
  Message("parser.missing-value", en: "Missing value for '{option}'", zh: "“{option}”缺少值"),
  Message(
    "parser.value-unexpected", en: "The option '{option}' does not take any value, but '{value}' was specified.",
    zh: "选项“{option}”不带值，但给出了“{value}”。"),
  Message("parser.argument-unexpected", en: "Unexpected argument '{argument}'", zh: "多余的参数“{argument}”"),
  Message(
    "parser.arguments-unexpected", en: "{count} unexpected arguments: {arguments}", zh: "{count} 个多余的参数：{arguments}"),
  Message("parser.argument-missing", en: "Missing expected argument '{argument}'", zh: "缺少参数“{argument}”"),
  Message(
    "parser.not-a-choice", en: "The value '{value}' is invalid for '{option}'. Please provide one of {choices}.",
    zh: "“{option}”的值“{value}”无效，可选值：{choices:list}。"),
  Message("parser.value-invalid", en: "The value '{value}' is invalid for '{option}'", zh: "“{option}”的值“{value}”无效"),
  Message(
    "parser.shell-unknown", en: "Can't generate completion scripts for '{shell}'.", zh: "无法为“{shell}”生成补全脚本。"),
  Message(
    "parser.shell-choices", en: "Please use --generate-completion-script=<shell> with one of:",
    zh: "请使用 --generate-completion-script=<shell>，其中 <shell> 为："),
  Message("parser.shell-undetected", en: "Can't autodetect a supported shell.", zh: "无法识别当前 shell。"),
]
