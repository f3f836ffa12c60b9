// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/action.hpp>

#include <cstddef>
#include <string>
#include <vector>

#include <dstream/core/on.hpp>
#include <dstream/core/range_rdd.hpp>

#include "support/catch.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;

constexpr auto append = [](std::string text, char c) { return text + c; };
constexpr auto join = [](std::string left, const std::string& right) { return left + right; };

TEST_CASE("foldAll: inline, one accumulator through all partitions") {
  const std::string text = "abcdefg";
  auto rdd = parallelize(text, 3);
  CHECK(detail::foldAll(rdd, std::string("<"), append, join) == "<abcdefg");
}

TEST_CASE("foldAll: else every slice starts from the identity and parts are joined in order") {
  const std::string text = "abcdefg";
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    support::SlicingRunner runner(seed, 2);
    auto rdd = parallelize(text, 3) | on(runner);  // ab, cd, efg in slices of two characters
    const std::size_t slices = detail::slicesOf(rdd, 2).size();
    const std::string all = detail::foldAll(rdd, std::string("|"), append, join);
    CHECK(all.size() == text.size() + 1 + slices);
    CHECK(runner.started == slices);
    auto again = parallelize(text, 3) | on(runner);
    CHECK(detail::foldAll(again, std::string(), append, join) == text);
  }
}

}  // namespace
