// SPDX-License-Identifier: BSL-1.0
#pragma once
// The test kit, for users' tests as for ours, whatever their framework: laws, equivalence, a driver that feeds batches, a World on one thread.

#include <dstream/testing/check_equivalent.hpp>
#include <dstream/testing/check_laws.hpp>
#include <dstream/testing/driver.hpp>
#include <dstream/testing/files.hpp>
#include <dstream/testing/network.hpp>
#include <dstream/testing/random.hpp>
#include <dstream/testing/show.hpp>
#include <dstream/testing/unfused.hpp>
#include <dstream/testing/world.hpp>
