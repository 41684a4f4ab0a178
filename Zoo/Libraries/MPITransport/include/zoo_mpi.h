#ifndef ZOO_MPI_H
#define ZOO_MPI_H

#include <stddef.h>

/// MPI's communicators, types and constants are macros, which Swift doesn't see, and differ between implementations: this is what
/// is used of it. Every function but the last returns 1 if all went well, 0 with a text in `zoo_mpi_problem` otherwise. One
/// thread at a time.

/// A message on its way; the memory is to stay where it is until it is done.
typedef struct {
  void *words[2];
} zoo_mpi_message;

/// Joins the processes that a launcher started together: this one's number, how many there are, and how many of them are on this
/// machine.
int zoo_mpi_start(int *rank, int *count, int *local_count);
/// `bytes` is at most `ZOO_MPI_LARGEST`.
int zoo_mpi_send(const void *memory, size_t bytes, int peer, int tag, zoo_mpi_message *message);
/// From any rank if `peer` is negative.
int zoo_mpi_receive(void *memory, size_t bytes, int peer, int tag, zoo_mpi_message *message);
/// Sets `is_done`, and `peer` to where it came from.
int zoo_mpi_test(zoo_mpi_message *message, int *is_done, int *peer);
/// Gives up a message that isn't done: nothing that wasn't on its way yet is written any more.
int zoo_mpi_forget(zoo_mpi_message *message, int is_sent);
/// Returns when all have called it.
int zoo_mpi_finish(void);
/// Why the last call failed.
const char *zoo_mpi_problem(void);

/// Lengths are ints in MPI.
#define ZOO_MPI_LARGEST (1 << 30)

#endif
