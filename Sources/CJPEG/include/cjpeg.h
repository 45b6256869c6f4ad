#ifndef FOVEA_CJPEG_H
#define FOVEA_CJPEG_H
#endif
