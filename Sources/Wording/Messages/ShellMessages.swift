/// The frame around every page.
let shellMessages: [Message] = [
  Message("shell.product", en: "Watchkeeper", zh: "Watchkeeper"),
  Message("shell.skip", en: "Skip to content", zh: "跳到正文"),
  Message("shell.search.label", en: "Search incidents", zh: "搜索事件"),
  Message("shell.search.hint", en: "Incident, item, words", zh: "事件、配置项、关键词"),
  Message("shell.theme.system", en: "Colours: as your system has them", zh: "配色：跟随系统"),
  Message("shell.theme.light", en: "Colours: light", zh: "配色：浅色"),
  Message("shell.theme.dark", en: "Colours: dark", zh: "配色：深色"),
  Message("shell.menu", en: "Menu", zh: "菜单"),
  Message("shell.signedIn", en: "Signed in as", zh: "当前用户"),
  Message("shell.pill.watching", en: "Watching {delivering} of {expected}", zh: "监测中 {delivering}/{expected}"),
  Message("shell.zone", en: "Times in {offset}", zh: "时间为 {offset}"),
  Message("shell.delivery", en: "Last page proven delivered", zh: "最近一次通知送达验证"),
  Message("shell.stale.title", en: "Stale: last update {age} ago.", zh: "数据已过期：上次更新在 {age}前。"),
  Message(
    "shell.stale.detail",
    en: "The page lost its connection and keeps trying. What you see may no longer be true.",
    zh: "页面已断开连接，正在重连。所见内容可能已不真实。"),
  Message("shell.changed", en: "Something on this page has changed.", zh: "本页内容已有变化。"),
  Message("shell.reload", en: "Show it", zh: "查看"),
  Message("shell.cancel", en: "Cancel", zh: "取消"),
  Message("shell.keys.search", en: "search", zh: "搜索"),
  Message("shell.keys.incidents", en: "incidents", zh: "事件"),
  Message("shell.keys.move", en: "move", zh: "移动"),
  Message("nav.main", en: "Main", zh: "主导航"),
  Message("nav.crumb", en: "Breadcrumb", zh: "路径"),
  Message("nav.overview", en: "Overview", zh: "总览"),
  Message("nav.incidents", en: "Incidents", zh: "事件"),
  Message("nav.hosts", en: "Hosts", zh: "主机"),
  Message("nav.items", en: "CMDB", zh: "配置库"),
  Message("nav.maintenance", en: "Maintenance", zh: "维护"),
  Message("nav.rules", en: "Rules", zh: "规则"),
  Message("nav.explore", en: "Explore", zh: "查询"),
]

/// Words for states, and what several pages share.
let stateMessages: [Message] = [
  Message("state.ok", en: "OK", zh: "正常"),
  Message("state.warning", en: "Warning", zh: "警告"),
  Message("state.critical", en: "Critical", zh: "严重"),
  Message("state.unknown", en: "Unknown", zh: "未知"),
  Message("state.unreachable", en: "Unreachable", zh: "不可达"),
  Message("state.maintenance", en: "Maintenance", zh: "维护中"),
  Message("state.firing", en: "{state:message}, firing", zh: "{state:message}，触发中"),
  Message("role.viewer", en: "viewer", zh: "查看"),
  Message("role.operator", en: "operator", zh: "运维"),
  Message("role.administrator", en: "administrator", zh: "管理员"),
  Message("role.writer", en: "writer", zh: "写入"),
]

/// Units that the page's script needs: days, hours, minutes, seconds.
let unitMessages: [Message] = [
  Message("unit.short", en: "d|h|min|s", zh: "天|小时|分钟|秒"),
  Message("unit.colon", en: ": ", zh: "："),
  Message("unit.comma", en: ", ", zh: "，"),
  Message("unit.ago", en: "{age} ago", zh: "{age}前"),
  Message("unit.age", en: "{seconds:age}", zh: "{seconds:age}"),
]
