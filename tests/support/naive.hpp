// SPDX-License-Identifier: BSL-1.0
#pragma once
// What text operators mean, written without thinking of speed.

#include <cstddef>
#include <string_view>
#include <vector>

namespace support {

inline bool isSpace(char byte) {
  return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\v' || byte == '\f'
         || byte == '\r';
}

inline std::vector<std::string_view> naiveWords(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while (at < text.size()) {
    if (isSpace(text[at])) {
      ++at;
      continue;
    }
    const std::size_t from = at;
    while (at < text.size() && !isSpace(text[at])) ++at;
    words.push_back(text.substr(from, at - from));
  }
  return words;
}

inline std::vector<std::string_view> naiveFields(std::string_view text, char delimiter) {
  std::vector<std::string_view> fields;
  std::size_t from = 0;
  for (std::size_t at = 0; at <= text.size(); ++at)
    if (at == text.size() || text[at] == delimiter) {
      fields.push_back(text.substr(from, at - from));
      from = at + 1;
    }
  return fields;
}

inline std::vector<std::string_view> naiveLines(std::string_view text) {
  std::vector<std::string_view> lines;
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size(); ++at)
    if (text[at] == '\n') {
      std::size_t to = at;
      if (to > from && text[to - 1] == '\r') --to;
      lines.push_back(text.substr(from, to - from));
      from = at + 1;
    }
  if (from < text.size()) lines.push_back(text.substr(from));
  return lines;
}

}  // namespace support
