// SPDX-License-Identifier: BSL-1.0
#pragma once
// std's smart pointers, without the algorithms on raw memory, the atomic pointers and the streams that <memory> has in GCC's library: those cost three tenths of
// <vector> and <string> to include.

#if __has_include(<bits/shared_ptr.h>)
#include <iosfwd>
// Release 12 includes all of <ostream> for the declaration of one operator, for which <iosfwd> is enough. Who needs <ostream> gets it, before or after.
#if defined(_GLIBCXX_RELEASE) && _GLIBCXX_RELEASE == 12 && !defined(_GLIBCXX_OSTREAM)
#define _GLIBCXX_OSTREAM 1
#include <bits/shared_ptr.h>
#undef _GLIBCXX_OSTREAM
#else
#include <bits/shared_ptr.h>
#endif
#else
#include <memory>
#endif
