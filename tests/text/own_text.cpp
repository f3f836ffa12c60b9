// SPDX-License-Identifier: BSL-1.0
#include <dstream/text/own_text.hpp>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/text/cut.hpp>
#include <dstream/text/split.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using Strings = std::vector<std::string>;

std::string lower(std::string_view text) {
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return small;
}
/// Short enough to stand in its string, and longer.
const Strings verses{"To Be", "OR not TO be, that is the Question: whether 'tis nobler in the mind to suffer"};
const Strings words{"to", "be", "or", "not", "to", "be,", "that", "is", "the", "question:", "whether", "'tis", "nobler", "in", "the", "mind", "to", "suffer"};

TEST_CASE("own_text: words and fields of a temporary have it with them") {
  CHECK((verses | flatMap([](std::string_view verse) { return splitWords(lower(verse)); }) | collect()) == words);
  CHECK((verses | flatMap([](std::string_view verse) { return split(' ')(lower(verse)); }) | collect()) == words);
  CHECK((verses | map(lower) | flatMap(splitWords) | collect()) == words);
  CHECK((verses | map(lower) | flatMap(split(' ')) | collect()) == words);
  Strings seen;
  for (const std::string_view word : splitWords(lower(verses[1]))) seen.emplace_back(word);
  for (const std::string_view field : split(',')(lower("A,,B"))) seen.emplace_back(field);
  CHECK(seen.size() == words.size() - 2 + 3);
  CHECK(seen.back() == "b");
  CHECK((splitWords(lower("A b A")) | countByValue() | collect()).size() == 2);
}

TEST_CASE("own_text: a text that lives elsewhere is looked at") {
  const std::string text = "a b";
  std::string changeable = "a b";
  STATIC_REQUIRE(std::is_same_v<decltype(splitWords(text)), Words>);
  STATIC_REQUIRE(std::is_same_v<decltype(splitWords(changeable)), Words>);
  STATIC_REQUIRE(std::is_same_v<decltype(split(',')("a,b")), Fields>);
  STATIC_REQUIRE(std::is_same_v<decltype(cut(';')(changeable)), std::pair<std::string_view, std::string_view>>);
}

TEST_CASE("own_text: the halves of a temporary own what they are") {
  const auto [key, value] = cut(';')(std::string("a key of some length, by itself;and a value, which has as many bytes"));
  CHECK(key == "a key of some length, by itself");
  CHECK(value == "and a value, which has as many bytes");
  CHECK((verses | map([](std::string_view verse) { return cut(' ')(lower(verse)); }) | keys() | collect()) == Strings{"to", "or"});
  CHECK((verses | map(lower) | map(cut(' ')) | values() | collect()).at(0) == "be");
}

}  // namespace
