// The C library's heap functions and mmap once more, counting; the program's definitions go before the library's. See
// allocation_counter.h.
#define _GNU_SOURCE
#include "allocation_counter.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Atomic bool is_armed;
static _Atomic size_t blocks;
static _Thread_local bool is_watched;

void allocation_counter_watch_thread(bool value) { is_watched = value; }

void allocation_counter_arm(void) {
    atomic_store(&blocks, 0);
    atomic_store(&is_armed, true);
}

size_t allocation_counter_disarm(void) {
    atomic_store(&is_armed, false);
    return atomic_load(&blocks);
}

#if defined(__GLIBC__) && !__has_feature(thread_sanitizer) && !__has_feature(address_sanitizer)

bool allocation_counter_works(void) { return true; }

static void count(void) {
    if (is_watched && atomic_load_explicit(&is_armed, memory_order_relaxed)) atomic_fetch_add(&blocks, 1);
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count();
    return __libc_calloc(number, size);
}

void *realloc(void *block, size_t size) {
    count();
    return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **block, size_t alignment, size_t size) {
    *block = memalign(alignment, size);
    return *block ? 0 : ENOMEM;
}

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    count();
    return (void *)syscall(SYS_mmap, address, length, protection, flags, file, offset);
}

#else

bool allocation_counter_works(void) { return false; }

#endif
