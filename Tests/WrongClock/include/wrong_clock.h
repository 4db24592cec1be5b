#pragma once
#include <stdint.h>

/// By how many seconds the time of day of this process is wrong.
int64_t wrong_clock_seconds(void);
