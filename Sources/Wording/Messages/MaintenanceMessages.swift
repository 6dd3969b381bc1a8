/// Pages of this area.
let maintenanceMessages: [Message] = []
