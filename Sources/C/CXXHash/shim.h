#pragma once
#include <xxhash.h>
#if defined(__x86_64__)
#include <xxh_x86dispatch.h>
#endif

/// XXH3-64, with the widest registers that the processor has. The value is the same with all of them.
static inline uint64_t harken_xxh3_64(const void *bytes, size_t count, uint64_t seed) { return XXH3_64bits_withSeed(bytes, count, seed); }
