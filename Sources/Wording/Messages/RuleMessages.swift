/// Pages of this area.
let ruleMessages: [Message] = []
