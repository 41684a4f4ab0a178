/*
 * Predictions of a model file (.zoo or .onnx) from C, and from whatever calls C.
 *
 *     char *error = NULL;
 *     zoo_model *model = zoo_load("model.zoo", 0, &error);
 *     if (!model) { fprintf(stderr, "%s\n", error); zoo_string_free(error); return 1; }
 *
 * Every function may be called from any number of threads at once; a model may serve them all. No function ends the
 * process, whatever a file holds: what can't be done is an error.
 *
 * Texts are UTF-8. What a model or a result lends (names, shapes, elements) lives as long as it does.
 */
#ifndef ZOO_H
#define ZOO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A model ready to predict. */
typedef struct zoo_model zoo_model;

/* The outputs of one execution. */
typedef struct zoo_result zoo_result;

/* Types of elements, by ONNX's numbers. */
enum zoo_type {
  ZOO_FLOAT32 = 1,
  ZOO_UINT8 = 2,
  ZOO_INT8 = 3,
  ZOO_UINT16 = 4,
  ZOO_INT16 = 5,
  ZOO_INT32 = 6,
  ZOO_INT64 = 7,
  ZOO_BOOL = 9,
  ZOO_FLOAT16 = 10,
  ZOO_FLOAT64 = 11,
  ZOO_UINT32 = 12,
  ZOO_UINT64 = 13
};

/* A tensor, dense, the last dimension innermost. */
typedef struct zoo_tensor {
  const char *name;
  /* One of zoo_type. */
  int32_t type;
  int32_t rank;
  /* `rank` sizes; -1 where a model leaves a size open, such as the batch. NULL is allowed for rank 0. */
  const int64_t *shape;
  /* The elements; NULL in what a model declares. */
  const void *data;
} zoo_tensor;

/* The version of the library, such as "0.1.0". Lives for ever. */
const char *zoo_version(void);

/*
 * Reads a file. `threads` workers serve one call; 0 means as many as there are processors.
 * NULL if it can't be read: then `*error` is the reason, to be given back by zoo_string_free. `error` may be NULL.
 */
zoo_model *zoo_load(const char *path, int32_t threads, char **error);

/* Executes the self-test that the file carries. 0 if it passes; else -1, and `*error` is the reason. */
int zoo_check(const zoo_model *model, char **error);

/* What the graph takes and gives. An index beyond the count gives a tensor whose name is NULL. */
size_t zoo_input_count(const zoo_model *model);
zoo_tensor zoo_input(const zoo_model *model, size_t index);
size_t zoo_output_count(const zoo_model *model);
zoo_tensor zoo_output(const zoo_model *model, size_t index);

/* The names of channels, in the order in which an image has them, and of classes, in that of the outputs. NULL beyond. */
size_t zoo_channel_count(const zoo_model *model);
const char *zoo_channel(const zoo_model *model, size_t index);
size_t zoo_class_count(const zoo_model *model);
const char *zoo_class(const zoo_model *model, size_t index);

/*
 * Executes the graph on `count` inputs, which are found by name and read while this runs. The first call with other
 * shapes compiles the graph for them, which takes milliseconds.
 * NULL if it can't be done: then `*error` is the reason.
 */
zoo_result *zoo_run(const zoo_model *model, const zoo_tensor *inputs, size_t count, char **error);

/* The outputs, in the model's order. */
size_t zoo_result_count(const zoo_result *result);
zoo_tensor zoo_result_tensor(const zoo_result *result, size_t index);

/* Give back what was made. NULL is allowed. */
void zoo_result_free(zoo_result *result);
void zoo_free(zoo_model *model);
void zoo_string_free(char *text);

#ifdef __cplusplus
}
#endif

#endif
