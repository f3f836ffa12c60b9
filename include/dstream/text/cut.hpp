// SPDX-License-Identifier: BSL-1.0
#pragma once
// cut: text → what stands before its first delimiter and what behind it.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/text/find_byte.hpp>
#include <dstream/text/lines.hpp>
#include <dstream/text/own_text.hpp>

namespace dstream::inline v0 {

struct CutAt {
  static constexpr const char* scan = "cut";
  /// Ends of lines and delimiters are found in one scan.
  static constexpr bool cutsLines = true;
  static constexpr bool acrossLines = true;
  using Halves = std::pair<std::string_view, std::string_view>;

  constexpr Halves operator()(std::string_view text) const {
    const char* const end = text.data() + text.size();
    const char* const found = text.empty() ? nullptr : detail::findByte(text.data(), end, delimiter);
    if (found == nullptr) return {text, std::string_view(end, 0)};
    return {std::string_view(text.data(), static_cast<std::size_t>(found - text.data())), std::string_view(found + 1, static_cast<std::size_t>(end - found - 1))};
  }
  template <detail::Temporary Text>
  std::pair<std::string, std::string> operator()(Text&& text) const {
    const Halves halves = (*this)(std::string_view(text));
    return {std::string(halves.first), std::string(halves.second)};
  }
  DSTREAM_INLINE constexpr Halves operator()(const detail::CutLine& line) const { return {line.before, line.behind}; }

  char delimiter;
};

/// **shape** text → pair of texts. `lines | map(cut(';')) | mapValues(parseNumber<double>) | …`
/// **meaning** what stands before the first delimiter and what behind it, more delimiters included; of a text without one the whole and nothing.
/// **kept** views of the text, which must outlive them; of a temporary std::string two of its own. **cost** one memchr; right behind lines, line ends and delimiters are found in one scan.
[[nodiscard]] constexpr CutAt cut(char delimiter) { return {delimiter}; }

}  // namespace dstream::inline v0
