// Chooses the algorithm of a convolution.

#include "algorithm.h"

/// In the order in which they are asked; the gathers suit every shape.
static const zoo_convolution_algorithm *const algorithms[] = {
    &zoo_convolution_gated,          &zoo_convolution_depthwise,        &zoo_convolution_depthwise_weights,
    &zoo_convolution_pixelwise,      &zoo_convolution_winograd_panels,  &zoo_convolution_winograd,
    &zoo_convolution_grouped,        &zoo_convolution_winograd_weights, &zoo_convolution_gather,
    &zoo_convolution_gather_weights,
};

zoo_convolution_plan zoo_convolution_make_plan(
    zoo_isa isa, const zoo_convolution *shape, zoo_convolution_direction direction, bool keeps_weights,
    int64_t workers) {
  zoo_convolution_plan plan = {.shape = *shape, .isa = isa, .direction = direction, .keeps_weights = keeps_weights};
  if (!plan.shape.in_pixel) plan.shape.in_pixel = shape->in_channels;
  if (!plan.shape.out_pixel) plan.shape.out_pixel = shape->out_channels;
  while (!algorithms[plan.algorithm]->suits(&plan)) plan.algorithm++;
  algorithms[plan.algorithm]->plan(&plan, workers);
  return plan;
}

int64_t zoo_convolution_tasks(const zoo_convolution_plan *plan, int32_t phase) {
  return algorithms[plan->algorithm]->tasks(plan, phase);
}

void zoo_convolution_pack(const zoo_convolution_plan *plan, const float *weights, float *packed, int64_t task) {
  if (plan->packed_count > 0) algorithms[plan->algorithm]->pack(plan, weights, packed, task);
}

void zoo_convolution_run(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int32_t phase, int64_t task,
    float *worker) {
  algorithms[plan->algorithm]->run(plan, memory, phase, task, worker);
#if defined(__x86_64__)
  // What was streamed is to be there before other threads are told so.
  if (memory->epilogue.streamed) __builtin_ia32_sfence();
#endif
}
