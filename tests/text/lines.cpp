// SPDX-License-Identifier: BSL-1.0
#include <dstream/text/lines.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <memory>
#include <range/v3/range/concepts.hpp>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/transform.hpp>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/actions/fold.hpp>
#include <dstream/actions/sum.hpp>
#include <dstream/actions/take.hpp>
#include <dstream/core/on.hpp>
#include <dstream/core/pusher.hpp>
#include <dstream/operators/filter.hpp>
#include <dstream/operators/flatMap.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/text/words.hpp>

#include "support/catch.hpp"
#include "support/naive.hpp"
#include "support/random.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;
using namespace std::string_view_literals;
using Texts = std::vector<std::string_view>;
using Strings = std::vector<std::string>;

static_assert(Rdd<Lines> && Pusher<Lines>);
static_assert(std::forward_iterator<Lines::iterator>);
static_assert(ranges::forward_range<Lines>);

static_assert((lines("to be\nor\r\n\nnot"sv) | collect<std::array<std::string_view, 4>>())
              == std::array{"to be"sv, "or"sv, ""sv, "not"sv});
static_assert((lines("to\nbe") | map(&std::string_view::size) | sum()) == 4);
static_assert((lines("") | map(&std::string_view::size) | sum()) == 0);

/// As Rdd, as range and as Pusher: all must agree.
Texts read(std::string_view text) {
  Texts folded;
  const auto append = [](Texts* texts, std::string_view line) {
    texts->push_back(line);
    return texts;
  };
  lines(text).fold(Slice{}, &folded, append);
  Texts pushed;
  lines(text).fold(&pushed, append);
  const Texts iterated = lines(text) | ranges::to<std::vector>();
  CHECK(folded == pushed);
  CHECK(folded == iterated);
  return folded;
}

TEST_CASE("lines: ends") {
  CHECK(read("") == Texts{});
  CHECK(read(std::string_view{}) == Texts{});
  CHECK(read("\n") == Texts{""});
  CHECK(read("\r\n") == Texts{""});
  CHECK(read("\n\n") == Texts{"", ""});
  CHECK(read("one") == Texts{"one"});
  CHECK(read("one\n") == Texts{"one"});
  CHECK(read("one\r\n") == Texts{"one"});
  CHECK(read("one\n\ntwo") == Texts{"one", "", "two"});
  CHECK(read("one\r\n\r\ntwo\r\n") == Texts{"one", "", "two"});
}

TEST_CASE("lines: a CR that is not just before LF is data") {
  CHECK(read("\r") == Texts{"\r"});
  CHECK(read("a\rb\n") == Texts{"a\rb"});
  CHECK(read("a\r\r\nb\r") == Texts{"a\r", "b\r"});
  CHECK(read("\r\r\n") == Texts{"\r"});
  CHECK(read("\n\r") == Texts{"", "\r"});
  CHECK(read("\n\r\n") == Texts{"", ""});
}

TEST_CASE("lines: bytes pass unchanged") {
  CHECK(read("\xef\xbb\xbf"
             "En un lugar\nde la Mancha")
        == Texts{"\xef\xbb\xbf"
                 "En un lugar",
                 "de la Mancha"});
  CHECK(read("\xff\xfe\n\xc3\n\x80\x80") == Texts{"\xff\xfe", "\xc3", "\x80\x80"});
  CHECK(read("a\0b\n\0\n"sv) == Texts{"a\0b"sv, "\0"sv});
  CHECK(read("\v\f\x85\xe2\x80\xa8|\x1c\n") == Texts{"\v\f\x85\xe2\x80\xa8|\x1c"});
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every.push_back(static_cast<char>(byte));
  CHECK(read(every) == support::naiveLines(every));
}

TEST_CASE("lines: views of the text itself") {
  const std::string text = "one\ntwo";
  const Texts views = read(text);
  CHECK(views[1].data() == text.data() + 4);
}

TEST_CASE("lines: all short texts of a small alphabet, as the naive reading") {
  const std::string_view alphabet = "a\r\n";
  for (std::size_t size = 0; size <= 7; ++size) {
    std::size_t count = 1;
    for (std::size_t i = 0; i < size; ++i) count *= alphabet.size();
    for (std::size_t number = 0; number < count; ++number) {
      std::string text;
      for (std::size_t i = 0, rest = number; i < size; ++i, rest /= alphabet.size())
        text.push_back(alphabet[rest % alphabet.size()]);
      const Texts expected = support::naiveLines(text);
      Texts folded;
      const auto append = [](Texts* texts, std::string_view line) {
        texts->push_back(line);
        return texts;
      };
      // Every number of slices up to more than there are bytes: their lines, one after another, are
      // the whole's.
      for (std::size_t slices = 1; slices <= size + 2; ++slices) {
        folded.clear();
        for (std::size_t slice = 0; slice < slices; ++slice)
          lines(text).fold(Slice{0, slice, slices}, &folded, append);
        if (folded != expected) {
          CAPTURE(text, slices);
          CHECK(folded == expected);
        }
      }
    }
  }
  SUCCEED();
}

