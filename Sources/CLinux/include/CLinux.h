#ifndef WATCHKEEPER_CLINUX_H
#define WATCHKEEPER_CLINUX_H

// Linux headers that Swift's Glibc module map leaves out.
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <mntent.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <sys/utsname.h>

/// The device number of a file as major and minor: the macros of <sys/sysmacros.h> are not imported by Swift.
unsigned int watchkeeper_major(unsigned long long device);
unsigned int watchkeeper_minor(unsigned long long device);

/// A clock in nanoseconds; 0 for a clock that does not exist. Which module owns `struct timespec` depends on what else
/// the compiler has loaded, so Swift cannot name its members wherever Foundation is near.
long long watchkeeper_clock_nanoseconds(int clock);

/// The device and the inode of an open file. `struct stat` has the same trouble with its owner.
/// - Returns: 0, or -1 when the descriptor is not open.
int watchkeeper_file_identity(int descriptor, unsigned long long *device, unsigned long long *inode);

/// The size of an open regular file in bytes and when it was changed last, in seconds since 1970.
/// - Returns: 0, or -1 when the descriptor is not open or no regular file.
int watchkeeper_regular_file(int descriptor, long long *size, double *modified);

/// Gives back memory that the process holds but does not use: free blocks of the allocator, and the pages of code and
/// constants, of the program and its libraries, that a start or a rare task has touched. What is still in use comes back
/// from the page cache at the next access. See docs/decisions/0014-resident-memory.md.
void watchkeeper_release_idle_memory(void);

#endif
