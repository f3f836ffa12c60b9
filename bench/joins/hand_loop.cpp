// SPDX-License-Identifier: BSL-1.0
#include "joins/contenders.hpp"
#include "support/rivals.hpp"

namespace bench {

namespace {

using Values = std::vector<std::int64_t>;
using Grouped = CarefulMap<std::int64_t, Values>;

Grouped grouped(const Pairs& pairs) {
  Grouped grouped;
  for (const auto& [key, value] : pairs) grouped[key].push_back(value);
  return grouped;
}

}  // namespace

std::int64_t handJoin(const Tables& tables) {
  const Grouped users = grouped(tables.users);
  std::int64_t sum = 0;
  for (const auto& [key, amount] : tables.orders)
    if (const auto found = users.find(key); found != users.end())
      for (const std::int64_t weight : found->second) sum += amount * weight;
  return sum;
}

std::int64_t handLookup(const Tables& tables) {
  CarefulMap<std::int64_t, std::int64_t> users;
  for (const auto& [key, weight] : tables.users) users[key] = weight;
  std::int64_t sum = 0;
  for (const auto& [key, amount] : tables.orders)
    if (const auto found = users.find(key); found != users.end()) sum += amount * found->second;
  return sum;
}

std::int64_t handOuterJoin(const Tables& tables) {
  const Grouped users = grouped(tables.users);
  std::int64_t sum = 0;
  for (const auto& [key, amount] : tables.orders) {
    const auto found = users.find(key);
    if (found == users.end())
      sum -= amount;
    else
      for (const std::int64_t weight : found->second) sum += amount * weight;
  }
  return sum;
}

std::int64_t handCogroup(const Tables& tables) {
  CarefulMap<std::int64_t, std::pair<Values, Values>> groups;
  for (const auto& [key, amount] : tables.orders) groups[key].first.push_back(amount);
  for (const auto& [key, weight] : tables.users) groups[key].second.push_back(weight);
  std::int64_t sum = 0;
  for (const auto& [key, group] : groups) sum += static_cast<std::int64_t>(group.first.size() * (group.second.size() + 1));
  return sum;
}

std::int64_t handSubtract(const Tables& tables) {
  CarefulMap<std::int64_t, bool> users;
  for (const auto& user : tables.users) users[user.first] = true;
  std::int64_t sum = 0;
  for (const auto& [key, amount] : tables.orders)
    if (!users.contains(key)) sum += amount;
  return sum;
}

}  // namespace bench
