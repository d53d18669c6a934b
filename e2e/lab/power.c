/*
 * A disk that forgets what was never synced, for LD_PRELOAD. Beside each SQLite file (`x.db`, `x.db-wal`, `x.db-journal`) stands
 * `<file>.durable`: what fsync and fdatasync have asked the disk to keep, and nothing that was only written. After a SIGKILL
 * power.ts puts the file together again from the two, as a power cut would leave it.
 * While there is a file `read-only` in their folder, none of them can be written, cut, made or deleted.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_FDS 4096
#define REAL(name) ((__typeof__(&name))real(#name))

/* Bytes [from, to) were written and not yet synced. */
struct span { off64_t from, to; };
struct file { char path[1024]; struct span *spans; size_t count, room; };

static struct file *files[MOST_FDS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static int ends_with(const char *path, const char *end) {
  size_t all = strlen(path), last = strlen(end);
  return all >= last && strcmp(path + all - last, end) == 0;
}

static int is_ours(const char *path) {
  return ends_with(path, ".db") || ends_with(path, ".db-wal") || ends_with(path, ".db-journal");
}

/* Whether the kernel would say so of a file system that it has remounted for reading only. */
static int is_read_only(const char *path) {
  char flag[1100];
  const char *slash = strrchr(path, '/');
  if (!slash || !is_ours(path)) return 0;
  int before = errno;
  snprintf(flag, sizeof flag, "%.*s/read-only", (int)(slash - path), path);
  int is = access(flag, F_OK) == 0;
  errno = is ? EROFS : before;
  return is;
}

static int is_fd_read_only(int fd) { return fd >= 0 && fd < MOST_FDS && files[fd] && is_read_only(files[fd]->path); }

static void durable_path(char *into, size_t size, const char *path) { snprintf(into, size, "%s.durable", path); }

static void must(int done, const char *what) {
  if (done) return;
  dprintf(2, "power.c: %s: %s\n", what, strerror(errno));
  abort();
}

/* False, with errno, when the disk takes no more: a limit on this process holds for this copy as well. */
static int copy(int from, int to, off64_t at, off64_t end) {
  char bytes[65536];
  while (at < end) {
    size_t wanted = end - at < (off64_t)sizeof bytes ? (size_t)(end - at) : sizeof bytes;
    ssize_t got = pread64(from, bytes, wanted, at);
    must(got >= 0, "read");
    if (got == 0) return 1; /* the file has been cut shorter since */
    if (REAL(pwrite64)(to, bytes, got, at) != got) return 0;
    at += got;
  }
  return 1;
}

/*
 * Under the lock. A file that no process under this library has opened yet is durable as it is. What a process before this one has left
 * unsynced goes to the disk with the next sync.
 */
static void watch(int fd, const char *path) {
  if (fd < 0 || fd >= MOST_FDS || !is_ours(path)) return;
  struct file *file = calloc(1, sizeof *file);
  must(file != NULL, "memory");
  snprintf(file->path, sizeof file->path, "%s", path);
  files[fd] = file;
  char durable[1100];
  durable_path(durable, sizeof durable, path);
  struct stat64 now;
  if (fstat64(fd, &now) != 0 || now.st_size == 0) return;
  if (access(durable, F_OK) == 0) {
    file->spans = malloc(sizeof(struct span));
    must(file->spans != NULL, "memory");
    file->spans[0] = (struct span){0, now.st_size};
    file->room = file->count = 1;
    return;
  }
  int reader = REAL(open64)(path, O_RDONLY);
  int kept = REAL(open64)(durable, O_CREAT | O_EXCL | O_WRONLY, 0600);
  if (kept >= 0) {
    must(copy(reader, kept, 0, now.st_size), "copy of what was there");
    REAL(close)(kept);
  }
  REAL(close)(reader);
}

static void wrote(int fd, off64_t from, ssize_t bytes) {
  if (bytes <= 0 || fd < 0 || fd >= MOST_FDS || !files[fd]) return;
  pthread_mutex_lock(&lock);
  struct file *file = files[fd];
  if (file) {
    if (file->count > 0 && file->spans[file->count - 1].to == from) file->spans[file->count - 1].to += bytes;
    else {
      if (file->count == file->room) {
        file->room = file->room ? 2 * file->room : 64;
        must((file->spans = realloc(file->spans, file->room * sizeof(struct span))) != NULL, "memory");
      }
      file->spans[file->count++] = (struct span){from, from + bytes};
    }
  }
  pthread_mutex_unlock(&lock);
}

/* Everything written to the path through any descriptor of this process is durable from now on. 0, or -1 with errno as fsync. */
static int synced(int fd) {
  if (fd < 0 || fd >= MOST_FDS || !files[fd]) return 0;
  int done = 0, why = 0;
  pthread_mutex_lock(&lock);
  struct file *file = files[fd];
  if (file) {
    char durable[1100];
    durable_path(durable, sizeof durable, file->path);
    int reader = REAL(open64)(file->path, O_RDONLY);
    int kept = REAL(open64)(durable, O_CREAT | O_WRONLY, 0600);
    struct stat64 now;
    if (reader >= 0 && kept >= 0 && fstat64(reader, &now) == 0) {
      for (int other = 0; done == 0 && other < MOST_FDS; other++) {
        struct file *same = files[other];
        if (!same || strcmp(same->path, file->path) != 0) continue;
        for (size_t i = 0; done == 0 && i < same->count; i++)
          if (!copy(reader, kept, same->spans[i].from, same->spans[i].to)) done = -1;
        if (done == 0) same->count = 0;
      }
      if (done == 0) done = REAL(ftruncate64)(kept, now.st_size);
      why = errno;
    }
    if (reader >= 0) REAL(close)(reader);
    if (kept >= 0) REAL(close)(kept);
  }
  pthread_mutex_unlock(&lock);
  if (done != 0) errno = why;
  return done;
}

static int opened(int fd, const char *path) {
  if (fd >= 0 && is_ours(path)) {
    int before = errno;
    pthread_mutex_lock(&lock);
    watch(fd, path);
    pthread_mutex_unlock(&lock);
    errno = before;
  }
  return fd;
}

static mode_t mode_of(int flags, va_list more) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; }

