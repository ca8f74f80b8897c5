#pragma once

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

// The compiler's own builtins: Swift does not emit the inline functions of the intrinsics headers.
#if defined(__x86_64__)
#define CI_CRC32C_TARGET __attribute__((target("sse4.2")))
#define CI_CRC32C_8(crc, value) ((uint32_t)__builtin_ia32_crc32di((crc), (value)))
#define CI_CRC32C_1(crc, value) __builtin_ia32_crc32qi((crc), (value))
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#define CI_CRC32C_TARGET
#define CI_CRC32C_8(crc, value) __builtin_arm_crc32cd((crc), (value))
#define CI_CRC32C_1(crc, value) __builtin_arm_crc32cb((crc), (value))
#endif

/// Whether this processor has a CRC-32C instruction that `ci_crc32c` was compiled to use.
static inline int ci_has_crc32c(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("sse4.2") != 0;
#elif defined(CI_CRC32C_TARGET)
    return 1;
#else
    return 0;
#endif
}

#if defined(__x86_64__)
typedef long long ci_pair __attribute__((vector_size(16)));

/// The bytes of each of three stretches of which the registers are computed side by side.
#define CI_CRC32C_STRETCH 1024

/// The product of a register and x^(n-33) modulo the polynomial: as eight bytes, it brings the register n bits forward.
__attribute__((target("pclmul"))) static inline uint64_t ci_crc32c_forward(uint64_t crc, uint32_t power) {
    const ci_pair a = {(long long)crc, 0}, b = {power, 0};
    return (uint64_t)__builtin_ia32_pclmulqdq128(a, b, 0)[0];
}

/// Continues a register over as many times three stretches as there are whole; returns the number of bytes.
///
/// The instruction takes three cycles but can start in each.
__attribute__((target("sse4.2,pclmul"))) static inline size_t ci_crc32c_three(
    uint32_t *crc, const uint8_t *bytes, size_t count
) {
    size_t done = 0;
    for (; count - done >= 3 * CI_CRC32C_STRETCH; done += 3 * CI_CRC32C_STRETCH) {
        uint64_t first = *crc, second = 0, third = 0;
        for (size_t i = done; i < done + CI_CRC32C_STRETCH; i += 8) {
            uint64_t a, b, c;
            memcpy(&a, bytes + i, 8);
            memcpy(&b, bytes + i + CI_CRC32C_STRETCH, 8);
            memcpy(&c, bytes + i + 2 * CI_CRC32C_STRETCH, 8);
            first = CI_CRC32C_8(first, a);
            second = CI_CRC32C_8(second, b);
            third = CI_CRC32C_8(third, c);
        }
        // x^(2 * 8192 - 33) and x^(8192 - 33).
        const uint64_t moved = ci_crc32c_forward(first, 0xa51b6135) ^ ci_crc32c_forward(second, 0x170076fa);
        *crc = CI_CRC32C_8(0, moved) ^ (uint32_t)third;
    }
    return done;
}
#endif

#if defined(CI_CRC32C_TARGET)
/// Continues a CRC-32C register (before its final inversion) by the processor's instruction.
CI_CRC32C_TARGET static inline uint32_t ci_crc32c(uint32_t crc, const uint8_t *bytes, size_t count) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("pclmul")) {
        const size_t done = ci_crc32c_three(&crc, bytes, count);
        bytes += done;
        count -= done;
    }
#endif
    while (count >= 8) {
        uint64_t value;
        memcpy(&value, bytes, 8);
        crc = CI_CRC32C_8(crc, value);
        bytes += 8;
        count -= 8;
    }
    while (count-- > 0) crc = CI_CRC32C_1(crc, *bytes++);
    return crc;
}
#else
static inline uint32_t ci_crc32c(uint32_t crc, const uint8_t *bytes, size_t count) {
    (void)bytes;
    (void)count;
    return crc;
}
#endif

#include <errno.h>
#include <spawn.h>
#include <sys/types.h>

#if defined(__linux__)
#include <sys/syscall.h>
#include <sys/uio.h>

// Declared here because the C library shows them only under _GNU_SOURCE, which an importing module cannot set.
extern int pipe2(int ends[2], int flags);
extern int sync_file_range(int descriptor, int64_t offset, int64_t count, unsigned int flags);
extern ssize_t pwritev2(int descriptor, const struct iovec *parts, int count, off_t offset, int flags);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);

/// Begins to write a range of a file to the disk without waiting (SYNC_FILE_RANGE_WRITE).
static inline void ci_start_writeback(int descriptor, int64_t offset, int64_t count) {
    (void)sync_file_range(descriptor, offset, count, 2);
}

/// Writes as pwrite does; the system begins to write to the disk at once, and forgets what is there (RWF_DONTCACHE, Linux 6.14).
static inline ssize_t ci_write_uncached(int descriptor, const void *bytes, size_t count, int64_t offset) {
    const struct iovec part = {(void *)bytes, count};
    return pwritev2(descriptor, &part, 1, offset, 0x80);
}

/// Lets two paths change places in one step (RENAME_EXCHANGE).
static inline int ci_exchange(const char *first, const char *second) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, first, AT_FDCWD, second, 2);
}

/// Opens a pipe that no child inherits, with room for 1 MiB where the user may have that much (F_SETPIPE_SZ).
static inline int ci_pipe(int *ends) {
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    (void)fcntl(ends[1], 1031, 1 << 20);
    return 0;
}
#else
static inline ssize_t ci_write_uncached(int descriptor, const void *bytes, size_t count, int64_t offset) {
    (void)descriptor;
    (void)bytes;
    (void)count;
    (void)offset;
    errno = ENOTSUP;
    return -1;
}
static inline int ci_exchange(const char *first, const char *second) {
    (void)first;
    (void)second;
    errno = ENOTSUP;
    return -1;
}
static inline void ci_start_writeback(int descriptor, int64_t offset, int64_t count) {
    (void)descriptor;
    (void)offset;
    (void)count;
}

static inline int ci_pipe(int *ends) {
    if (pipe(ends) != 0) return -1;
    for (int end = 0; end < 2; end++) (void)fcntl(ends[end], F_SETFD, FD_CLOEXEC);
    return 0;
}
#endif

/// Makes a process that is spawned start in a directory; returns 0 or the number of an error.
static inline int ci_spawn_in(posix_spawn_file_actions_t *actions, const char *path) {
    return posix_spawn_file_actions_addchdir_np(actions, path);
}

/// Leaves a process that is spawned no descriptor from `first` on; returns 0 or the number of an error.
static inline int ci_spawn_closing(posix_spawn_file_actions_t *actions, int first) {
#if defined(__GLIBC__)
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
#else
    (void)actions;
    (void)first;
    return 0;
#endif
}
