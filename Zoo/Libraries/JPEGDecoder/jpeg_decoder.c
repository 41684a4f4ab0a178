#include "jpeg_decoder.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

/// The most scans that are read. Progressive files have about ten; each takes as long as the whole image.
enum { MOST_SCANS = 200 };

typedef struct {
  struct jpeg_error_mgr manager;
  jmp_buf escape;
  char *message;
} error_state;

static void fail(j_common_ptr image) {
  error_state *state = (error_state *)image->err;
  char text[JMSG_LENGTH_MAX];
  image->err->format_message(image, text);
  snprintf(state->message, sizeof(((zoo_jpeg *)0)->message), "%s", text);
  longjmp(state->escape, 1);
}

/// Warnings are damage, but for those that say nothing of the samples: bytes between markers, and version numbers.
static void warn(j_common_ptr image, int level) {
  if (level >= 0) return;
  int code = image->err->msg_code;
  if (code == JWRN_EXTRANEOUS_DATA || code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM) return;
  fail(image);
}

static void ignore(j_common_ptr image) { (void)image; }

static void watch(j_common_ptr image) {
  error_state *state = (error_state *)image->err;
  if (((j_decompress_ptr)image)->input_scan_number <= MOST_SCANS) return;
  snprintf(state->message, sizeof(((zoo_jpeg *)0)->message), "more than %d scans", MOST_SCANS);
  longjmp(state->escape, 1);
}

int zoo_jpeg_read(const uint8_t *bytes, size_t size, zoo_jpeg *result, uint8_t *samples, size_t capacity) {
  struct jpeg_decompress_struct image;
  struct jpeg_progress_mgr progress;
  error_state state;
  memset(&image, 0, sizeof image);
  memset(result, 0, sizeof *result);
  image.err = jpeg_std_error(&state.manager);
  state.manager.error_exit = fail;
  state.manager.emit_message = warn;
  state.manager.output_message = ignore;
  state.message = result->message;
  if (setjmp(state.escape)) {
    jpeg_destroy_decompress(&image);
    return 0;
  }
  jpeg_create_decompress(&image);
  memset(&progress, 0, sizeof progress);
  progress.progress_monitor = watch;
  image.progress = &progress;
  jpeg_mem_src(&image, (unsigned char *)bytes, (unsigned long)size);
  jpeg_read_header(&image, TRUE);
  result->width = image.image_width;
  result->height = image.image_height;
  result->components = image.num_components;
  int is_gray = image.jpeg_color_space == JCS_GRAYSCALE && image.num_components == 1;
  int is_colour = (image.jpeg_color_space == JCS_YCbCr || image.jpeg_color_space == JCS_RGB) && image.num_components == 3;
  result->is_supported = is_gray || is_colour;
  if (samples && result->is_supported) {
    image.out_color_space = is_gray ? JCS_GRAYSCALE : JCS_RGB;
    image.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&image);
    size_t row = (size_t)image.output_width * (size_t)image.output_components;
    if (image.output_height == 0 || row > capacity / image.output_height) {
      snprintf(result->message, sizeof result->message, "no room for the samples");
      jpeg_destroy_decompress(&image);
      return 0;
    }
    while (image.output_scanline < image.output_height) {
      JSAMPROW line = samples + row * image.output_scanline;
      jpeg_read_scanlines(&image, &line, 1);
    }
    jpeg_finish_decompress(&image);
  }
  jpeg_destroy_decompress(&image);
  return 1;
}
