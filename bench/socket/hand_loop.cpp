// SPDX-License-Identifier: BSL-1.0
#include <string>

#include "socket/loopback.hpp"

namespace bench {

/// recv and memchr: the least that finds the lines.
Received handMemchr(std::uint16_t port) {
  return receive(port, [](std::string_view text, Received& total) {
    const char* at = text.data();
    const char* const end = at + text.size();
    while (const auto* feed = static_cast<const char*>(
               std::memchr(at, '\n', static_cast<std::size_t>(end - at)))) {
      total = total + received(withoutReturn({at, static_cast<std::size_t>(feed - at)}));
      at = feed + 1;
    }
    return static_cast<std::size_t>(at - text.data());
  });
}

/// The same with a std::string made of each line, as most programs do.
Received handStrings(std::uint16_t port) {
  return receive(port, [](std::string_view text, Received& total) {
    std::size_t from = 0;
    for (std::size_t feed = 0; (feed = text.find('\n', from)) != std::string_view::npos;
         from = feed + 1) {
      const std::string line(withoutReturn(text.substr(from, feed - from)));
      total = total + received(line);
    }
    return from;
  });
}

}  // namespace bench
