// SPDX-License-Identifier: BSL-1.0
#pragma once
// Orders and the users who gave them, joined by the user's number. A user may have several records, as far as a join can know.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "support/random.hpp"

namespace bench {

using Pairs = std::vector<std::pair<std::int64_t, std::int64_t>>;

struct Tables {
  Pairs orders;
  Pairs users;
};

/// Each user once; every order is some user's, or one in eight nobody's.
inline Tables makeTables(std::size_t orders, std::size_t users) {
  Random random(orders);
  Tables tables;
  const auto number = [](std::size_t user) { return static_cast<std::int64_t>(user * 0x9E3779B97F4A7C15U); };
  for (std::size_t user = 0; user < users; ++user)
    tables.users.emplace_back(number(user), static_cast<std::int64_t>(random() % 100));
  for (std::size_t order = 0; order < orders; ++order)
    tables.orders.emplace_back(number(random() % (users + users / 7)), static_cast<std::int64_t>(random() % 1000));
  return tables;
}

/// The sum over all pairs of order and user.
std::int64_t dstreamJoin(const Tables& tables);
/// The join as an engineer writes it who must expect several users of a number: users into a map of vectors, orders past it.
std::int64_t handJoin(const Tables& tables);
/// The same by one who knows that there is one.
std::int64_t handLookup(const Tables& tables);

std::int64_t dstreamOuterJoin(const Tables& tables);
std::int64_t handOuterJoin(const Tables& tables);

std::int64_t dstreamCogroup(const Tables& tables);
std::int64_t handCogroup(const Tables& tables);

std::int64_t dstreamSubtract(const Tables& tables);
std::int64_t handSubtract(const Tables& tables);

}  // namespace bench