int open(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = mode_of(flags, more);
  va_end(more);
  if ((flags & O_ACCMODE) != O_RDONLY && is_read_only(path)) return -1;
  return opened(REAL(open)(path, flags, mode), path);
}

int open64(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = mode_of(flags, more);
  va_end(more);
  if ((flags & O_ACCMODE) != O_RDONLY && is_read_only(path)) return -1;
  return opened(REAL(open64)(path, flags, mode), path);
}

int close(int fd) {
  if (fd >= 0 && fd < MOST_FDS && files[fd]) {
    pthread_mutex_lock(&lock);
    struct file *file = files[fd];
    /* What another descriptor has not synced stays unsynced: its spans go on with any other descriptor of the path. */
    for (int other = 0; file && file->count > 0 && other < MOST_FDS; other++) {
      struct file *same = files[other];
      if (!same || same == file || strcmp(same->path, file->path) != 0) continue;
      same->spans = realloc(same->spans, (same->count + file->count) * sizeof(struct span));
      must(same->spans != NULL, "memory");
      memcpy(same->spans + same->count, file->spans, file->count * sizeof(struct span));
      same->room = same->count += file->count;
      file->count = 0;
    }
    if (file) free(file->spans);
    free(file);
    files[fd] = NULL;
    pthread_mutex_unlock(&lock);
  }
  return REAL(close)(fd);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  if (is_fd_read_only(fd)) return -1;
  ssize_t done = REAL(pwrite64)(fd, bytes, count, at);
  wrote(fd, at, done);
  return done;
}

ssize_t write(int fd, const void *bytes, size_t count) {
  if (is_fd_read_only(fd)) return -1;
  off64_t at = fd >= 0 && fd < MOST_FDS && files[fd] ? lseek64(fd, 0, SEEK_CUR) : 0;
  ssize_t done = REAL(write)(fd, bytes, count);
  wrote(fd, at, done);
  return done;
}

int fsync(int fd) {
  int done = REAL(fsync)(fd);
  return done == 0 ? synced(fd) : done;
}

int fdatasync(int fd) {
  int done = REAL(fdatasync)(fd);
  return done == 0 ? synced(fd) : done;
}

int ftruncate64(int fd, off64_t length) {
  if (is_fd_read_only(fd)) return -1;
  return REAL(ftruncate64)(fd, length);
}

int unlink(const char *path) {
  if (is_read_only(path)) return -1;
  int done = REAL(unlink)(path);
  if (done == 0 && is_ours(path)) {
    char durable[1100];
    durable_path(durable, sizeof durable, path);
    REAL(unlink)(durable);
  }
  return done;
}

int rename(const char *from, const char *to) {
  if (is_read_only(from)) return -1;
  int done = REAL(rename)(from, to);
  if (done == 0 && is_ours(from)) {
    char was[1100], is[1100];
    durable_path(was, sizeof was, from);
    durable_path(is, sizeof is, to);
    REAL(rename)(was, is);
  }
  return done;
}
