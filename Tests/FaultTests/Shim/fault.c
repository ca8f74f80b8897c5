// Counts, kills and fails the write steps of one program; preloaded into it by FaultTests.
//
// FAULT_OF     the program (default: git-model)
// FAULT_LOG    a file that gets one line a step: the call and its path
// FAULT_BELOW  only steps on paths that begin with this count (default: all)
// FAULT_STEP   the number of the step that is met, from 1
// FAULT_KIND   what happens there: "kill" before it, "tear" (half of a write, any other call whole, then kill),
//              "once" (it fails), "on" (it and all that follow fail)
// FAULT_ERRNO  the error of steps that fail
//
// A step is a call that changes a file system: children of the program, pipes and terminals do not count, nor does
// creating what is there. Where the disk is full, only what needs space fails; where it is read-only, everything.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define LONGEST (2 * PATH_MAX)

enum kind { NOTHING, KILL, TEAR, ONCE, ON };
enum need { SPACE, NO_SPACE };

static pid_t program;
static int log_file = -1;
static const char *below = "";
static long met_step;
static enum kind kind;
static int failure;
static atomic_long steps;

__attribute__((constructor)) static void start(void) {
    const char *log = getenv("FAULT_LOG");
    const char *of = getenv("FAULT_OF");
    if (!log || strcmp(program_invocation_short_name, of ? of : "git-model") != 0) return;
    log_file = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
    if (log_file < 0) abort();
    if (getenv("FAULT_BELOW")) below = getenv("FAULT_BELOW");
    if (getenv("FAULT_STEP")) met_step = atol(getenv("FAULT_STEP"));
    if (getenv("FAULT_ERRNO")) failure = atoi(getenv("FAULT_ERRNO"));
    const char *name = getenv("FAULT_KIND");
    if (name) {
        kind = !strcmp(name, "kill") ? KILL : !strcmp(name, "tear") ? TEAR : !strcmp(name, "once") ? ONCE : ON;
    }
    program = getpid();
}

static void path_of(int descriptor, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t count = readlink(link, path, PATH_MAX - 1);
    path[count < 0 ? 0 : count] = 0;
}

static void resolve(int directory, const char *name, char *path) {
    char base[PATH_MAX] = "";
    if (name[0] != '/') {
        if (directory != AT_FDCWD) path_of(directory, base);
        else if (!getcwd(base, sizeof base)) base[0] = 0;
    }
    snprintf(path, LONGEST, "%s%s%s", base, base[0] ? "/" : "", name);
}

// What happens at this step: NOTHING, TEAR for the caller to do, or ONCE where it fails with errno set.
static enum kind step(const char *call, const char *path, enum need need) {
    if (!program || getpid() != program || strncmp(path, below, strlen(below)) != 0) return NOTHING;
    long number = atomic_fetch_add(&steps, 1) + 1;
    char line[LONGEST + 64];
    int count = snprintf(line, sizeof line, "%s %s\n", call, path);
    if (syscall(SYS_write, log_file, line, (size_t)count) != count) abort();
    if (!met_step || number < met_step || (number > met_step && kind != ON)) return NOTHING;
    switch (kind) {
    case KILL: kill(program, SIGKILL); return NOTHING;
    case TEAR: return TEAR;
    default:
        if (failure == ENOSPC && need == NO_SPACE) return NOTHING;
        errno = failure;
        return ONCE;
    }
}

static enum kind step_at(const char *call, int directory, const char *name, enum need need) {
    char path[LONGEST];
    resolve(directory, name, path);
    return step(call, path, need);
}

static enum kind step_on(const char *call, int descriptor, enum need need) {
    char path[LONGEST];
    path_of(descriptor, path);
    return step(call, path, need);
}

static int is_there(int directory, const char *name) {
    struct stat status;
    int error = errno;
    int result = fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
    errno = error;
    return result;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// Does the call unless it is to fail; kills the program behind it where that was asked for.
#define PASS(met, call)                                                                                               \
    do {                                                                                                              \
        enum kind met_ = (met);                                                                                       \
        if (met_ == ONCE) return -1;                                                                                  \
        __typeof__(call) result_ = (call);                                                                            \
        if (met_ == TEAR) kill(program, SIGKILL);                                                                     \
        return result_;                                                                                               \
    } while (0)

static int open_any(int directory, const char *name, int flags, mode_t mode) {
    int writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);
    int creates = (flags & O_CREAT) && !is_there(directory, name);
    int is_step = creates || (flags & O_TRUNC) || (writes && failure == EROFS);
    struct stat status;
    if (is_step && fstatat(directory, name, &status, 0) == 0 && !S_ISREG(status.st_mode)) is_step = 0;
    PASS(is_step ? step_at("create", directory, name, SPACE) : NOTHING,
         (int)syscall(SYS_openat, directory, name, flags, mode));
}

