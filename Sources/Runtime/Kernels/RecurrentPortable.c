// Recurrent gates for any processor.

#define ZOO_LANES 4
#define ZOO_TABLE zoo_recurrent_portable
#include "RecurrentGates.h"
