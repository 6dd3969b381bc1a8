/// Coming in.
let accessMessages: [Message] = [
  Message("login.title", en: "How to come in", zh: "如何登录"),
  Message(
    "login.how", en: "Run `watchkeeper login` on this machine. It prints a link that admits one browser, once.",
    zh: "在本机运行 `watchkeeper login`，会打印一个链接，仅供一个浏览器使用一次。"),
  Message(
    "login.why",
    en:
      "There is no password: who may read the program's socket may open the console. A session lasts 7 days, 12 hours without use.",
    zh: "无需密码：能访问本程序套接字的用户即可打开控制台。会话最长 7 天，闲置 12 小时失效。"),
  Message("login.used.title", en: "This link has been used or is too old.", zh: "此链接已使用过或已失效。"),
  Message(
    "login.used.detail", en: "A log-in link admits one browser, once. Somebody, perhaps you, has opened it before.",
    zh: "登录链接仅供一个浏览器使用一次。它已被打开过，可能正是你自己。"),
  Message("login.unknown.title", en: "This link admits nobody.", zh: "此链接无效。"),
  Message(
    "login.unknown.detail", en: "It may be cut off, or the program was started anew since.",
    zh: "链接可能不完整，或程序在此之后重新启动过。"),
]

/// Refusals: what, why, what to do.
let problemMessages: [Message] = [
  Message("problem.home", en: "To the overview", zh: "回到总览"),
  Message("problem.incidents", en: "All incidents", zh: "全部事件"),
  Message("problem.not_found.title", en: "There is no such page.", zh: "没有这个页面。"),
  Message(
    "problem.not_found.detail",
    en:
      "The address may be mistyped, or the record has another number. The search finds incidents by number and words.",
    zh: "地址可能有误，或记录编号不同。可用搜索按编号或关键词查找事件。"),
  Message("problem.method_not_allowed.title", en: "This address cannot be used like that.", zh: "此地址不支持该方法。"),
  Message(
    "problem.method_not_allowed.detail", en: "Open the page and use its buttons.", zh: "请打开页面，使用其中的按钮。"),
  Message("problem.unauthenticated.title", en: "You are not logged in.", zh: "尚未登录。"),
  Message(
    "problem.unauthenticated.detail", en: "The session has ended, or this browser never had one.",
    zh: "会话已结束，或此浏览器从未登录。"),
  Message(
    "problem.unauthenticated.program",
    en:
      "No token, or one that is not good – send the header Authorization: Bearer TOKEN, made by: watchkeeper token create",
    zh: "没有令牌，或令牌无效——请发送请求头 Authorization: Bearer TOKEN，令牌由 watchkeeper token create 生成"),
  Message("problem.forbidden.title", en: "You may look, but not at this.", zh: "没有权限。"),
  Message(
    "problem.forbidden.detail",
    en: "This takes the permission `{permission}`. The role {role:message} has it.",
    zh: "需要权限 `{permission}`，即“{role:message}”角色。"),
  Message("problem.cross_site.title", en: "The request did not come from this console.", zh: "请求不是来自本控制台。"),
  Message(
    "problem.cross_site.detail",
    en: "Nothing was changed. Open the page again and repeat; its form may be older than your session.",
    zh: "没有任何更改。请重新打开页面再试，表单可能早于当前会话。"),
  Message("problem.misdirected.title", en: "This name does not lead here.", zh: "此主机名不指向本控制台。"),
  Message(
    "problem.misdirected.detail",
    en:
      "The console answers to `localhost` and `127.0.0.1`. Another name is taken from `web.external_url` when the program starts.",
    zh: "控制台只应答 `localhost` 和 `127.0.0.1`。其他名称取自启动时的 `web.external_url`。"),
  Message("problem.too_large.title", en: "The request is too large.", zh: "请求过大。"),
  Message("problem.too_large.detail", en: "The limit is {limit:bytes}.", zh: "上限为 {limit:bytes}。"),
  Message("problem.timeout.title", en: "The answer took too long.", zh: "应答超时。"),
  Message(
    "problem.timeout.detail", en: "Choose a shorter range, or try again.", zh: "请选择更短的时间范围，或稍后再试。"),
  Message("problem.bad_request.title", en: "The request cannot be understood.", zh: "无法理解该请求。"),
  Message("problem.refused.title", en: "This cannot be done now.", zh: "现在不能执行。"),
  Message("problem.unavailable.title", en: "Not available at the moment.", zh: "暂时不可用。"),
  Message(
    "note.tooLong", en: "The note is longer than {limit:number} characters.", zh: "备注超过 {limit:number} 个字符。"),
  Message("note.empty", en: "The note is empty. Write what you saw or did.", zh: "备注为空。请写下所见或所做。"),
  Message(
    "events.tooMany", en: "{limit} pages are open already. Close one.", zh: "已打开 {limit} 个页面，请关闭一个。"),
]

/// Words of the API that people see.
let apiMessages: [Message] = []