#define MODE_OF(flags)                                                                                                \
    mode_t mode = 0;                                                                                                  \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                                                            \
        va_list arguments;                                                                                            \
        va_start(arguments, flags);                                                                                   \
        mode = (mode_t)va_arg(arguments, int);                                                                        \
        va_end(arguments);                                                                                            \
    }

int open(const char *name, int flags, ...) { MODE_OF(flags) return open_any(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE_OF(flags) return open_any(AT_FDCWD, name, flags, mode); }
int openat(int directory, const char *name, int flags, ...) { MODE_OF(flags) return open_any(directory, name, flags, mode); }
int openat64(int directory, const char *name, int flags, ...) { MODE_OF(flags) return open_any(directory, name, flags, mode); }

static ssize_t write_any(int file, const void *bytes, size_t count, off_t offset, int has_offset) {
    struct stat status;
    int is_file = program && fstat(file, &status) == 0 && S_ISREG(status.st_mode) && file != log_file;
    enum kind met = is_file ? step_on("write", file, SPACE) : NOTHING;
    if (met == TEAR) count = count / 2;
    PASS(met, has_offset ? syscall(SYS_pwrite64, file, bytes, count, offset) : syscall(SYS_write, file, bytes, count));
}

ssize_t write(int file, const void *bytes, size_t count) { return write_any(file, bytes, count, 0, 0); }
ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) { return write_any(file, bytes, count, offset, 1); }
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) { return write_any(file, bytes, count, offset, 1); }

ssize_t pwritev2(int file, const struct iovec *parts, int count, off_t offset, int flags) {
    (void)flags;
    if (count == 1) return write_any(file, parts->iov_base, parts->iov_len, offset, 1);
    errno = ENOTSUP;
    return -1;
}

int fsync(int file) { PASS(step_on("sync", file, SPACE), REAL(fsync)(file)); }
int fdatasync(int file) { PASS(step_on("sync", file, SPACE), REAL(fdatasync)(file)); }
int ftruncate(int file, off_t size) { PASS(step_on("resize", file, SPACE), REAL(ftruncate)(file, size)); }
int ftruncate64(int file, off64_t size) { PASS(step_on("resize", file, SPACE), REAL(ftruncate64)(file, size)); }

int renameat(int from, const char *source, int to, const char *target) {
    PASS(step_at("rename", to, target, SPACE), REAL(renameat)(from, source, to, target));
}
int rename(const char *source, const char *target) {
    PASS(step_at("rename", AT_FDCWD, target, SPACE), REAL(rename)(source, target));
}

int unlinkat(int directory, const char *name, int flags) {
    PASS(is_there(directory, name) ? step_at("remove", directory, name, NO_SPACE) : NOTHING,
         REAL(unlinkat)(directory, name, flags));
}
int unlink(const char *name) {
    PASS(is_there(AT_FDCWD, name) ? step_at("remove", AT_FDCWD, name, NO_SPACE) : NOTHING, REAL(unlink)(name));
}
int rmdir(const char *name) {
    PASS(is_there(AT_FDCWD, name) ? step_at("remove", AT_FDCWD, name, NO_SPACE) : NOTHING, REAL(rmdir)(name));
}

int mkdirat(int directory, const char *name, mode_t mode) {
    PASS(is_there(directory, name) ? NOTHING : step_at("mkdir", directory, name, SPACE),
         REAL(mkdirat)(directory, name, mode));
}
int mkdir(const char *name, mode_t mode) {
    PASS(is_there(AT_FDCWD, name) ? NOTHING : step_at("mkdir", AT_FDCWD, name, SPACE), REAL(mkdir)(name, mode));
}

int symlink(const char *target, const char *name) {
    PASS(step_at("link", AT_FDCWD, name, SPACE), REAL(symlink)(target, name));
}
int symlinkat(const char *target, int directory, const char *name) {
    PASS(step_at("link", directory, name, SPACE), REAL(symlinkat)(target, directory, name));
}
int linkat(int from, const char *source, int to, const char *name, int flags) {
    PASS(step_at("link", to, name, SPACE), REAL(linkat)(from, source, to, name, flags));
}

int chmod(const char *name, mode_t mode) {
    PASS(step_at("chmod", AT_FDCWD, name, NO_SPACE), REAL(chmod)(name, mode));
}
int utimensat(int directory, const char *name, const struct timespec times[2], int flags) {
    PASS(step_at("touch", directory, name, NO_SPACE), REAL(utimensat)(directory, name, times, flags));
}
