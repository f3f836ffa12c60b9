// SPDX-License-Identifier: BSL-1.0
#include <dstream/core.hpp>

#include "hash_tables/contenders.hpp"

namespace bench {

namespace {

using namespace dstream;

const auto tally = countByValue()
                   | map([](const auto& counted) { return tallyOf(counted.first, counted.second); })
                   | fold(Tally{}, [](Tally left, const Tally& right) { return left += right; });

}  // namespace

Tally dstreamTable(const bench::Words& keys) { return keys | tally; }
Tally dstreamTable(const Numbers& keys) { return keys | tally; }

}  // namespace bench
