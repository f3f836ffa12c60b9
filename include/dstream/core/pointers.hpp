// SPDX-License-Identifier: BSL-1.0
#pragma once
// std's smart pointers, without the algorithms on raw memory, the atomic pointers and the rest that <memory> has: with GCC's library those cost a sixth of
// <vector> and <string> to include.

#if __has_include(<bits/shared_ptr.h>)
#include <bits/shared_ptr.h>
#else
#include <memory>
#endif