TEST_CASE("lines: slices of every size, through a runner in any order") {
  const std::string text =
      "\xef\xbb\xbf"
      "uno\r\ndos\n\n\r\ntres cuatro cinco seis siete ocho\rnueve\r\n\ndiez";
  const Strings expected = lines(text) | collect();
  REQUIRE(expected.size() == support::naiveLines(text).size());
  for (std::size_t bytes = 1; bytes <= text.size() + 1; ++bytes) {
    CAPTURE(bytes);
    support::SlicingRunner runner(bytes, bytes);
    CHECK((lines(text) | on(runner) | collect()) == expected);
    CHECK(runner.started == (text.size() + bytes - 1) / bytes);
  }
}

TEST_CASE("lines: long random texts in slices") {
  const std::uint64_t seed = 77;
  CAPTURE(seed);
  support::Random random(seed);
  for (int round = 0; round < 30; ++round) {
    const std::string text = random.text(random.below(3000), "abcdefg \r\n\n");
    const Texts expected = support::naiveLines(text);
    CHECK(read(text) == expected);
    support::SlicingRunner runner(random(), 1 + random.below(200));
    CHECK((lines(text) | on(runner) | collect()) == Strings(expected.begin(), expected.end()));
  }
}

TEST_CASE("lines: stops at once") {
  int seen = 0;
  CHECK((lines("a\nb\nc\nd\n") | map([&seen](std::string_view line) {
           ++seen;
           return line;
         })
         | take(2))
        == Strings{"a", "b"});
  CHECK(seen == 2);
}

TEST_CASE("lines: as the pusher of a flatMap over blocks") {
  const Strings blocks{"a\nb\n", "", "c\r\n", "d"};
  CHECK((blocks | flatMap(lines) | collect()) == Strings{"a", "b", "c", "d"});
}

/// The words, and their places in the text: once with a filter that looks at the lines, once in one scan.
TEST_CASE("lines: the words of lines in one scan are those of each line") {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every.push_back(static_cast<char>(byte));
  const auto places = map([](std::string_view word) {
    return std::pair{reinterpret_cast<std::uintptr_t>(word.data()), word.size()};
  });
  const auto looking = filter([](std::string_view) { return true; });
  const std::uint64_t seed = 321;
  CAPTURE(seed);
  support::Random random(seed);
  for (int round = 0; round < 1500; ++round) {
    const std::string_view alphabet = round % 4 == 0   ? std::string_view(every)
                                      : round % 4 == 1 ? "ab \r\n"sv
                                      : round % 4 == 2 ? "a\n"sv
                                                       : "wordsandlines\xc3\x80\0 \r\n"sv;
    const std::string around = random.text(random.below(64) + random.below(round % 10 == 0 ? 6000 : 300), alphabet);
    const std::string_view text = std::string_view(around).substr(random.below(around.size() + 1));
    const std::unique_ptr<char[]> copy(new char[text.size()]);  // of exactly its size
    text.copy(copy.get(), text.size());
    const std::string_view exact(copy.get(), text.size());

    const auto scanned = lines(exact) | flatMap(splitWords) | places | collect();
    CHECK(scanned == (lines(exact) | looking | flatMap(splitWords) | places | collect()));
    const Texts expected = support::naiveWords(exact);
    REQUIRE(scanned.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
      REQUIRE(scanned[i]
              == std::pair{reinterpret_cast<std::uintptr_t>(expected[i].data()),
                           expected[i].size()});

    support::SlicingRunner runner(random(), 1 + random.below(200));
    CHECK(scanned == (lines(exact) | on(runner) | flatMap(splitWords) | places | collect()));
    const std::size_t some = random.below(expected.size() + 2);
    CHECK((lines(exact) | flatMap(splitWords) | take(some)).size() == std::min(some, expected.size()));
  }
}

static_assert((lines("to be\nor\r\n\nnot"sv) | flatMap(splitWords) | collect<std::array<std::string_view, 4>>())
              == std::array{"to"sv, "be"sv, "or"sv, "not"sv});

TEST_CASE("lines: a range, so views of std and range-v3 may follow") {
  const Lines two = lines("a\nbcd");
  const auto size = [](std::string_view line) { return line.size(); };
  CHECK((two | std::views::transform(size) | sum()) == 4);
  CHECK((two | ranges::views::transform(size) | ranges::to<std::vector>()) == std::vector<std::size_t>{1, 3});
}

}  // namespace
