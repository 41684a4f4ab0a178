// Sums of 8-bit products requantized, 16 at a time.

/// Requantizes 16 sums into the channels of `mask`. The multiplication and the addition stay two operations.
ZOO_INLINE void quantized_finish(
    __m512i sums, __mmask16 mask, const float *multiplier, const uint8_t *residual, uint8_t *y,
    const zoo_requantization *r) {
  __m512 t = _mm512_mul_ps(_mm512_cvtepi32_ps(sums), _mm512_loadu_ps(multiplier));
  if (residual) {
    __m512i other = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(mask, residual));
    other = _mm512_sub_epi32(other, _mm512_set1_epi32(r->residual_zero));
    __m512 scaled = _mm512_mul_ps(_mm512_cvtepi32_ps(other), _mm512_set1_ps(r->residual_multiplier));
    __asm__("" : "+v"(scaled));
    t = _mm512_add_ps(t, scaled);
  }
  t = _mm512_min_ps(_mm512_max_ps(t, _mm512_set1_ps(r->low)), _mm512_set1_ps(r->high));
  __m512i q = _mm512_add_epi32(_mm512_cvtps_epi32(t), _mm512_set1_epi32(r->zero));
  _mm512_mask_cvtepi32_storeu_epi8(y, mask, q);
}

/// Looks up what was written just now.
static void quantized_look_up_plain(int64_t rows, int64_t count, uint8_t *y, ptrdiff_t stride, const uint8_t *table) {
  for (int64_t i = 0; i < rows; i++)
    for (int64_t j = 0; j < count; j++) y[i * stride + j] = table[y[i * stride + j]];
}

/// The same 64 numbers at a time: each permutation looks up seven bits, the eighth chooses between two of them.
__attribute__((target("avx512vbmi"))) static void quantized_look_up_permuting(
    int64_t rows, int64_t count, uint8_t *y, ptrdiff_t stride, const uint8_t *table) {
  __m512i a = _mm512_loadu_si512(table), b = _mm512_loadu_si512(table + 64);
  __m512i c = _mm512_loadu_si512(table + 128), d = _mm512_loadu_si512(table + 192);
  for (int64_t i = 0; i < rows; i++)
    for (int64_t j = 0; j < count; j += 64) {
      __mmask64 mask = count - j >= 64 ? ~0ull : (1ull << (count - j)) - 1;
      uint8_t *p = y + i * stride + j;
      __m512i index = _mm512_maskz_loadu_epi8(mask, p);
      __m512i low = _mm512_permutex2var_epi8(a, index, b), high = _mm512_permutex2var_epi8(c, index, d);
      _mm512_mask_storeu_epi8(p, mask, _mm512_mask_blend_epi8(_mm512_movepi8_mask(index), low, high));
    }
}

static void quantized_look_up(int64_t rows, int64_t count, uint8_t *y, ptrdiff_t stride, const uint8_t *table) {
  if (__builtin_cpu_supports("avx512vbmi"))
    quantized_look_up_permuting(rows, count, y, stride, table);
  else
    quantized_look_up_plain(rows, count, y, stride, table);
}
