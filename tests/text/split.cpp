// SPDX-License-Identifier: BSL-1.0
#include <dstream/text/split.hpp>

#include <array>
#include <iterator>
#include <range/v3/range/concepts.hpp>
#include <range/v3/range/conversion.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/actions/take.hpp>
#include <dstream/core/pusher.hpp>
#include <dstream/operators/flatMap.hpp>
#include <dstream/operators/map.hpp>

#include "support/catch.hpp"
#include "support/naive.hpp"

namespace {

using namespace dstream;
using namespace std::string_view_literals;
using Texts = std::vector<std::string_view>;

static_assert(Pusher<Fields>);
static_assert(std::forward_iterator<Fields::iterator>);
static_assert(ranges::forward_range<Fields>);

constexpr std::array rows{"a,,b"sv, ""sv, ","sv};
static_assert((rows | flatMap(split(',')) | collect<std::array<std::string_view, 6>>())
              == std::array{"a"sv, ""sv, "b"sv, ""sv, ""sv, ""sv});

Texts read(std::string_view text, char delimiter) {
  Texts pushed;
  const auto append = [](Texts* texts, std::string_view field) {
    texts->push_back(field);
    return texts;
  };
  split(delimiter)(text).fold(&pushed, append);
  CHECK(pushed == (split(delimiter)(text) | ranges::to<std::vector>()));
  return pushed;
}

TEST_CASE("split: n delimiters make n + 1 fields") {
  CHECK(read("", ',') == Texts{""});
  CHECK(read({}, ',') == Texts{""});
  CHECK(read("a", ',') == Texts{"a"});
  CHECK(read(",", ',') == Texts{"", ""});
  CHECK(read("a,", ',') == Texts{"a", ""});
  CHECK(read(",a", ',') == Texts{"", "a"});
  CHECK(read("a,,b", ',') == Texts{"a", "", "b"});
  CHECK(read(",,,", ',') == Texts{"", "", "", ""});
}

TEST_CASE("split: any byte delimits, all others pass") {
  CHECK(read("a\0b\0"sv, '\0') == Texts{"a", "b", ""});
  CHECK(read("a\xff"
             "b",
             '\xff')
        == Texts{"a", "b"});
  CHECK(read("a b\tc", ' ') == Texts{"a", "b\tc"});
  CHECK(read("a\nb", '\n') == Texts{"a", "b"});
  CHECK(read("\xc3\xb1;\xc3", ';') == Texts{"\xc3\xb1", "\xc3"});
}

TEST_CASE("split: all short texts, as the naive loop") {
  const std::string_view alphabet = "a,b";
  for (std::size_t size = 0; size <= 8; ++size) {
    std::size_t count = 1;
    for (std::size_t i = 0; i < size; ++i) count *= alphabet.size();
    for (std::size_t number = 0; number < count; ++number) {
      std::string text;
      for (std::size_t i = 0, rest = number; i < size; ++i, rest /= alphabet.size())
        text.push_back(alphabet[rest % alphabet.size()]);
      const Texts expected = support::naiveFields(text, ',');
      Texts pushed;
      const auto append = [](Texts* texts, std::string_view field) {
        texts->push_back(field);
        return texts;
      };
      split(',')(text).fold(&pushed, append);
      if (pushed != expected || (split(',')(text) | ranges::to<std::vector>()) != expected) {
        CAPTURE(text);
        FAIL_CHECK("split differs from the naive loop");
      }
    }
  }
  SUCCEED();
}

TEST_CASE("split: views of the text, also of its empty fields") {
  const std::string text = "a,,b";
  const Texts fields = read(text, ',');
  CHECK(fields[1].data() == text.data() + 2);
  CHECK(fields[2].data() == text.data() + 3);
}

TEST_CASE("split: an iterator keeps its place, and its copies theirs") {
  const Fields fields = split(',')("a,bc,");
  auto it = fields.begin();
  const auto first = it;
  const auto before = it++;
  CHECK(*before == "a");
  CHECK(*it == "bc");
  CHECK(*it == "bc");
  CHECK((first == before && first != it));
  CHECK(*++it == "");
  CHECK(it != fields.end());
  CHECK(++it == fields.end());
  CHECK(*first == "a");
}

TEST_CASE("split: take stops it") {
  const std::vector<std::string> texts{"a,b,c", "d"};
  int seen = 0;
  CHECK((texts | flatMap(split(',')) | map([&seen](std::string_view field) {
           ++seen;
           return field;
         })
         | take(3))
        == std::vector<std::string>{"a", "b", "c"});
  CHECK(seen == 3);
}

}  // namespace
