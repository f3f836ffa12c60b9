// SPDX-License-Identifier: BSL-1.0
#include <optional>

#include <dstream/core.hpp>

#include "joins/contenders.hpp"

namespace bench {

using namespace dstream;

std::int64_t dstreamJoin(const Tables& tables) {
  return tables.orders | join(tables.users) | map([](const auto& row) { return row.second.first * row.second.second; }) | sum();
}

std::int64_t dstreamOuterJoin(const Tables& tables) {
  return tables.orders | leftOuterJoin(tables.users)
         | map([](const auto& row) { return row.second.second ? row.second.first * *row.second.second : -row.second.first; }) | sum();
}

std::int64_t dstreamCogroup(const Tables& tables) {
  return tables.orders | cogroup(tables.users)
         | map([](const auto& group) { return static_cast<std::int64_t>(group.second.first.size() * (group.second.second.size() + 1)); }) | sum();
}

std::int64_t dstreamSubtract(const Tables& tables) {
  return tables.orders | subtractByKey(tables.users) | map([](const auto& order) { return order.second; }) | sum();
}

}  // namespace bench
