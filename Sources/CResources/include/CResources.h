#ifndef WATCHKEEPER_CRESOURCES_H
#define WATCHKEEPER_CRESOURCES_H

#include <stddef.h>

/* The files of Files/, compiled into the program. Names are as in that folder. */
int watchkeeper_resource_count(void);
const char *watchkeeper_resource_name(int index);
const unsigned char *watchkeeper_resource_bytes(int index, size_t *length);

#endif
