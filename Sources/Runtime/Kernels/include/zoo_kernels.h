// Kernels of the runtime.
