// SPDX-License-Identifier: BSL-1.0
#include <dstream/text/find_byte.hpp>

#include <string>

#include "support/catch.hpp"

namespace {

constexpr char word[] = "a\xFF,b,";
static_assert(dstream::detail::findByte(word, word + 5, ',') == word + 2);
static_assert(dstream::detail::findByte(word, word + 2, ',') == nullptr);
static_assert(dstream::detail::findByte(word, word, 'a') == nullptr);

TEST_CASE("find_byte: every byte at every place, and nothing behind the end") {
  for (int value = 0; value < 256; ++value) {
    const char byte = static_cast<char>(value);
    for (std::size_t size = 0; size < 40; ++size) {
      std::string text(size, value == 'x' ? 'y' : 'x');
      CHECK(dstream::detail::findByte(text.data(), text.data() + size, byte) == nullptr);
      for (std::size_t at = 0; at < size; at += 7) {
        std::string marked = text;
        marked[at] = byte;
        marked += byte;  // behind the end that is told
        CHECK(dstream::detail::findByte(marked.data(), marked.data() + size, byte) == marked.data() + at);
      }
    }
  }
}

}  // namespace
