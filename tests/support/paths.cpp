// SPDX-License-Identifier: BSL-1.0
#include "support/paths.hpp"

const char* support::dataFolder() { return DSTREAM_TEST_DATA; }
const char* support::testsFolder() { return DSTREAM_TESTS; }
