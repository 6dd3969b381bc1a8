#include "CLinux.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

unsigned int watchkeeper_major(unsigned long long device) { return major(device); }
unsigned int watchkeeper_minor(unsigned long long device) { return minor(device); }

long long watchkeeper_clock_nanoseconds(int clock) {
  struct timespec time;
  if (clock_gettime((clockid_t)clock, &time) != 0) return 0;
  return (long long)time.tv_sec * 1000000000LL + time.tv_nsec;
}

int watchkeeper_file_identity(int descriptor, unsigned long long *device, unsigned long long *inode) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return -1;
  *device = status.st_dev;
  *inode = status.st_ino;
  return 0;
}

int watchkeeper_regular_file(int descriptor, long long *size, double *modified) {
  struct stat status;
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return -1;
  *size = status.st_size;
  *modified = (double)status.st_mtim.tv_sec + (double)status.st_mtim.tv_nsec / 1e9;
  return 0;
}
