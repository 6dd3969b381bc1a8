#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <link.h>
#include <malloc.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

unsigned int watchkeeper_major(unsigned long long device) { return major(device); }
unsigned int watchkeeper_minor(unsigned long long device) { return minor(device); }

long long watchkeeper_clock_nanoseconds(int clock) {
  struct timespec time;
  if (clock_gettime((clockid_t)clock, &time) != 0) return 0;
  return (long long)time.tv_sec * 1000000000LL + time.tv_nsec;
}

long long watchkeeper_changed_nanoseconds(const char *path) {
  struct stat status;
  if (stat(path, &status) != 0) return -1;
  return (long long)status.st_mtim.tv_sec * 1000000000LL + status.st_mtim.tv_nsec;
}

long watchkeeper_local_zone(long long seconds, char *name, int capacity) {
  time_t time = (time_t)seconds;
  struct tm local;
  memset(&local, 0, sizeof local);
  localtime_r(&time, &local);
  snprintf(name, (size_t)capacity, "%s", local.tm_zone ? local.tm_zone : "UTC");
  return local.tm_gmtoff;
}

void watchkeeper_socket_patience(int descriptor, int seconds) {
  struct timeval patience = {.tv_sec = seconds};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

int watchkeeper_file_identity(int descriptor, unsigned long long *device, unsigned long long *inode) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return -1;
  *device = status.st_dev;
  *inode = status.st_ino;
  return 0;
}

int watchkeeper_path_identity(const char *path, unsigned long long *device, unsigned long long *inode) {
  struct stat status;
  if (stat(path, &status) != 0) return -1;
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

int watchkeeper_file_status(const char *path, long long *size, double *modified) {
  struct stat status;
  if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) return -1;
  *size = status.st_size;
  *modified = (double)status.st_mtim.tv_sec + (double)status.st_mtim.tv_nsec / 1e9;
  return 0;
}

long long watchkeeper_modified_nanoseconds(int descriptor) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return 0;
  return (long long)status.st_mtim.tv_sec * 1000000000LL + status.st_mtim.tv_nsec;
}

int watchkeeper_connect_unix(int descriptor, const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(address.sun_path, path);
  return connect(descriptor, (struct sockaddr *)&address, sizeof address);
}

int watchkeeper_timex(long long values[16]) {
  struct timex state = {0};
  int answer = adjtimex(&state);
  const long long read[16] = {
    state.offset, state.freq,  state.maxerror, state.esterror, state.status, state.constant, state.tick,   state.ppsfreq,
    state.jitter, state.shift, state.stabil,   state.jitcnt,   state.calcnt, state.errcnt,   state.stbcnt, state.tai,
  };
  for (int index = 0; index < 16; index++) values[index] = read[index];
  return answer;
}

/// Whether the loader wrote into the code of this object: its pages are not those of the file.
static int has_text_relocations(const struct dl_phdr_info *object, const ElfW(Phdr) *header) {
  for (const ElfW(Dyn) *entry = (const void *)(object->dlpi_addr + header->p_vaddr); entry->d_tag != DT_NULL; entry++) {
    if (entry->d_tag == DT_TEXTREL) return 1;
    if (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL)) return 1;
  }
  return 0;
}

static int release_code_pages(struct dl_phdr_info *object, size_t size, void *unused) {
  (void)size, (void)unused;
  // The kernel's own, which is no file.
  if (object->dlpi_addr == getauxval(AT_SYSINFO_EHDR)) return 0;
  for (int index = 0; index < object->dlpi_phnum; index++) {
    const ElfW(Phdr) *header = &object->dlpi_phdr[index];
    if (header->p_type == PT_DYNAMIC && has_text_relocations(object, header)) return 0;
  }
  const ElfW(Addr) page = (ElfW(Addr))sysconf(_SC_PAGESIZE);
  for (int index = 0; index < object->dlpi_phnum; index++) {
    const ElfW(Phdr) *header = &object->dlpi_phdr[index];
    // Segments that nobody ever writes to. What is relocated and then protected is part of a writable one.
    if (header->p_type != PT_LOAD || (header->p_flags & PF_W)) continue;
    ElfW(Addr) start = (object->dlpi_addr + header->p_vaddr) & ~(page - 1);
    ElfW(Addr) end = (object->dlpi_addr + header->p_vaddr + header->p_filesz + page - 1) & ~(page - 1);
    madvise((void *)start, end - start, MADV_DONTNEED);
  }
  return 0;
}

void watchkeeper_release_idle_memory(void) {
  malloc_trim(0);
  dl_iterate_phdr(release_code_pages, NULL);
}

static void limit(int resource, unsigned long long most) {
  struct rlimit limit = {.rlim_cur = most, .rlim_max = most};
  if (most > 0) setrlimit(resource, &limit);
}

static void become(const char *path, char *const arguments[], char *const environment[], const char *folder, int output,
                   int errors, const watchkeeper_program_limits *limits, int *problem) {
  struct sigaction standard = {.sa_handler = SIG_DFL};
  for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &standard, NULL);
  const struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  limit(RLIMIT_AS, limits->address_space_bytes);
  limit(RLIMIT_CPU, limits->processor_seconds);
  limit(RLIMIT_FSIZE, limits->file_bytes);
  int input = open("/dev/null", O_RDONLY);
  // Both pipes lie above 2, so that no copy covers another.
  if (setpgid(0, 0) != 0 || input < 0 || dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0 ||
      close_range(3, ~0U, 0) != 0 || (folder && chdir(folder) != 0)) {
    *problem = errno;
    _exit(127);
  }
  sigset_t free;
  sigemptyset(&free);
  sigprocmask(SIG_SETMASK, &free, NULL);
  execve(path, arguments, environment);
  *problem = errno;
  _exit(127);
}

int watchkeeper_start_program(const char *path, char *const arguments[], char *const environment[], const char *folder,
                              int output, int errors, const watchkeeper_program_limits *limits) {
  // Who starts us may have SIGCHLD ignored, and execve(2) hands that on: children then leave nothing to wait for, and
  // how they ended is lost.
  struct sigaction now;
  if (sigaction(SIGCHLD, NULL, &now) == 0 && (now.sa_handler == SIG_IGN || (now.sa_flags & SA_NOCLDWAIT))) {
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigaction(SIGCHLD, &standard, NULL);
  }
  // The child borrows this thread's memory until it has become the program: no page is copied, however large we are.
  volatile int problem = 0;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t process = vfork();
  if (process == 0) become(path, arguments, environment, folder, output, errors, limits, (int *)&problem);
  int failed = process < 0 ? errno : problem;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (failed == 0) return process;
  if (process > 0) waitpid(process, NULL, 0);
  return -failed;
}

int watchkeeper_reap(int process, int *status, long long *nanoseconds) {
  struct rusage usage;
  pid_t ended;
  do ended = wait4(process, status, 0, &usage);
  while (ended < 0 && errno == EINTR);
  if (ended != process) return ended < 0 ? -errno : -ECHILD;
  *nanoseconds = (long long)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000LL +
                 (long long)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000LL;
  return 0;
}

int watchkeeper_output_pipe(int *read_end, int *write_end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  *read_end = ends[0];
  *write_end = ends[1];
  return 0;
}

int watchkeeper_process_descriptor(int process) { return (int)syscall(SYS_pidfd_open, process, 0); }
