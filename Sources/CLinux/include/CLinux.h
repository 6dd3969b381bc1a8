#ifndef WATCHKEEPER_CLINUX_H
#define WATCHKEEPER_CLINUX_H

// Linux headers that Swift's Glibc module map leaves out.
#include "CLinuxNetwork.h"

#include "CDiskHealth.h"
#include "CJournal.h"
#include "CNetlink.h"
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

/// When a file was changed last, in nanoseconds since 1970; -1 when there is none.
long long watchkeeper_changed_nanoseconds(const char *path);

/// What the clocks of this host show at that time: the zone's short name, of at most `capacity` bytes, and its distance
/// from UTC in seconds.
long watchkeeper_local_zone(long long seconds, char *name, int capacity);

/// How long reading from and writing to a blocking socket may take.
void watchkeeper_socket_patience(int descriptor, int seconds);

/// The device and the inode of an open file. `struct stat` has the same trouble with its owner.
/// - Returns: 0, or -1 when the descriptor is not open.
int watchkeeper_file_identity(int descriptor, unsigned long long *device, unsigned long long *inode);

/// The device and the inode of the file at `path`, links followed. - Returns: 0, or -1 with errno.
int watchkeeper_path_identity(const char *path, unsigned long long *device, unsigned long long *inode);

/// The size of an open regular file in bytes and when it was changed last, in seconds since 1970.
/// - Returns: 0, or -1 when the descriptor is not open or no regular file.
int watchkeeper_regular_file(int descriptor, long long *size, double *modified);
/// The same for a path, without opening it.
int watchkeeper_file_status(const char *path, long long *size, double *modified);

/// When an open file or folder was changed last, in nanoseconds since 1970; 0 when the descriptor is not open.
long long watchkeeper_modified_nanoseconds(int descriptor);

/// Connects a unix socket to the socket file at `path`. - Returns: 0, or -1 with errno.
int watchkeeper_connect_unix(int descriptor, const char *path);

/// What the kernel's clock discipline says, changing nothing: offset, freq, maxerror, esterror,
/// status, constant, tick, ppsfreq, jitter, shift, stabil, jitcnt, calcnt, errcnt, stbcnt, tai.
/// - Returns: adjtimex(2)'s answer: the state of the clock, or -1.
int watchkeeper_timex(long long values[16]);

/// Gives back memory that the process holds but does not use: free blocks of the allocator, and the pages of code and
/// constants, of the program and its libraries, that a start or a rare task has touched. What is still in use comes back
/// from the page cache at the next access. See docs/decisions/0014-resident-memory.md.
void watchkeeper_release_idle_memory(void);

/// What a started program may use; 0 leaves the limit of this process.
typedef struct {
  unsigned long long address_space_bytes;
  unsigned long long processor_seconds;
  unsigned long long file_bytes;
} watchkeeper_program_limits;

/// Starts a program without a shell: in a process group of its own, with no descriptor but 0 (/dev/null), 1 and 2, the
/// signals as at a login, and no core file. `folder` may be NULL.
/// - Returns: its process id, or the negative error number.
int watchkeeper_start_program(const char *path, char *const arguments[], char *const environment[], const char *folder,
                              int output, int errors, const watchkeeper_program_limits *limits);

/// Waits for a process that has ended: its status, and the processor time in nanoseconds that it and those it waited for
/// took. A signal does not end the waiting.
/// - Returns: 0, or the negative error number: ECHILD when somebody else has waited for it.
int watchkeeper_reap(int process, int *status, long long *nanoseconds);

/// A pipe for a program's output, which no program inherits by itself; only reading from it never blocks.
/// - Returns: 0, or -1 with `errno`.
int watchkeeper_output_pipe(int *read_end, int *write_end);

/// A descriptor that is readable once the process has ended; -1 when there is none.
int watchkeeper_process_descriptor(int process);

#endif
