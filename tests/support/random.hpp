// SPDX-License-Identifier: BSL-1.0
#pragma once
// Random: the test kit's; the seed is printed by whoever fails.

#include <dstream/testing/random.hpp>

namespace support {
using dstream::testing::Random;
}  // namespace support
