// Preloaded into the tool by the torture tests: lets the n-th call of one kind fail, or ends the process there, as a full
// disk, a missing file, a lack of memory or a power cut would.
//
//   ZOO_FAULT=KIND:N:WHAT   KIND open, write, flush, rename, read, allocate or thread; N from 1;
//                           WHAT fail or kill
//   ZOO_FAULT_COUNT=FILE    writes how many calls of each kind there were, a line each, at the end of the process
//
// Only calls on files below ZOO_FAULT_UNDER count (of those that name or hold one), so that the loader's and the
// language's own don't. Allocations count from 1 MiB on: smaller ones are the language's, which ends the process.
#if defined(__linux__)
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum kind { OPEN, WRITE, FLUSH, RENAME, READ, ALLOCATE, THREAD, KINDS };
static const char *const names[KINDS] = {"open", "write", "flush", "rename", "read", "allocate", "thread"};

static atomic_long counts[KINDS];
static int faulty = -1;
static long at = 0;
static int kills = 0;
static const char *under = NULL;
static atomic_int ready = 0;

static void finish(void) {
  const char *path = getenv("ZOO_FAULT_COUNT");
  if (!path) return;
  FILE *file = fopen(path, "w");
  if (!file) return;
  for (int kind = 0; kind < KINDS; kind++) fprintf(file, "%s %ld\n", names[kind], atomic_load(&counts[kind]));
  fclose(file);
}

__attribute__((constructor)) static void start(void) {
  // The shells that the tool starts are left alone.
  char program[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length <= 0) return;
  program[length] = 0;
  const char *name = strrchr(program, '/');
  if (!name || strcmp(name, "/zoo") != 0) return;
  under = getenv("ZOO_FAULT_UNDER");
  const char *fault = getenv("ZOO_FAULT");
  if (fault) {
    for (int kind = 0; kind < KINDS; kind++) {
      size_t size = strlen(names[kind]);
      if (strncmp(fault, names[kind], size) == 0 && fault[size] == ':') {
        faulty = kind;
        char *end = NULL;
        at = strtol(fault + size + 1, &end, 10);
        kills = end && strcmp(end, ":kill") == 0;
      }
    }
  }
  atexit(finish);
  atomic_store(&ready, 1);
}

/// Whether this call is to fail.
static int fails(enum kind kind) {
  long number = atomic_fetch_add(&counts[kind], 1) + 1;
  if ((int)kind != faulty || number != at) return 0;
  if (kills) kill(getpid(), SIGKILL);
  return 1;
}

static int is_under(const char *path) { return !under || strncmp(path, under, strlen(under)) == 0; }

/// Whether the descriptor's file counts; a folder's descriptor for the calls that name a file in it.
static int counts_descriptor(int descriptor) {
  if (!atomic_load(&ready)) return 0;
  if (!under) return descriptor > 2;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return is_under(path);
}

static int counts_path(int folder, const char *path) {
  if (!atomic_load(&ready)) return 0;
  if (path[0] == '/') return is_under(path);
  if (folder != AT_FDCWD) return counts_descriptor(folder);
  char here[PATH_MAX];
  return getcwd(here, sizeof here) != NULL && is_under(here);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define MODE(last)                                \
  mode_t mode = 0;                                \
  if (flags & (O_CREAT | O_TMPFILE)) {            \
    va_list list;                                 \
    va_start(list, last);                         \
    mode = va_arg(list, mode_t);                  \
    va_end(list);                                 \
  }

static int open_fails(int folder, const char *path, int flags) {
  if (!counts_path(folder, path) || !fails(OPEN)) return 0;
  errno = flags & O_CREAT ? ENOSPC : EMFILE;
  return 1;
}

int open(const char *path, int flags, ...) {
  MODE(flags)
  return open_fails(AT_FDCWD, path, flags) ? -1 : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  MODE(flags)
  return open_fails(AT_FDCWD, path, flags) ? -1 : REAL(open64)(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
  MODE(flags)
  return open_fails(folder, path, flags) ? -1 : REAL(openat)(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...) {
  MODE(flags)
  return open_fails(folder, path, flags) ? -1 : REAL(openat64)(folder, path, flags, mode);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  if (counts_descriptor(descriptor) && fails(WRITE)) {
    // A full disk takes what still fits.
    if (count > 1) REAL(write)(descriptor, bytes, count / 2);
    errno = ENOSPC;
    return -1;
  }
  return REAL(write)(descriptor, bytes, count);
}

int fsync(int descriptor) {
  if (counts_descriptor(descriptor) && fails(FLUSH)) {
    errno = EIO;
    return -1;
  }
  return REAL(fsync)(descriptor);
}

int rename(const char *from, const char *to) {
  if (counts_path(AT_FDCWD, from) && fails(RENAME)) {
    errno = EIO;
    return -1;
  }
  return REAL(rename)(from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  if (counts_path(from_folder, from) && fails(RENAME)) {
    errno = EIO;
    return -1;
  }
  return REAL(renameat)(from_folder, from, to_folder, to);
}

ssize_t read(int descriptor, void *bytes, size_t count) {
  if (counts_descriptor(descriptor) && fails(READ)) {
    errno = EIO;
    return -1;
  }
  return REAL(read)(descriptor, bytes, count);
}

ssize_t pread(int descriptor, void *bytes, size_t count, off_t offset) {
  if (counts_descriptor(descriptor) && fails(READ)) {
    errno = EIO;
    return -1;
  }
  return REAL(pread)(descriptor, bytes, count, offset);
}

ssize_t pread64(int descriptor, void *bytes, size_t count, off64_t offset) {
  if (counts_descriptor(descriptor) && fails(READ)) {
    errno = EIO;
    return -1;
  }
  return REAL(pread64)(descriptor, bytes, count, offset);
}

// The memory of tensors and arenas, which the tool asks for by this name.
int posix_memalign(void **pointer, size_t alignment, size_t size) {
  if (size >= 1 << 20 && atomic_load(&ready) && fails(ALLOCATE)) return ENOMEM;
  return REAL(posix_memalign)(pointer, alignment, size);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument) {
  if (atomic_load(&ready) && fails(THREAD)) return EAGAIN;
  return REAL(pthread_create)(thread, attributes, body, argument);
}
#endif
