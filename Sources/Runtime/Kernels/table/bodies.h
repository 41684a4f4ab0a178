// All bodies, for one instruction set. The including file defines ZOO_LANES and pushes its target attribute, and for
// the tiles of the matrix product defines ZOO_ROWS and ZOO_VECTORS.

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

#include "../common/bfloat16.h"
#include "../common/vec.h"

#include "../common/activation.h"

#define GEMM(name) gemm_##name
#include "../matrix/gemm_tile_body.h"
#undef GEMM

#include "../elementwise/binary_f32_body.h"
#include "../elementwise/unary_f32_body.h"
#include "../normalization/layer_body.h"
#include "../optimizer/optimizer_body.h"
#include "../quantized/loops_body.h"
#include "../random/dropout_body.h"
#include "../reduction/reduction_body.h"
#include "../softmax/softmax_body.h"

#include "../pooling/windows.h"

#include "../pooling/pooling_body.h"

#include "../recurrent/units.h"

#include "../recurrent/gates_body.h"
#include "../recurrent/gradients_body.h"

#include "../convolution/panels_body.h"
#include "../convolution/winograd_body.h"

#define ZOO_NARROW 0
#include "image_bodies.h"
#undef ZOO_NARROW
#define ZOO_NARROW 1
#include "image_bodies.h"
#undef ZOO_NARROW

/// Enters all bodies of the list into the table.
static void fill_entries(zoo_kernels *kernels) {
#define ZOO_ENTRY(name_, parameters, arguments) kernels->name_ = name_;
#define ZOO_IMAGE_ENTRY(name_, parameters, arguments) \
  kernels->name_[0] = name_##_f32;                    \
  kernels->name_[1] = name_##_bf16;
#include "zoo_entries.inc"
#undef ZOO_ENTRY
#undef ZOO_IMAGE_ENTRY
  kernels->gemm = gemm_tiles;
  kernels->quantized = quantized_tiles;
}
