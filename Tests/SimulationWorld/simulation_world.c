// A simulated process asks nothing of the machine: the C library's clocks and its randomness are answered here, for
// every library in the process, before the C library is asked. Linked into the simulation only.
#define _GNU_SOURCE
#include "simulation_world.h"
#include <dlfcn.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int64_t now_nanoseconds = -1;
static int is_seeded = 0;
static uint64_t state = 0;

typedef int (*clock_function)(clockid_t, struct timespec *);
typedef long (*syscall_function)(long, long, long, long, long, long, long);

static int real_clock(clockid_t clock, struct timespec *time) {
    static clock_function real = NULL;
    if (!real) real = (clock_function)dlsym(RTLD_NEXT, "clock_gettime");
    return real(clock, time);
}

void simulation_set_time(int64_t nanoseconds) { now_nanoseconds = nanoseconds; }

void simulation_set_seed(uint64_t seed) {
    state = seed;
    is_seeded = 1;
}

int64_t simulation_real_time(void) {
    struct timespec time;
    real_clock(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    if (now_nanoseconds < 0 || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID)
        return real_clock(clock, time);
    time->tv_sec = now_nanoseconds / 1000000000;
    time->tv_nsec = now_nanoseconds % 1000000000;
    return 0;
}

int gettimeofday(struct timeval *time, void *zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}

// SplitMix64 by Sebastiano Vigna.
static void fill(void *buffer, size_t length) {
    unsigned char *bytes = buffer;
    for (size_t index = 0; index < length; index++) {
        state += 0x9E3779B97F4A7C15u;
        uint64_t mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
        bytes[index] = (unsigned char)((mixed ^ (mixed >> 31)) >> 32);
    }
}

// Swift's own generator and BoringSSL ask the kernel by number.
long syscall(long number, ...) {
    va_list list;
    va_start(list, number);
    long a = va_arg(list, long), b = va_arg(list, long), c = va_arg(list, long);
    long d = va_arg(list, long), e = va_arg(list, long), f = va_arg(list, long);
    va_end(list);
    if (number == SYS_getrandom && is_seeded) {
        fill((void *)a, (size_t)b);
        return b;
    }
    static syscall_function real = NULL;
    if (!real) real = (syscall_function)dlsym(RTLD_NEXT, "syscall");
    return real(number, a, b, c, d, e, f);
}
