#ifndef FOVEA_CPNG_H
#define FOVEA_CPNG_H
#endif
