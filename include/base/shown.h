/*
 * Somebody else's text, made fit to be shown in a message: a server's, a file
 * name, a plugin's.
 */
#ifndef BASE_SHOWN_H
#define BASE_SHOWN_H

#include <stddef.h>

/* Copies LEN bytes of TEXT to OUT, which has room for ROOM bytes (4 or more),
 * and ends it with a NUL.  Control characters (C0, DEL, C1), those that turn
 * the direction of writing round, and bytes that are no UTF-8 come out as "?",
 * a run of white space as one space, none of it at the beginning or the end.
 * What is too long ends with "...".  Returns the length. */
size_t shown(char *out, size_t room, const char *text, size_t len);

#endif
