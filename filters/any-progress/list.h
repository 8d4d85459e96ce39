/*
 * Which adapters exist, for people and for phase-run.
 */
#ifndef ANY_PROGRESS_LIST_H
#define ANY_PROGRESS_LIST_H

/* Prints a line for each of NAMES, which end with NULL, or where there are none
 * for all that can be found by name: its name, what it is for, the versions
 * that were tried, the stream that is read, and its file, with tabs between
 * them. The exit code; what is wrong was said. */
int list_print(char *const *names);

#endif
