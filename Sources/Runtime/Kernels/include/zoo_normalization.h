// Normalisation of channels. Images are float, or bfloat16 if `narrow`; all else is float.
//
// Images with the channels innermost are seen as one long row of elements whose channel repeats with a period: the
// number of channels, or a multiple of it that fills whole registers. Parameters are given once for each position of the
// period. A plane of a single channel is the same thing with any period and equal parameters.
#ifndef ZOO_NORMALIZATION_H
#define ZOO_NORMALIZATION_H

#include <stddef.h>

#include "zoo_gemm.h"

// Mean and sum of squared deviations from it for each position of the period. Positions below count % period have one
// element more than the others; a position without elements gives 0 and 0.
void zoo_moments(bool narrow, const void *x, size_t count, size_t period, float *mean, float *deviation);

// Activations are those of zoo_activation: none, ReLU and SiLU.

// y = activation((x − mean) · factor + offset + residual); `residual` may be null, and y may be x or residual.
// `streamed`: y goes past the caches; it is then neither x nor residual.
void zoo_normalize(
    bool narrow, const void *x, const void *residual, void *y, size_t count, size_t period, const float *mean,
    const float *factor, const float *offset, int activation, bool streamed);

// With dz = dy · activation'(z): sums of dz and of dz · (x − mean) for each position of the period.
// `y` is the result of the forward pass, read for ReLU alone; null if that was ReLU of z without a residual.
void zoo_normalize_sums(
    bool narrow, const void *dy, const void *x, const void *y, size_t count, size_t period, const float *mean,
    const float *factor, const float *offset, int activation, float *sum, float *product);

// dx = dz · factor − constant − (x − mean) · slope; dz itself goes to `dresidual` if that isn't null.
// dx may be null, or be any of the inputs.
void zoo_normalize_gradient(
    bool narrow, const void *dy, const void *x, const void *y, void *dx, void *dresidual, size_t count, size_t period,
    const float *mean, const float *factor, const float *offset, const float *constant, const float *slope,
    int activation);

#endif
