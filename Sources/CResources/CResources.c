#include "CResources.h"

/* One block for each file in Files/ and in docs/runbooks, and one line in the table; a test compares both with the
   folders. */
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char actions_mustache[] = {
#embed "Files/actions.mustache"
};
static const unsigned char app_js[] = {
#embed "Files/app.js"
};
static const unsigned char backtest_mustache[] = {
#embed "Files/backtest.mustache"
};
static const unsigned char chart_mustache[] = {
#embed "Files/chart.mustache"
};
static const unsigned char explore_mustache[] = {
#embed "Files/explore.mustache"
};
static const unsigned char favicon_svg[] = {
#embed "Files/favicon.svg"
};
static const unsigned char gauge_mustache[] = {
#embed "Files/gauge.mustache"
};
static const unsigned char host_mustache[] = {
#embed "Files/host.mustache"
};
static const unsigned char hosts_mustache[] = {
#embed "Files/hosts.mustache"
};
static const unsigned char incident_mustache[] = {
#embed "Files/incident.mustache"
};
static const unsigned char incidents_mustache[] = {
#embed "Files/incidents.mustache"
};
static const unsigned char item_mustache[] = {
#embed "Files/item.mustache"
};
static const unsigned char items_mustache[] = {
#embed "Files/items.mustache"
};
static const unsigned char layout_mustache[] = {
#embed "Files/layout.mustache"
};
static const unsigned char maintenance_mustache[] = {
#embed "Files/maintenance.mustache"
};
static const unsigned char need_mustache[] = {
#embed "Files/need.mustache"
};
static const unsigned char overview_mustache[] = {
#embed "Files/overview.mustache"
};
static const unsigned char pager_mustache[] = {
#embed "Files/pager.mustache"
};
static const unsigned char phrase_mustache[] = {
#embed "Files/phrase.mustache"
};
static const unsigned char probe_mustache[] = {
#embed "Files/probe.mustache"
};
static const unsigned char probelist_mustache[] = {
#embed "Files/probelist.mustache"
};
static const unsigned char probes_mustache[] = {
#embed "Files/probes.mustache"
};
static const unsigned char problem_mustache[] = {
#embed "Files/problem.mustache"
};
static const unsigned char relation_mustache[] = {
#embed "Files/relation.mustache"
};
static const unsigned char rules_mustache[] = {
#embed "Files/rules.mustache"
};
static const unsigned char runbook_mustache[] = {
#embed "Files/runbook.mustache"
};
static const unsigned char runbooks_certificate_md[] = {
#embed "../../docs/runbooks/certificate.md"
};
static const unsigned char runbooks_endpoint_md[] = {
#embed "../../docs/runbooks/endpoint.md"
};
static const unsigned char runbooks_host_md[] = {
#embed "../../docs/runbooks/host.md"
};
static const unsigned char runbooks_services_md[] = {
#embed "../../docs/runbooks/services.md"
};
static const unsigned char runbooks_watchkeeper_md[] = {
#embed "../../docs/runbooks/watchkeeper.md"
};
static const unsigned char runbooks_zh_cn_certificate_md[] = {
#embed "../../docs/runbooks/zh-CN/certificate.md"
};
static const unsigned char runbooks_zh_cn_endpoint_md[] = {
#embed "../../docs/runbooks/zh-CN/endpoint.md"
};
static const unsigned char runbooks_zh_cn_host_md[] = {
#embed "../../docs/runbooks/zh-CN/host.md"
};
static const unsigned char runbooks_zh_cn_services_md[] = {
#embed "../../docs/runbooks/zh-CN/services.md"
};
static const unsigned char runbooks_zh_cn_watchkeeper_md[] = {
#embed "../../docs/runbooks/zh-CN/watchkeeper.md"
};
static const unsigned char spark_mustache[] = {
#embed "Files/spark.mustache"
};
static const unsigned char sprite_mustache[] = {
#embed "Files/sprite.mustache"
};
static const unsigned char watchkeeper_css[] = {
#embed "Files/watchkeeper.css"
};

