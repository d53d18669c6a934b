/* Of every node image. A number is used for one image only: change it with every change that reaches a node. */
#ifndef VERSION_MINOR
#define VERSION_MINOR 1
#endif
#define VERSION_MAJOR 1
#define VERSION_PATCH 0
