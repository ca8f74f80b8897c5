#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#define CI_SHA256_TARGET __attribute__((target("sha,sse4.1,ssse3")))
typedef int ci_lanes __attribute__((vector_size(16)));
typedef char ci_bytes __attribute__((vector_size(16)));

/// The round constants of SHA-256 (FIPS 180-4, section 4.2.2).
static const uint32_t ci_sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/// Four words of a message, which holds them with the highest byte first.
CI_SHA256_TARGET static inline ci_lanes ci_sha256_load(const uint8_t *bytes) {
    ci_bytes raw;
    memcpy(&raw, bytes, 16);
    return (ci_lanes)__builtin_shufflevector(raw, raw, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

/// The four words of the message schedule that follow four times four, whose oldest come first.
CI_SHA256_TARGET static inline ci_lanes ci_sha256_next(ci_lanes a, ci_lanes b, ci_lanes c, ci_lanes d) {
    ci_lanes sum = __builtin_ia32_sha256msg1(a, b) + __builtin_shufflevector(c, d, 1, 2, 3, 4);
    return __builtin_ia32_sha256msg2(sum, d);
}

/// Compresses as many 64-byte blocks of two messages into two states of eight words, at the price of one.
///
/// The instructions are bound by their latency, so that a second, independent message fills the gaps.
CI_SHA256_TARGET static inline void ci_sha256_two(
    uint32_t *first, uint32_t *second, const uint8_t *p, const uint8_t *q, size_t blocks
) {
    // The instructions want the words a, b, e, f in one register and c, d, g, h in the other, each from its end.
    ci_lanes a0 = {(int)first[5], (int)first[4], (int)first[1], (int)first[0]};
    ci_lanes a1 = {(int)first[7], (int)first[6], (int)first[3], (int)first[2]};
    ci_lanes b0 = {(int)second[5], (int)second[4], (int)second[1], (int)second[0]};
    ci_lanes b1 = {(int)second[7], (int)second[6], (int)second[3], (int)second[2]};
    for (; blocks > 0; blocks--, p += 64, q += 64) {
        const ci_lanes a0_before = a0, a1_before = a1, b0_before = b0, b1_before = b1;
        ci_lanes m[4], n[4];
        for (int i = 0; i < 4; i++) {
            m[i] = ci_sha256_load(p + 16 * i);
            n[i] = ci_sha256_load(q + 16 * i);
        }
#pragma clang loop unroll(full)
        for (int round = 0; round < 16; round++) {
            ci_lanes constants;
            memcpy(&constants, ci_sha256_constants + 4 * round, 16);
            const int now = round & 3, next = (round + 1) & 3, third = (round + 2) & 3, last = (round + 3) & 3;
            const ci_lanes v = m[now] + constants, w = n[now] + constants;
            a1 = __builtin_ia32_sha256rnds2(a1, a0, v);
            b1 = __builtin_ia32_sha256rnds2(b1, b0, w);
            a0 = __builtin_ia32_sha256rnds2(a0, a1, __builtin_shufflevector(v, v, 2, 3, 0, 0));
            b0 = __builtin_ia32_sha256rnds2(b0, b1, __builtin_shufflevector(w, w, 2, 3, 0, 0));
            if (round < 12) {
                m[now] = ci_sha256_next(m[now], m[next], m[third], m[last]);
                n[now] = ci_sha256_next(n[now], n[next], n[third], n[last]);
            }
        }
        a0 += a0_before;
        a1 += a1_before;
        b0 += b0_before;
        b1 += b1_before;
    }
    for (int i = 0; i < 2; i++) {
        first[i] = (uint32_t)a0[3 - i];
        first[2 + i] = (uint32_t)a1[3 - i];
        first[4 + i] = (uint32_t)a0[1 - i];
        first[6 + i] = (uint32_t)a1[1 - i];
        second[i] = (uint32_t)b0[3 - i];
        second[2 + i] = (uint32_t)b1[3 - i];
        second[4 + i] = (uint32_t)b0[1 - i];
        second[6 + i] = (uint32_t)b1[1 - i];
    }
}

/// Whether this processor has the instructions of `ci_sha256_two`.
static inline int ci_has_sha256_two(void) {
    uint32_t a = 7, b = 0, c = 0, d = 0;
    if (__builtin_cpu_supports("sse4.1") == 0) return 0;
    __asm__ __volatile__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return (b >> 29) & 1;
}
#else
static inline int ci_has_sha256_two(void) { return 0; }
static inline void ci_sha256_two(
    uint32_t *first, uint32_t *second, const uint8_t *p, const uint8_t *q, size_t blocks
) {
    (void)first;
    (void)second;
    (void)p;
    (void)q;
    (void)blocks;
}
#endif
