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

#if defined(CI_CRC32C_TARGET)
/// Continues a CRC-32C register (before its final inversion) by the processor's instruction.
CI_CRC32C_TARGET static inline uint32_t ci_crc32c(uint32_t crc, const uint8_t *bytes, size_t count) {
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

#if defined(__linux__)
// Declared here because the C library shows them only under _GNU_SOURCE, which an importing module cannot set.
extern int pipe2(int ends[2], int flags);
extern int sync_file_range(int descriptor, int64_t offset, int64_t count, unsigned int flags);

/// Begins to write a range of a file to the disk without waiting (SYNC_FILE_RANGE_WRITE).
static inline void ci_start_writeback(int descriptor, int64_t offset, int64_t count) {
    (void)sync_file_range(descriptor, offset, count, 2);
}

/// Opens a pipe that no child inherits, with room for 1 MiB where the user may have that much (F_SETPIPE_SZ).
static inline int ci_pipe(int *ends) {
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    (void)fcntl(ends[1], 1031, 1 << 20);
    return 0;
}
#else
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
