#ifndef ZOO_JPEG_DECODER_H
#define ZOO_JPEG_DECODER_H

#include <stddef.h>
#include <stdint.h>

/// What a JPEG file says of itself, and what became of reading it.
typedef struct {
  uint32_t width;
  uint32_t height;
  /// As stored: 1 gray, 3 colours, 4 inks.
  int components;
  /// Whether the samples are gray, or can be had as red, green and blue.
  int is_supported;
  /// What libjpeg says of an error or of damage; empty if there is none.
  char message[200];
} zoo_jpeg;

/// Reads the header alone if `samples` is null, else all: rows of `width` pixels, of one gray or three colour samples.
/// `capacity` is the size of `samples`, which has to be width × height × (1 or 3).
///
/// Damage is an error here, which libjpeg itself makes up for by gray. libjpeg ends the process at errors; this returns.
/// Returns 1 if all went well, 0 with a message otherwise.
int zoo_jpeg_read(const uint8_t *bytes, size_t size, zoo_jpeg *result, uint8_t *samples, size_t capacity);

#endif
