// What a compute thread asks of the machine. See ckernels.h.
#define _GNU_SOURCE
#include "ckernels.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

void fovea_flush_denormals(void) {
#if defined(__x86_64__)
    const unsigned int flush_to_zero = 0x8000, denormals_are_zero = 0x0040;
    _mm_setcsr(_mm_getcsr() | flush_to_zero | denormals_are_zero);
#elif defined(__aarch64__)
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    __asm__ volatile("msr fpcr, %0" : : "r"(control | (1ull << 24)));
#endif
}

static _Thread_local void *current_worker;

void *fovea_current_worker(void) { return current_worker; }

void fovea_set_current_worker(void *worker) { current_worker = worker; }

static _Thread_local void *current_cancellation;

void *fovea_current_cancellation(void) { return current_cancellation; }

void fovea_set_current_cancellation(void *cancellation) { current_cancellation = cancellation; }

// The cores this thread was allowed before it was pinned, and the one it is pinned to; none if it isn't.
static _Thread_local cpu_set_t cores_before;
static _Thread_local int pinned_core = -1;

ptrdiff_t fovea_affinity_cores(void) {
    cpu_set_t cores;
    if (sched_getaffinity(0, sizeof cores, &cores) == 0) return CPU_COUNT(&cores);
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? online : 1;
}

bool fovea_pin_thread_again(void) {
    if (pinned_core < 0) return false;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(pinned_core, &one);
    return sched_setaffinity(0, sizeof one, &one) == 0;
}

bool fovea_pin_thread(ptrdiff_t index) {
    if (sched_getaffinity(0, sizeof cores_before, &cores_before) != 0) return false;
    for (int core = 0; core < CPU_SETSIZE; core++) {
        if (!CPU_ISSET(core, &cores_before) || index-- > 0) continue;
        pinned_core = core;
        return fovea_pin_thread_again();
    }
    return false;
}

bool fovea_unpin_thread(void) {
    return pinned_core >= 0 && sched_setaffinity(0, sizeof cores_before, &cores_before) == 0;
}

// The system's struct sched_attr, as far as it is needed here: its first version.
typedef struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
} thread_attributes;

void fovea_take_long_turns(void) {
    const uint64_t reset_on_fork = 1, turn = 20000000;
    thread_attributes attributes = {.size = sizeof attributes};
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
    attributes.flags = reset_on_fork;
    attributes.runtime = turn;
    syscall(SYS_sched_setattr, 0, &attributes, 0);
}

void fovea_name_thread(ptrdiff_t index) {
    char name[16]; // the most a thread's name can have
    snprintf(name, sizeof name, index < 10 ? "fovea-compute-%td" : "fovea-comp-%td", index);
    pthread_setname_np(pthread_self(), name);
}

uint64_t fovea_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
