// SPDX-License-Identifier: BSL-1.0
#pragma once
// expandBraces: a pattern with {a,b} in it → the patterns without.

#include <cstddef>
#include <string>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>

namespace dstream::inline v0::detail {

/// **meaning** one pattern for each alternative, from left to right, as a shell makes them; alternatives may hold alternatives. A brace without its
/// partner is a character. **cost** as many patterns as there are combinations.
template <class Use = OnUse>
Deferred<std::vector<std::string>, Use> expandBraces(const std::string& pattern) {
  Deferred<std::vector<std::string>, Use> expanded;
  for (std::size_t open = pattern.find('{'); open != std::string::npos; open = pattern.find('{', open + 1)) {
    Deferred<std::vector<std::size_t>, Use> marks;  // the brace, its commas, its partner
    std::size_t depth = 0;
    for (std::size_t at = open; at < pattern.size(); ++at) {
      const char c = pattern[at];
      if (c == '{') ++depth;
      if (depth == 1 && (c == '{' || c == ',' || c == '}')) marks.push_back(at);
      if (c == '}' && --depth == 0) break;
    }
    if (depth != 0) continue;
    const std::string before = pattern.substr(0, open);
    const std::string after = pattern.substr(marks.back() + 1);
    for (std::size_t i = 0; i + 1 < marks.size(); ++i)
      for (std::string& one : expandBraces<Use>(before + pattern.substr(marks[i] + 1, marks[i + 1] - marks[i] - 1) + after)) expanded.push_back(std::move(one));
    return expanded;
  }
  expanded.push_back(pattern);
  return expanded;
}

}  // namespace dstream::inline v0::detail
