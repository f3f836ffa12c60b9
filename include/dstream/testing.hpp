// SPDX-License-Identifier: BSL-1.0
#pragma once
// The test kit, for users' tests as for ours: a World on one thread with a manual clock, and a driver that feeds batches.

#include <dstream/testing/driver.hpp>
#include <dstream/testing/network.hpp>
#include <dstream/testing/random.hpp>
#include <dstream/testing/world.hpp>
