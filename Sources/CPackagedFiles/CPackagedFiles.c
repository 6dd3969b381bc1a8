#include "CPackagedFiles.h"

/* One block and one line in the table for each shipped file; a test compares both with the folders. */
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char plans_host_care[] = {
#embed "../../plans/host-care.yaml"
};
static const unsigned char probes_this_host[] = {
#embed "../../probes/this-host.yaml"
};
static const unsigned char rules_certificate[] = {
#embed "../../rules/certificate.yaml"
};
static const unsigned char rules_endpoint[] = {
#embed "../../rules/endpoint.yaml"
};
static const unsigned char rules_host[] = {
#embed "../../rules/host.yaml"
};
static const unsigned char rules_self[] = {
#embed "../../rules/self.yaml"
};

static const struct {
  const char *name;
  const unsigned char *bytes;
  size_t length;
} table[] = {
    {"plans/host-care.yaml", plans_host_care, sizeof plans_host_care},
    {"probes/this-host.yaml", probes_this_host, sizeof probes_this_host},
    {"rules/certificate.yaml", rules_certificate, sizeof rules_certificate},
    {"rules/endpoint.yaml", rules_endpoint, sizeof rules_endpoint},
    {"rules/host.yaml", rules_host, sizeof rules_host},
    {"rules/self.yaml", rules_self, sizeof rules_self},
};

int watchkeeper_packaged_count(void) { return (int)(sizeof table / sizeof table[0]); }

const char *watchkeeper_packaged_name(int index) {
  return index >= 0 && index < watchkeeper_packaged_count() ? table[index].name : 0;
}

const unsigned char *watchkeeper_packaged_bytes(int index, size_t *length) {
  if (index < 0 || index >= watchkeeper_packaged_count()) {
    *length = 0;
    return 0;
  }
  *length = table[index].length;
  return table[index].bytes;
}
