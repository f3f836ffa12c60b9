// SPDX-License-Identifier: BSL-1.0
#pragma once
// validUtf8: DStream<text> → DStream<string_view>, what is no UTF-8 replaced by U+FFFD.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pipe.hpp>

namespace dstream::inline v0 {

namespace detail {

/// Bytes of the well-formed character at the front of `text`, or 0; `broken` is then how many bytes one U+FFFD stands for: the longest beginning of a
/// character that they could be, at least one (Unicode 15, table 3-7 and section 3.9).
constexpr std::size_t utf8Character(std::string_view text, std::size_t& broken) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  broken = 1;
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  for (std::size_t i = 1; i < length; ++i, ++broken) {
    if (i == text.size()) return 0;
    const unsigned low = i > 1 ? 0x80 : first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = i > 1 ? 0xBF : first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (byte(i) < low || byte(i) > high) return 0;
  }
  return length;
}

/// How many bytes from the front are UTF-8.
constexpr std::size_t validPrefix(std::string_view text, std::size_t& broken) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (!std::is_constant_evaluated() && text.size() - at >= 8) {  // eight of ASCII at a time
      std::uint64_t eight = 0;
      __builtin_memcpy(&eight, text.data() + at, 8);
      if ((eight & 0x8080808080808080ULL) == 0) {
        at += 8;
        continue;
      }
    }
    const std::size_t bytes = utf8Character(text.substr(at), broken);
    if (bytes == 0) break;
    at += bytes;
  }
  return at;
}

struct ValidUtf8Op {
  static constexpr Kind kind = Kind::Narrow;
  static constexpr OperatorInfo info{"validUtf8", Role::Fused};
  static constexpr bool keepsCount = true;

  template <class Record>
  static consteval bool check() {
    constexpr bool text = std::is_convertible_v<Record, std::string_view>;
    static_assert(text, "validUtf8 needs records of text, as std::string or std::string_view");
    return text;
  }
  template <class Record>
  using Result = std::string_view;

  template <class Next>
  struct Step {
    template <class Accumulator>
    DSTREAM_INLINE constexpr Accumulator operator()(Accumulator accumulator, std::string_view text) {
      std::size_t broken = 0;
      const std::size_t valid = validPrefix(text, broken);
      return next(std::move(accumulator), valid == text.size() ? text : repair(text, valid, broken));
    }

    /// Out of the loop: most text is valid.
    [[gnu::noinline]] constexpr std::string_view repair(std::string_view text, std::size_t valid, std::size_t broken) {
      repaired.clear();
      for (constexpr std::string_view replacement = "\xEF\xBF\xBD";;) {
        repaired.insert(repaired.end(), text.begin(), text.begin() + static_cast<std::ptrdiff_t>(valid));
        text.remove_prefix(valid);
        if (text.empty()) return {repaired.data(), repaired.size()};
        repaired.insert(repaired.end(), replacement.begin(), replacement.end());
        text.remove_prefix(broken);
        valid = validPrefix(text, broken);
      }
    }

    const ValidUtf8Op& op;  // of no use here, but every step is made as {op, next}
    Next& next;
    Deferred<std::vector<char>, Next> repaired = {};
  };
};

}  // namespace detail

/// **shape** DStream<text> → DStream<string_view> (also Rdd and range)
/// **meaning** text passes as it is where it is UTF-8; of the rest, each longest beginning of a character, or else each byte, becomes one U+FFFD.
/// **kept** nothing; a repaired text is valid during the step. **order** kept. **cost** a look at eight bytes of ASCII at a time; a copy of what must be
/// repaired. **errors** compile time: records that are no text. **source** Spark's text sources, which always do this; here who wants it says so.
[[nodiscard]] constexpr auto validUtf8() { return detail::ValidUtf8Op{}; }

}  // namespace dstream::inline v0