static const struct {
  const char *name;
  const unsigned char *bytes;
  size_t length;
} table[] = {
    {"actions.mustache", actions_mustache, sizeof actions_mustache},
    {"app.js", app_js, sizeof app_js},
    {"backtest.mustache", backtest_mustache, sizeof backtest_mustache},
    {"chart.mustache", chart_mustache, sizeof chart_mustache},
    {"explore.mustache", explore_mustache, sizeof explore_mustache},
    {"favicon.svg", favicon_svg, sizeof favicon_svg},
    {"gauge.mustache", gauge_mustache, sizeof gauge_mustache},
    {"host.mustache", host_mustache, sizeof host_mustache},
    {"hosts.mustache", hosts_mustache, sizeof hosts_mustache},
    {"incident.mustache", incident_mustache, sizeof incident_mustache},
    {"incidents.mustache", incidents_mustache, sizeof incidents_mustache},
    {"item.mustache", item_mustache, sizeof item_mustache},
    {"items.mustache", items_mustache, sizeof items_mustache},
    {"layout.mustache", layout_mustache, sizeof layout_mustache},
    {"maintenance.mustache", maintenance_mustache, sizeof maintenance_mustache},
    {"need.mustache", need_mustache, sizeof need_mustache},
    {"overview.mustache", overview_mustache, sizeof overview_mustache},
    {"pager.mustache", pager_mustache, sizeof pager_mustache},
    {"phrase.mustache", phrase_mustache, sizeof phrase_mustache},
    {"probe.mustache", probe_mustache, sizeof probe_mustache},
    {"probelist.mustache", probelist_mustache, sizeof probelist_mustache},
    {"probes.mustache", probes_mustache, sizeof probes_mustache},
    {"problem.mustache", problem_mustache, sizeof problem_mustache},
    {"relation.mustache", relation_mustache, sizeof relation_mustache},
    {"rules.mustache", rules_mustache, sizeof rules_mustache},
    {"runbook.mustache", runbook_mustache, sizeof runbook_mustache},
    {"runbooks/certificate.md", runbooks_certificate_md, sizeof runbooks_certificate_md},
    {"runbooks/endpoint.md", runbooks_endpoint_md, sizeof runbooks_endpoint_md},
    {"runbooks/host.md", runbooks_host_md, sizeof runbooks_host_md},
    {"runbooks/services.md", runbooks_services_md, sizeof runbooks_services_md},
    {"runbooks/watchkeeper.md", runbooks_watchkeeper_md, sizeof runbooks_watchkeeper_md},
    {"runbooks/zh-CN/certificate.md", runbooks_zh_cn_certificate_md, sizeof runbooks_zh_cn_certificate_md},
    {"runbooks/zh-CN/endpoint.md", runbooks_zh_cn_endpoint_md, sizeof runbooks_zh_cn_endpoint_md},
    {"runbooks/zh-CN/host.md", runbooks_zh_cn_host_md, sizeof runbooks_zh_cn_host_md},
    {"runbooks/zh-CN/services.md", runbooks_zh_cn_services_md, sizeof runbooks_zh_cn_services_md},
    {"runbooks/zh-CN/watchkeeper.md", runbooks_zh_cn_watchkeeper_md, sizeof runbooks_zh_cn_watchkeeper_md},
    {"spark.mustache", spark_mustache, sizeof spark_mustache},
    {"sprite.mustache", sprite_mustache, sizeof sprite_mustache},
    {"watchkeeper.css", watchkeeper_css, sizeof watchkeeper_css},
};

int watchkeeper_resource_count(void) { return (int)(sizeof table / sizeof table[0]); }

const char *watchkeeper_resource_name(int index) {
  return index >= 0 && index < watchkeeper_resource_count() ? table[index].name : 0;
}

const unsigned char *watchkeeper_resource_bytes(int index, size_t *length) {
  if (index < 0 || index >= watchkeeper_resource_count()) {
    *length = 0;
    return 0;
  }
  *length = table[index].length;
  return table[index].bytes;
}
