#include "CBits.h"
#include <string.h>

static inline __attribute__((always_inline)) void distances(
    const uint64_t *vectors, size_t count, size_t words, const uint64_t *query, uint16_t *distances) {
    // 384 bits, which is what sentence models give most often: the loop is unrolled for them.
    if (words == 6) {
        for (size_t i = 0; i < count; i++) {
            const uint64_t *v = vectors + i * 6;
            distances[i] = (uint16_t)(__builtin_popcountll(v[0] ^ query[0]) + __builtin_popcountll(v[1] ^ query[1]) +
                                      __builtin_popcountll(v[2] ^ query[2]) + __builtin_popcountll(v[3] ^ query[3]) +
                                      __builtin_popcountll(v[4] ^ query[4]) + __builtin_popcountll(v[5] ^ query[5]));
        }
        return;
    }
    for (size_t i = 0; i < count; i++) {
        unsigned sum = 0;
        for (size_t w = 0; w < words; w++) sum += (unsigned)__builtin_popcountll(vectors[i * words + w] ^ query[w]);
        distances[i] = (uint16_t)sum;
    }
}

static inline __attribute__((always_inline)) float half(uint16_t bits) {
    uint32_t sign = (uint32_t)(bits & 0x8000) << 16, magnitude = bits & 0x7fff, result;
    if (magnitude >= 0x7c00) {
        result = 0x7f800000 | (magnitude & 0x3ff) << 13;
    } else {
        // The exponent's bias is 15 here and 127 there; multiplying mends those that are too small for an exponent, too.
        result = magnitude << 13;
        float value;
        memcpy(&value, &result, 4);
        value *= 0x1p112f;
        memcpy(&result, &value, 4);
    }
    result |= sign;
    float value;
    memcpy(&value, &result, 4);
    return value;
}

static inline __attribute__((always_inline)) float product(const uint8_t *halves, const float *values, size_t count) {
    // Eight sums, so that one addition need not wait for the last.
    float sums[8] = {0};
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        uint16_t bits[8];
        memcpy(bits, halves + i * 2, 16);
        for (int k = 0; k < 8; k++) sums[k] += half(bits[k]) * values[i + (size_t)k];
    }
    float sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    for (; i < count; i++) {
        uint16_t bits;
        memcpy(&bits, halves + i * 2, 2);
        sum += half(bits) * values[i];
    }
    return sum;
}

#if defined(__x86_64__)
__attribute__((target("popcnt"))) static void distances_popcnt(
    const uint64_t *vectors, size_t count, size_t words, const uint64_t *query, uint16_t *result) {
    distances(vectors, count, words, query, result);
}
#endif

void harken_bits_distances(const uint64_t *vectors, size_t count, size_t words, const uint64_t *query, uint16_t *result) {
#if defined(__x86_64__)
    // The instruction is in every processor since 2008, but the compiler must not take that for granted.
    if (__builtin_cpu_supports("popcnt")) {
        distances_popcnt(vectors, count, words, query, result);
        return;
    }
#endif
    distances(vectors, count, words, query, result);
}

void harken_bits_histogram(const uint16_t *values, size_t count, uint32_t *histogram) {
    for (size_t i = 0; i < count; i++) histogram[values[i]]++;
}

float harken_halves_product(const uint8_t *halves, const float *values, size_t count) {
    return product(halves, values, count);
}
