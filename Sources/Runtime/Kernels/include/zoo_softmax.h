// Softmax and its relatives over the middle dimension of [outer, size, inner].
#ifndef ZOO_SOFTMAX_H
#define ZOO_SOFTMAX_H

#include <stddef.h>

// One outer position: `size` rows of `inner` elements, normalised down each column. y may be x.
void zoo_softmax_f32(const float *x, float *y, size_t size, size_t inner, int logarithm);

// dx from the result y and the gradient by it; dx may be dy.
void zoo_softmax_gradient_f32(
    const float *y, const float *dy, float *dx, size_t size, size_t inner, int logarithm);

#endif
