// SPDX-License-Identifier: BSL-1.0
// expect: a range that cannot be copied may be gone when the batch of transform.s function runs
#include <dstream/dstream.hpp>

#include <chrono>
#include <memory>
#include <ranges>
#include <vector>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  std::vector<std::unique_ptr<int>> owned;
  const auto value = [](const std::unique_ptr<int>& owner) { return *owner; };
  const auto numbers = stream.queueStream(queue);
#ifdef RIGHT
  numbers | transform([&](auto batch) { return batch | unionWith(std::views::all(owned) | map(value)); }) | print();
#else
  numbers | transform([&](auto batch) { return batch | unionWith(owned | map(value)); }) | print();
#endif
}
