#define _GNU_SOURCE
#include "CLinux.h"

#include <link.h>
#include <malloc.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

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
