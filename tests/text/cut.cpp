// SPDX-License-Identifier: BSL-1.0
#include <dstream/text/cut.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/actions/take.hpp>
#include <dstream/core/on.hpp>
#include <dstream/core/explain.hpp>
#include <dstream/operators/filter.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/operators/mapValues.hpp>
#include <dstream/text/lines.hpp>

#include "support/catch.hpp"
#include "support/naive.hpp"
#include "support/random.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;
using namespace std::string_view_literals;
using Halves = std::pair<std::string_view, std::string_view>;

static_assert(cut(';')("a;b;c") == Halves{"a", "b;c"});
static_assert(cut(';')("abc") == Halves{"abc", ""} && cut(';')("abc;") == Halves{"abc", ""}
              && cut(';')(";") == Halves{"", ""});
static_assert(cut(';')(std::string_view{}) == Halves{"", ""});
static_assert((lines("a;1\nb\r\n;2;3\n\nc;4"sv) | map(cut(';'))
               | mapValues([](auto text) { return text.size(); })
               | map([](auto pair) { return pair.first.size() * 10 + pair.second; })
               | collect<std::array<std::size_t, 5>>())
              == std::array<std::size_t, 5>{11, 10, 3, 0, 11});

TEST_CASE("cut: the plan says that it is one scan with the lines") {
  CHECK(explain(map(cut(';')) | collect()).find("cut, and through the lines of a text: one scan")
        != std::string::npos);
}

TEST_CASE("cut: stops at once") {
  int seen = 0;
  CHECK((lines("a;1\nb;2\nc;3\n") | map(cut(';')) | map([&seen](auto pair) {
           ++seen;
           return std::string(pair.second);
         })
         | take(2))
        == std::vector<std::string>{"1", "2"});
  CHECK(seen == 2);
}

/// Where both halves stand, in one scan and line by line.
TEST_CASE("cut: lines cut in one scan are the lines, cut") {
  const auto places = map([](Halves halves) {
    return std::array{reinterpret_cast<std::uintptr_t>(halves.first.data()), halves.first.size(),
                      reinterpret_cast<std::uintptr_t>(halves.second.data()), halves.second.size()};
  });
  const auto looking = filter([](std::string_view) { return true; });
  const std::uint64_t seed = 5;
  CAPTURE(seed);
  support::Random random(seed);
  for (int round = 0; round < 2000; ++round) {
    const std::string_view alphabet = round % 4 == 0   ? "a;\r\n"sv
                                      : round % 4 == 1 ? "abcdefgh;\n"sv
                                      : round % 4 == 2 ? "abcdefghijklmnopqrstuvwxyz;\n"sv
                                                       : "a;"sv;
    const std::string text = random.text(random.below(round % 10 == 0 ? 6000 : 300), alphabet);
    const std::unique_ptr<char[]> copy(new char[text.size()]);  // of exactly its size
    text.copy(copy.get(), text.size());
    const std::string_view exact(copy.get(), text.size());
    for (const char delimiter : {';', '\r', '\n', '\0'}) {
      CAPTURE(round, delimiter);
      const auto scanned = lines(exact) | map(cut(delimiter)) | places | collect();
      REQUIRE(scanned == (lines(exact) | looking | map(cut(delimiter)) | places | collect()));
      REQUIRE(scanned.size() == support::naiveLines(exact).size());
      support::SlicingRunner runner(random(), 1 + random.below(200));
      REQUIRE(scanned == (lines(exact) | on(runner) | map(cut(delimiter)) | places | collect()));
    }
  }
}

}  // namespace
