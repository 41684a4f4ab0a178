int zoo_kernels_version;
