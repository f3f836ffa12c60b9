// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/braces.hpp>

#include <string>
#include <vector>

#include "support/catch.hpp"

namespace {

using Patterns = std::vector<std::string>;

Patterns expanded(const std::string& pattern) { return dstream::detail::expandBraces(pattern); }

TEST_CASE("braces: one pattern for each alternative, from left to right") {
  CHECK(expanded("plain/*") == Patterns{"plain/*"});
  CHECK(expanded("") == Patterns{""});
  CHECK(expanded("/logs/{a,b}/x") == Patterns{"/logs/a/x", "/logs/b/x"});
  CHECK(expanded("{a,b}{1,2}") == Patterns{"a1", "a2", "b1", "b2"});
  CHECK(expanded("{one}") == Patterns{"one"});
  CHECK(expanded("x{,y,}") == Patterns{"x", "xy", "x"});
  CHECK(expanded("{20{24,25},old}/*") == Patterns{"2024/*", "2025/*", "old/*"});
  CHECK(expanded("{a/b,c}/d") == Patterns{"a/b/d", "c/d"});
}

TEST_CASE("braces: without its partner a brace is a character") {
  CHECK(expanded("a{b") == Patterns{"a{b"});
  CHECK(expanded("a}b,c") == Patterns{"a}b,c"});
  CHECK(expanded("{a{b,c}") == Patterns{"{ab", "{ac"});
}

}  // namespace
