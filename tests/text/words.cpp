// SPDX-License-Identifier: BSL-1.0
#include <dstream/text/words.hpp>

#include <array>
#include <iterator>
#include <memory>
#include <range/v3/range/concepts.hpp>
#include <range/v3/range/conversion.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/actions/sum.hpp>
#include <dstream/actions/take.hpp>
#include <dstream/core/pusher.hpp>
#include <dstream/operators/flatMap.hpp>
#include <dstream/operators/map.hpp>

#include "support/catch.hpp"
#include "support/naive.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;
using namespace std::string_view_literals;
using Texts = std::vector<std::string_view>;

static_assert(Pusher<Words>);
static_assert(std::forward_iterator<Words::iterator>);
static_assert(ranges::forward_range<Words>);

constexpr std::array text{"  to be\tor\n not\r\nto be "sv};
static_assert((text | flatMap(splitWords) | collect<std::array<std::string_view, 6>>())
              == std::array{"to"sv, "be"sv, "or"sv, "not"sv, "to"sv, "be"sv});

struct Append {
  Texts* operator()(Texts* texts, std::string_view word) const {
    texts->push_back(word);
    return texts;
  }
};

bool sameViews(const Texts& left, const Texts& right) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i)
    if (left[i].data() != right[i].data() || left[i].size() != right[i].size()) return false;
  return true;
}

/// As Pusher and as range against the naive loop, on a heap copy of exactly its size.
bool agrees(std::string_view given) {
  const std::unique_ptr<char[]> bytes(new char[given.size()]);
  given.copy(bytes.get(), given.size());
  const std::string_view copy(bytes.get(), given.size());
  const Texts expected = support::naiveWords(copy);
  Texts pushed;
  const Append append;
  splitWords(copy).fold(&pushed, append);
  return sameViews(pushed, expected)
         && sameViews(splitWords(copy) | ranges::to<std::vector>(), expected);
}

TEST_CASE("splitWords: by hand") {
  const auto words = [](std::string_view given) {
    return splitWords(given) | ranges::to<std::vector>();
  };
  CHECK(words("") == Texts{});
  CHECK(words({}) == Texts{});
  CHECK(words(" \t\n\v\f\r") == Texts{});
  CHECK(words("one") == Texts{"one"});
  CHECK(words(" one  two ") == Texts{"one", "two"});
  CHECK(words("uno\vdos\ftres\rcuatro") == Texts{"uno", "dos", "tres", "cuatro"});
  CHECK(words("\xef\xbb\xbf"
              "uno \xc2\xa0 \xff")
        == Texts{"\xef\xbb\xbf"
                 "uno",
                 "\xc2\xa0", "\xff"});
  CHECK(words("a\0b c"sv) == Texts{"a\0b"sv, "c"});
}

TEST_CASE("splitWords: every byte is or is not white space") {
  for (int byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    const char c = static_cast<char>(byte);
    CHECK(agrees(std::string(1, c)));
    CHECK(agrees(std::string("a") + c + "b"));
    for (const std::size_t before : {14U, 15U, 16U, 31U, 47U, 62U, 63U, 64U, 65U, 127U, 128U})
      CHECK(agrees(std::string(before, 'x') + c + std::string(70, 'y')));
  }
}

TEST_CASE("splitWords: all short texts of blanks and letters") {
  const std::string_view alphabet = "a \n";
  for (std::size_t size = 0; size <= 9; ++size) {
    std::size_t count = 1;
    for (std::size_t i = 0; i < size; ++i) count *= alphabet.size();
    for (std::size_t number = 0; number < count; ++number) {
      std::string given;
      for (std::size_t i = 0, rest = number; i < size; ++i, rest /= alphabet.size())
        given.push_back(alphabet[rest % alphabet.size()]);
      if (!agrees(given)) {
        CAPTURE(given);
        FAIL_CHECK("splitWords differs from the naive loop");
      }
    }
  }
  SUCCEED();
}

TEST_CASE("splitWords: lengths 0 to 200, with every pattern around the edges of chunks") {
  for (std::size_t size = 0; size <= 200; ++size) {
    CAPTURE(size);
    bool equal = agrees(std::string(size, 'x')) && agrees(std::string(size, ' '));
    for (std::size_t at = 0; at < size; ++at) {
      std::string given(size, 'x');
      given[at] = ' ';
      equal &= agrees(given);
      std::string sparse(size, '\n');
      sparse[at] = 'x';
      equal &= agrees(sparse);
    }
    // Each of the 2^8 patterns in the eight bytes around a boundary of 64.
    for (const std::size_t boundary : {64U, 128U, 192U})
      if (size >= boundary + 4)
        for (unsigned pattern = 0; pattern < 256; pattern += size % 8 == 4 ? 1 : 37)
          for (const char rest : {'x', ' '}) {
            std::string given(size, rest);
            for (std::size_t bit = 0; bit < 8; ++bit)
              given[boundary - 4 + bit] = (pattern >> bit & 1) != 0 ? ' ' : 'y';
            equal &= agrees(given);
          }
    CHECK(equal);
  }
}

TEST_CASE("splitWords: random texts") {
  const std::uint64_t seed = 4711;
  CAPTURE(seed);
  support::Random random(seed);
  for (int round = 0; round < 3000; ++round) {
    const std::string_view alphabet = round % 3 == 0   ? "abcdefgh "
                                      : round % 3 == 1 ? "a \t\n\v\f\r"
                                                       : "a\x80\xff\x08\x0e\x1f!\0 "sv;
    const std::string given = random.text(random.below(400), alphabet);
    if (!agrees(given)) {
      CAPTURE(round, given);
      FAIL_CHECK("splitWords differs from the naive loop");
    }
  }
}

TEST_CASE("splitWords: take stops at every word, on both sides of chunk boundaries") {
  std::string given;
  for (int i = 0; i < 60; ++i) given += std::string(static_cast<std::size_t>(i % 7), 'w') + " ";
  const std::vector<std::string> source{given};
  const Texts expected = support::naiveWords(given);
  for (std::size_t n = 0; n <= expected.size() + 1; ++n) {
    std::size_t seen = 0;
    const auto taken = source | flatMap(splitWords) | map([&seen](std::string_view word) {
                         ++seen;
                         return word;
                       })
                       | take(n);
    CHECK(taken.size() == std::min(n, expected.size()));
    CHECK(seen == taken.size());
  }
}

}  // namespace
