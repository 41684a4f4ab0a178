#include "zoo_mpi.h"

// Without the trait this file is empty, and nobody calls what it would hold.
#ifdef ZOO_MPI

#include <mpi.h>
#include <string.h>

_Static_assert(sizeof(MPI_Request) <= sizeof(zoo_mpi_message), "a request doesn't fit");

static char problem[MPI_MAX_ERROR_STRING + 1];

static int checked(int code) {
  if (code == MPI_SUCCESS) return 1;
  int length = 0;
  if (MPI_Error_string(code, problem, &length) != MPI_SUCCESS) length = 0;
  problem[length] = 0;
  return 0;
}

int zoo_mpi_start(int *rank, int *count, int *local_count) {
  int provided = 0;
  if (!checked(MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided))) return 0;
  if (provided < MPI_THREAD_SERIALIZED) {
    strcpy(problem, "this MPI doesn't allow several threads");
    return 0;
  }
  MPI_Comm local = MPI_COMM_NULL;
  return checked(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN)) &&
         checked(MPI_Comm_rank(MPI_COMM_WORLD, rank)) &&
         checked(MPI_Comm_size(MPI_COMM_WORLD, count)) &&
         checked(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, *rank, MPI_INFO_NULL,
                                     &local)) &&
         checked(MPI_Comm_size(local, local_count)) && checked(MPI_Comm_free(&local));
}

int zoo_mpi_send(const void *memory, size_t bytes, int peer, int tag, zoo_mpi_message *message) {
  MPI_Request request;
  if (!checked(MPI_Isend(memory, (int)bytes, MPI_BYTE, peer, tag, MPI_COMM_WORLD, &request)))
    return 0;
  memcpy(message, &request, sizeof request);
  return 1;
}

int zoo_mpi_receive(void *memory, size_t bytes, int peer, int tag, zoo_mpi_message *message) {
  MPI_Request request;
  if (!checked(MPI_Irecv(memory, (int)bytes, MPI_BYTE, peer < 0 ? MPI_ANY_SOURCE : peer, tag,
                         MPI_COMM_WORLD, &request)))
    return 0;
  memcpy(message, &request, sizeof request);
  return 1;
}

int zoo_mpi_test(zoo_mpi_message *message, int *is_done, int *peer) {
  MPI_Request request;
  MPI_Status status;
  memcpy(&request, message, sizeof request);
  if (!checked(MPI_Test(&request, is_done, &status))) return 0;
  memcpy(message, &request, sizeof request);
  *peer = *is_done ? status.MPI_SOURCE : -1;
  return 1;
}

int zoo_mpi_forget(zoo_mpi_message *message, int is_sent) {
  MPI_Request request;
  memcpy(&request, message, sizeof request);
  if (request == MPI_REQUEST_NULL) return 1;
  if (!is_sent && !checked(MPI_Cancel(&request))) return 0;
  return checked(MPI_Request_free(&request));
}

int zoo_mpi_finish(void) { return checked(MPI_Finalize()); }

const char *zoo_mpi_problem(void) { return problem; }

#endif
