/*
 * Memory that only the start of the program needed.
 */
#ifndef BASE_LEAN_H
#define BASE_LEAN_H

/* Gives back the pages of shared libraries that are mapped as they are in
 * their files: the linker reads through the symbols of all of them, and an
 * initialisation through much of their code, which is never run again.  The
 * kernel maps a page anew when it is used, from its cache.  With libcurl and
 * its thirty libraries that is more than half of what is resident.
 *
 * Costs some dozen page faults; harmless whenever it is called, but that a
 * debugger's breakpoints within libraries are lost. */
void lean_libraries(void);

#endif
