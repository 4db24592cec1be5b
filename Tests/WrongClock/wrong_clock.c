// A wall clock that a test sets, for the processes it starts: loaded into them ahead of the C library (LD_PRELOAD). Only
// the time of day is wrong; what is slept and measured goes by clocks that nobody sets, as on a real machine.
// The eight bytes of the file WRONG_CLOCK_FILE names are how many seconds it is wrong by.
#define _GNU_SOURCE
#include "wrong_clock.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
static const volatile int64_t *shown;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("WRONG_CLOCK_FILE");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *page = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) shown = page;
    close(file);
}

int64_t wrong_clock_seconds(void) { return shown ? *shown : 0; }

int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = (int)syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += wrong_clock_seconds();
    return result;
}

int gettimeofday(struct timeval *now, void *zone) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (result) *result = exact.tv_sec;
    return exact.tv_sec;
}
#else
int64_t wrong_clock_seconds(void) { return 0; }
#endif
