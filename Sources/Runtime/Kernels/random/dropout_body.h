// Dropout by the generator of random/philox.c.

// This many counters are worked on side by side.
enum { PHILOX_COUNTERS = 16 };

static inline void philox_block(uint64_t seed, uint64_t step, uint64_t counter, uint32_t words[4][PHILOX_COUNTERS]) {
  uint32_t a[PHILOX_COUNTERS], b[PHILOX_COUNTERS], c[PHILOX_COUNTERS], d[PHILOX_COUNTERS];
  for (int i = 0; i < PHILOX_COUNTERS; i++) {
    a[i] = (uint32_t)(counter + (uint64_t)i);
    b[i] = (uint32_t)((counter + (uint64_t)i) >> 32);
    c[i] = (uint32_t)step;
    d[i] = (uint32_t)(step >> 32);
  }
  uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    for (int i = 0; i < PHILOX_COUNTERS; i++) {
      uint64_t p = (uint64_t)0xD2511F53u * a[i], q = (uint64_t)0xCD9E8D57u * c[i];
      uint32_t next_a = (uint32_t)(q >> 32) ^ b[i] ^ key0, next_c = (uint32_t)(p >> 32) ^ d[i] ^ key1;
      b[i] = (uint32_t)q;
      d[i] = (uint32_t)p;
      a[i] = next_a;
      c[i] = next_c;
    }
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  memcpy(words[0], a, sizeof a);
  memcpy(words[1], b, sizeof b);
  memcpy(words[2], c, sizeof c);
  memcpy(words[3], d, sizeof d);
}

static void dropout_f32(
    const float *x, float *y, size_t count, uint64_t first, uint64_t seed, uint64_t step, uint32_t threshold,
    float scale) {
  for (size_t start = 0; start < count; start += 4 * PHILOX_COUNTERS) {
    uint32_t words[4][PHILOX_COUNTERS];
    philox_block(seed, step, (first + start) / 4, words);
    float mask[4 * PHILOX_COUNTERS];
    for (int i = 0; i < PHILOX_COUNTERS; i++)
      for (int j = 0; j < 4; j++) mask[4 * i + j] = words[j][i] >= threshold ? scale : 0;
    size_t n = count - start < 4 * PHILOX_COUNTERS ? count - start : 4 * PHILOX_COUNTERS;
    ZOO_IN_PLACE for (size_t i = 0; i < n; i++) y[start + i] = mask[i] != 0 ? x[start + i] * mask[i] : 0;
  }
}
