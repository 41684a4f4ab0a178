// What cast.c needs of the conversions of small types.
#ifndef ZOO_CAST_SMALL_H
#define ZOO_CAST_SMALL_H

#include <stddef.h>

int zoo_is_small(int type);
// Bytes of an element in memory, 0 for a type that there isn't.
size_t zoo_element_size(int type);

#endif
