// SPDX-License-Identifier: BSL-1.0
#include <cstring>

#include "fusion_text/contenders.hpp"

namespace bench {

/// The careful loop: memchr finds the ends of lines and the single blanks between words.
std::int64_t handMemchr(std::string_view text) {
  std::int64_t total = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const auto* feed =
        static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    const char* lineEnd = feed == nullptr ? end : feed;
    const char* const next = feed == nullptr ? end : feed + 1;
    if (feed != nullptr && lineEnd != at && lineEnd[-1] == '\r') --lineEnd;
    for (const char* word = at;;) {
      const auto* blank = static_cast<const char*>(
          std::memchr(word, ' ', static_cast<std::size_t>(lineEnd - word)));
      const char* const wordEnd = blank == nullptr ? lineEnd : blank;
      if (wordEnd - word > 3) total += wordEnd - word;
      if (blank == nullptr) break;
      word = blank + 1;
    }
    at = next;
  }
  return total;
}

/// The byte loop: white space as isspace knows it, one byte after another.
std::int64_t handBytes(std::string_view text) {
  std::int64_t total = 0;
  std::int64_t length = 0;
  for (const char c : text) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      if (length > 3) total += length;
      length = 0;
    } else {
      ++length;
    }
  }
  if (length > 3) total += length;
  return total;
}

}  // namespace bench
