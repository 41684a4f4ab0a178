// Steps of optimizers.
#ifndef ZOO_OPTIMIZER_H
#define ZOO_OPTIMIZER_H

#include <stddef.h>

struct zoo_adamw {
  // 1 − learning rate · weight decay, β1, β2, 1 − β1, 1 − β2, learning rate / (1 − β1^t), √(1 − β2^t), ε, and what the
  // gradient is multiplied by.
  float keep, beta1, beta2, new1, new2, step_size, correction, epsilon, scale;
};

struct zoo_sgd {
  float keep, learning_rate, momentum, scale;
  // 1 for Nesterov's momentum, and for a momentum buffer that starts with the gradient.
  int nesterov, first;
};

#endif
