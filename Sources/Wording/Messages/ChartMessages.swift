/// Pages of this area.
let chartMessages: [Message] = []
