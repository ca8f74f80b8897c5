#pragma once

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
// Eight lanes of doubles, which the compiler makes of two registers of AVX2; it has no fused operations, so that results are those of
// the portable loops.
#define CI_EXTENT_TARGET __attribute__((target("avx2")))
typedef double ci_doubles __attribute__((vector_size(64), aligned(8)));
typedef int64_t ci_longs __attribute__((vector_size(64), aligned(8)));

/// Whether this processor has the instructions of `ci_extent` and `ci_squares`.
static inline int ci_has_extent(void) { return __builtin_cpu_supports("avx2") != 0; }

/// Adds `count` values, whole eights, to eight sums, minima, maxima and numbers of zeros: element i to lane i mod 8.
CI_EXTENT_TARGET static inline void ci_extent(
    const double *values, size_t count, double *sums, double *minima, double *maxima, int64_t *zeros
) {
    ci_doubles sum = *(const ci_doubles *)sums;
    ci_doubles minimum = *(const ci_doubles *)minima, maximum = *(const ci_doubles *)maxima;
    ci_longs zero = *(const ci_longs *)zeros;
    for (size_t i = 0; i < count; i += 8) {
        const ci_doubles value = *(const ci_doubles *)(values + i);
        sum += value;
        const ci_longs less = value < minimum, more = value > maximum;
        minimum = (ci_doubles)(((ci_longs)value & less) | ((ci_longs)minimum & ~less));
        maximum = (ci_doubles)(((ci_longs)value & more) | ((ci_longs)maximum & ~more));
        zero -= (ci_longs)(value == 0.0);
    }
    *(ci_doubles *)sums = sum;
    *(ci_doubles *)minima = minimum;
    *(ci_doubles *)maxima = maximum;
    *(ci_longs *)zeros = zero;
}

/// Adds the squared distances of `count` values, whole eights, to a point, likewise.
CI_EXTENT_TARGET static inline void ci_squares(const double *values, size_t count, double point, double *sums) {
    ci_doubles sum = *(const ci_doubles *)sums;
    for (size_t i = 0; i < count; i += 8) {
        const ci_doubles distance = *(const ci_doubles *)(values + i) - point;
        sum += distance * distance;
    }
    *(ci_doubles *)sums = sum;
}
#else
static inline int ci_has_extent(void) { return 0; }
static inline void ci_extent(
    const double *values, size_t count, double *sums, double *minima, double *maxima, int64_t *zeros
) {
    (void)values;
    (void)count;
    (void)sums;
    (void)minima;
    (void)maxima;
    (void)zeros;
}
static inline void ci_squares(const double *values, size_t count, double point, double *sums) {
    (void)values;
    (void)count;
    (void)point;
    (void)sums;
}
#endif
