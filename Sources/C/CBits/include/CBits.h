#pragma once
#include <stddef.h>
#include <stdint.h>

/// The number of bits in which each of `count` vectors differs from `query`. A vector is `words` words of 64 bits, 1023 at most; `vectors` holds
/// them one after the other.
void harken_bits_distances(const uint64_t *vectors, size_t count, size_t words, const uint64_t *query, uint16_t *distances);

/// Adds to `histogram[d]` how many of the distances are `d`; it has a place for each.
void harken_bits_histogram(const uint16_t *distances, size_t count, uint32_t *histogram);

/// The product of `count` 16-bit floats (IEEE 754 binary16, little-endian, anywhere in memory) with as many 32-bit floats.
float harken_halves_product(const uint8_t *halves, const float *values, size_t count);
