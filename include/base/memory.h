/*
 * Memory that was missing, where work goes on without what it was for.
 *
 * Who has no memory for something that can be left out (a text that is cut, a
 * name that is forgotten) goes on, and notes it here; the program's exit status
 * then says that its output is not all that it should be (msg_exit_status()).
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>

/* Notes that there was no memory. */
void memory_miss(void);

/* Whether that was noted in this process. */
bool memory_missed(void);

#endif
