// SPDX-License-Identifier: BSL-1.0
#include <dstream/text/end_of_text.hpp>

#include <cstddef>
#include <cstdint>

#include "support/catch.hpp"

namespace {

using dstream::detail::endOfText;

constexpr char abc[] = "abc";
static_assert(endOfText(abc + 3, 3) >> 40 == 0x636261);

TEST_CASE("endOfText: the bytes, the last highest, wherever in a page") {
  alignas(4096) static char pages[2 * 4096];
  for (std::size_t i = 0; i < sizeof pages; ++i) pages[i] = static_cast<char>(i * 37 + 1);
  for (std::size_t bytes = 1; bytes <= 8; ++bytes)
    for (std::size_t end = 4096 - 4; end <= 4096 + 20; ++end) {
      std::uint64_t expected = 0;
      for (std::size_t i = end - bytes; i < end; ++i)
        expected =
            expected >> 8 | static_cast<std::uint64_t>(static_cast<unsigned char>(pages[i])) << 56;
      const std::size_t others = 64 - 8 * bytes;
      REQUIRE(endOfText(pages + end, bytes) >> others == expected >> others);
    }
}

}  // namespace
