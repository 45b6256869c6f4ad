#ifndef FOVEA_CKernels_H
#define FOVEA_CKernels_H
#endif
