// Counts what chosen threads take from the heap or map, in the program that it is linked into.
#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stddef.h>

// Whether anything is counted: not in programs whose heap a sanitizer has taken over.
bool allocation_counter_works(void);

// Counts what this thread allocates from now on, or no more, while the counter is armed.
void allocation_counter_watch_thread(bool is_watched);

// Starts at zero.
void allocation_counter_arm(void);

// Stops, and returns how many blocks the watched threads have taken since it was armed.
size_t allocation_counter_disarm(void);

#endif
