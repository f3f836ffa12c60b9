// SPDX-License-Identifier: BSL-1.0
#pragma once
// PageView: one visit of a page of a web site, and the line that tells it: url, status, zip code,
// user, by tabs.

#include <array>
#include <charconv>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include <dstream/core.hpp>

namespace examples {

struct PageView {
  std::string url;
  int status = 0;
  int zipCode = 0;
  int user = 0;
};

inline int integer(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    throw std::invalid_argument("'" + std::string(text) + "' is no integer");
  return number;
}

inline PageView pageViewOf(std::string_view line) {
  std::array<std::string_view, 4> fields;
  std::size_t count = 0;
  for (std::string_view field : dstream::split('\t')(line))
    if (count++ < fields.size()) fields[count - 1] = field;
  if (count != fields.size())
    throw std::invalid_argument("'" + std::string(line) + "' is no page view");
  return {std::string(fields[0]), integer(fields[1]), integer(fields[2]), integer(fields[3])};
}

}  // namespace examples
