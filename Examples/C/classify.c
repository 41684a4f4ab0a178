/* Classifies made-up cells from C:  classify-c MODEL.zoo */
#include <stdio.h>
#include <stdlib.h>

#include "zoo.h"

static int fail(char *error) {
  fprintf(stderr, "error: %s\n", error ? error : "out of memory");
  zoo_string_free(error);
  return 1;
}

int main(int count, char **words) {
  if (count != 2) {
    fprintf(stderr, "usage: classify-c MODEL.zoo\n");
    return 64;
  }
  char *error = NULL;
  zoo_model *model = zoo_load(words[1], 0, &error);
  if (!model) return fail(error);

  /* The file brings inputs and the outputs that they gave when it was made. Here they must come out again. */
  if (zoo_check(model, &error) != 0) return fail(error);
  printf("the self-test passes\n");

  /* One sample of the size that the model wants, half as bright as it goes. */
  zoo_tensor input = zoo_input(model, 0);
  int64_t shape[8], elements = 1;
  if (input.rank < 1 || input.rank > 8) return 1;
  for (int i = 0; i < input.rank; i++) elements *= shape[i] = input.shape[i] < 0 ? 1 : input.shape[i];
  float *pixels = malloc((size_t)elements * sizeof(float));
  if (!pixels) return fail(NULL);
  for (int64_t i = 0; i < elements; i++) pixels[i] = 0.5f;
  input.shape = shape;
  input.data = pixels;

  zoo_result *result = zoo_run(model, &input, 1, &error);
  free(pixels);
  if (!result) return fail(error);
  /* The last output of a classifier is its probabilities. */
  const zoo_tensor output = zoo_result_tensor(result, zoo_result_count(result) - 1);
  for (size_t i = 0; i < zoo_class_count(model); i++)
    printf("  %s  %g\n", zoo_class(model, i), ((const float *)output.data)[i]);

  zoo_result_free(result);
  zoo_free(model);
  return 0;
}
