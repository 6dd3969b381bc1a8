#ifndef WATCHKEEPER_CPACKAGEDFILES_H
#define WATCHKEEPER_CPACKAGEDFILES_H

#include <stddef.h>

/* The shipped definitions: the folders probes/, rules/ and plans/ at the top of the repository, without their tests. */
int watchkeeper_packaged_count(void);
/* For example "rules/host.yaml". */
const char *watchkeeper_packaged_name(int index);
const unsigned char *watchkeeper_packaged_bytes(int index, size_t *length);

#endif
