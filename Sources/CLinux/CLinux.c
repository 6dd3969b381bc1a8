#include "CLinux.h"

#include <sys/sysmacros.h>

unsigned int watchkeeper_major(unsigned long long device) { return major(device); }
unsigned int watchkeeper_minor(unsigned long long device) { return minor(device); }
