// Moving elements.
#ifndef ZOO_SHAPE_H
#define ZOO_SHAPE_H

#include <stddef.h>

// Copies a block of rows of elements of 1, 2, 4 or 8 bytes. Strides count elements and may be negative or 0.
void zoo_copy_rows(
    size_t element_size, const void *source, void *target, size_t rows, size_t columns, ptrdiff_t source_row,
    ptrdiff_t source_column, ptrdiff_t target_row, ptrdiff_t target_column);

#endif
