// A vector of as many floats as the variant's registers hold, for reductions, whose order a compiler may not change.
#ifndef ZOO_LANES
#define ZOO_LANES 4
#endif

typedef float zoo_lanes __attribute__((vector_size(ZOO_LANES * 4), aligned(4), may_alias));

static inline zoo_lanes zoo_load(const float *p) { return *(const zoo_lanes *)p; }
static inline void zoo_store(float *p, zoo_lanes v) { *(zoo_lanes *)p = v; }
static inline zoo_lanes zoo_splat(float x) { return x - (zoo_lanes){0}; }

// The sum of the lanes, halves first.
static inline float zoo_lanes_sum(zoo_lanes v) {
  float lane[ZOO_LANES];
  zoo_store(lane, v);
  for (int width = ZOO_LANES / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i++) lane[i] += lane[i + width];
  return lane[0];
}
