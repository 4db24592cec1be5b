#ifndef SIMULATION_WORLD_H
#define SIMULATION_WORLD_H
#include <stdint.h>

/// From now on every clock of this process that the C library tells shows this moment (nanoseconds since 1970).
void simulation_set_time(int64_t nanoseconds);
/// From now on all randomness of this process comes from this seed.
void simulation_set_seed(uint64_t seed);
/// The machine's own clock, for figures (nanoseconds).
int64_t simulation_real_time(void);

#endif
