/// Pages of this area.
let hostMessages: [Message] = []
