/*
 * Colours: "ESC [ digits ; digits m", which may stand anywhere in a line.
 */
#ifndef MOVER_SGR_H
#define MOVER_SGR_H

#include "base/buf.h"

/* Puts the LEN bytes at AT without their colours into PLAIN, which is emptied
 * first; `failed` there where it has no room. */
void sgr_strip(const char *at, size_t len, struct buf *plain);

#endif
