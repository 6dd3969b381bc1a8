/// Pages of this area.
let itemMessages: [Message] = []
