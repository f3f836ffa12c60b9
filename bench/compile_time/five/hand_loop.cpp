// SPDX-License-Identifier: BSL-1.0
// Behind the same header, so that the difference is the pipelines' alone.
#include <cstring>
#include <string_view>
#include <vector>

#include <dstream/core.hpp>

long integers(const std::vector<long>& numbers) {
  long total = 0;
  for (long x : numbers) {
    x = x * 3 + 1;
    if (x % 2 != 0) continue;
    x >>= 1;
    if (x % 5 != 0) total += x;
  }
  return total;
}
float floats(const std::vector<float>& numbers) {
  float total = 0;
  for (float x : numbers) {
    x = x * 1.5F + 2.0F;
    x = x * x;
    if (x > 1.0F) total += x - 0.25F;
  }
  return total;
}
void array(const std::vector<float>& numbers, std::vector<float>& results) {
  float* to = results.data();
  for (float x : numbers) {
    x = x * 1.5F + 2.0F;
    x = x * x;
    x = x + 1;
    *to++ = x - 0.25F;
  }
}
long inner(const std::vector<std::vector<long>>& lists) {
  long total = 0;
  for (const auto& list : lists) {
    if (list.size() <= 1) continue;
    for (long x : list)
      if (x % 2 == 1) total += x * x;
  }
  return total;
}
long text(std::string_view book) {
  long total = 0;
  const char* at = book.data();
  const char* const end = at + book.size();
  while (at != end) {
    const auto* feed = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    const char* lineEnd = feed == nullptr ? end : feed;
    const char* const next = feed == nullptr ? end : feed + 1;
    if (feed != nullptr && lineEnd != at && lineEnd[-1] == '\r') --lineEnd;
    for (const char* word = at;;) {
      const auto* blank = static_cast<const char*>(std::memchr(word, ' ', static_cast<std::size_t>(lineEnd - word)));
      const char* const wordEnd = blank == nullptr ? lineEnd : blank;
      if (wordEnd - word > 3) total += wordEnd - word;
      if (blank == nullptr) break;
      word = blank + 1;
    }
    at = next;
  }
  return total;
}
