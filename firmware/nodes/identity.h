/*
 * What an image is, found in its first 256 bytes by its mark: by boot485, and by firmware/tool/, which sets `length` when it builds and adds
 * four bytes behind the image, so that the CRC-32 over `length` bytes from address 0 on has the residue CRC_RESIDUE.
 */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <stdint.h>

struct identity {
  char mark[8]; /* WEIRNODE */
  uint16_t hardware_class;
  uint16_t hardware_revision;
  uint8_t major, minor;
  uint16_t patch;
  char model[16];
  uint16_t length; /* bytes, with the four at its end */
};

#define IDENTITY_WITHIN 256
#define CRC_RESIDUE 0xDEBB20E3UL /* of CRC-32 (IEEE 802.3) without its last complement */

#endif
