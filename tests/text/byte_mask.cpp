// SPDX-License-Identifier: BSL-1.0
#include <dstream/text/byte_mask.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

namespace detail = dstream::detail;

struct High {
  static constexpr bool one(char c) { return static_cast<unsigned char>(c) > 0x7f; }
  template <class Bytes>
  static auto all(Bytes bytes) {
    return bytes > 0x7f;
  }
};

static_assert(detail::byteMask<High>("a\xff-\x80", 4) == 0b1010);
static_assert(detail::byteMask<High>("", 0) == 0);

TEST_CASE("byteMask: a bit for each byte that passes, none behind the end, nothing else read") {
  const std::uint64_t seed = 20240602;
  CAPTURE(seed);
  support::Random random(seed);
  for (int round = 0; round < 20000; ++round) {
    const std::size_t size = random.below(65);
    const std::unique_ptr<char[]> bytes(new char[size]);  // of exactly its size: a read outside it is seen by the sanitizer
    std::uint64_t expected = 0;
    for (std::size_t i = 0; i < size; ++i) {
      bytes[i] = static_cast<char>(random.below(256));
      expected |= std::uint64_t{High::one(bytes[i])} << i;
    }
    if (detail::byteMask<High>(bytes.get(), size) != expected) {
      CAPTURE(round, size);
      FAIL_CHECK("the mask differs");
      break;
    }
  }
}

}  // namespace
