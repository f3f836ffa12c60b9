// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/text_arena.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using dstream::detail::TextArena;

TEST_CASE("TextArena: texts stay where and what they are, until clear; again after it") {
  support::Random random(12);
  TextArena arena;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::pair<std::string, std::string_view>> kept;
    for (int i = 0; i < 3000; ++i) {
      const std::size_t size = i % 500 == 0
                                   ? TextArena::blockBytes / 8 + static_cast<std::size_t>(i % 1000)
                               : i % 501 == 0 ? TextArena::blockBytes / 8
                                              : random.below(200);
      std::string text = random.text(size, "abcdefgh");
      const std::string_view copy = arena.keep(text);
      kept.emplace_back(std::move(text), copy);
    }
    for (const auto& [text, copy] : kept) REQUIRE(text == copy);
    arena.clear();
  }
}

TEST_CASE("TextArena: what is kept after clear is used again") {
  TextArena arena;
  const char* const first = arena.keep("once upon a time").data();
  arena.clear();
  CHECK(arena.keep("a text").data() == first);
  CHECK(arena.keep("").empty());
  arena.clear();
  arena.clear();
  CHECK(arena.keep("after two clears nothing was left to use")
        == "after two clears nothing was left to use");
}

TEST_CASE("TextArena: a smaller batch keeps the memory of the one before, sixteen do not") {
  TextArena arena;
  const std::string text(TextArena::blockBytes / 8, 'x');
  for (int i = 0; i < 8 * 10; ++i) CHECK(arena.keep(text) == text);
  arena.clear();
  for (int batch = 0; batch < 15; ++batch) {
    CHECK(arena.keep("little") == "little");
    arena.clear();
  }
  CHECK(arena.bytes() == 10 * TextArena::blockBytes);
  CHECK(arena.keep("little") == "little");
  arena.clear();
  CHECK(arena.bytes() == TextArena::blockBytes);
  CHECK(arena.keep("on and on") == "on and on");
}

}  // namespace
