// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/text_key.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using dstream::detail::TextKey;

TEST_CASE("TextKey: gives back its text, short and long, at every alignment") {
  std::string bytes;
  for (int i = 0; i < 200; ++i) bytes.push_back(static_cast<char>(i * 37));
  for (std::size_t at = 0; at < 70; ++at)
    for (std::size_t size = 0; size <= 60; ++size) {
      const std::string_view text = std::string_view(bytes).substr(at, size);
      const TextKey key(text);
      REQUIRE(key.text() == text);
      REQUIRE(key.isShort() == (size <= TextKey::most));
      if (key.isShort()) REQUIRE(TextKey::ofShort(text) == key);
    }
  CHECK(TextKey(std::string_view{}).text().empty());
}

TEST_CASE("TextKey: a short one owns its bytes") {
  std::string text = "fifteen bytes..";
  REQUIRE(text.size() == TextKey::most);
  const TextKey key(text);
  text.assign(text.size(), '#');
  CHECK(key.text() == "fifteen bytes..");
}

TEST_CASE("TextKey: equal when the texts are") {
  const std::vector<std::string> texts{"",
                                       "\0"s,
                                       "\0\0"s,
                                       "a",
                                       "a\0"s,
                                       "\0a"s,
                                       "ab",
                                       "fifteen bytes..",
                                       "fifteen bytes.",
                                       "sixteen bytes...",
                                       "sixteen bytes..!",
                                       "sixteen bytes...\0"s,
                                       std::string(15, '\xff'),
                                       std::string(16, '\xff'),
                                       std::string(300, 'x')};
  for (const std::string& left : texts)
    for (const std::string& right : texts) {
      const std::string copy = right;  // other bytes, in other surroundings
      CHECK((TextKey(left) == TextKey(copy)) == (left == right));
    }
}

TEST_CASE("TextKey: long ones differ whichever byte does") {
  for (std::size_t size = 16; size <= 40; ++size) {
    const std::string text = std::string(40, 'a').substr(0, size);
    const std::string same = text;
    CHECK(TextKey(text) == TextKey(same));
    for (std::size_t i = 0; i < size; ++i) {
      std::string other = text;
      other[i] = 'b';
      REQUIRE(!(TextKey(text) == TextKey(other)));
    }
  }
}

TEST_CASE("TextKey: what stands around a text does not matter") {
  support::Random random(3);
  for (int round = 0; round < 2000; ++round) {
    const std::string text = random.text(random.below(16), "abc\xff\0"sv);
    const std::string left = random.text(random.below(40), "xyz") + text + random.text(40, "123");
    const std::string right = random.text(random.below(40), "zyx") + text + random.text(40, "321");
    const auto inside = [&](const std::string& around) {
      return TextKey(
          std::string_view(around).substr(around.size() - 40 - text.size(), text.size()));
    };
    REQUIRE(inside(left) == inside(right));
    REQUIRE(inside(left).first() == TextKey(text).first());
    REQUIRE(inside(left).second() == TextKey(text).second());
  }
}

TEST_CASE("TextKey: reads nothing of the page behind a text, and nothing before it") {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const pages = mmap(nullptr, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(pages != MAP_FAILED);
  char* const middle = static_cast<char*>(pages) + page;
  REQUIRE(mprotect(middle, page, PROT_READ | PROT_WRITE) == 0);
  for (std::size_t i = 0; i < page; ++i) middle[i] = static_cast<char>(i);
  for (std::size_t size = 0; size <= 20; ++size) {
    const std::string_view last(middle + page - size, size);
    const std::string_view first(middle, size);
    CHECK(TextKey(last).text() == last);
    CHECK(TextKey(first).text() == first);
  }
  munmap(pages, 3 * page);
}

}  // namespace
