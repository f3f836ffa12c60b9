// SPDX-License-Identifier: BSL-1.0
#pragma once
// std::chrono's durations and their literals, without the calendars, time zones and streams that <chrono> has since C++20: with GCC's library those
// cost a quarter of <vector> and <string> to include.

#if __has_include(<bits/chrono.h>)
#include <bits/chrono.h>
#else
#include <chrono>
#endif
