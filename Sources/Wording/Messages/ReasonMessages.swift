/// Reasons and sentences that the other modules decide: one line each, both languages.
///
/// A module returns `Reason("reason.page.first", ["to": "ops"])`; its line stands here.
let reasonMessages: [Message] = []
