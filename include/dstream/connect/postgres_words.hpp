// SPDX-License-Identifier: BSL-1.0
#pragma once
// Literals and names in SQL; a server's address and its messages as people are told them.

#include <libpq-fe.h>

#include <cstddef>
#include <string>
#include <string_view>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// 'text', as a literal: E'' where a backslash would otherwise depend on the server's settings.
inline std::string postgresLiteral(std::string_view text) {
  std::string made = text.find('\\') == std::string_view::npos ? "'" : " E'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') made += c;
    made += c;
  }
  return made + "'";
}
/// "text", as a name.
inline std::string postgresName(std::string_view text) {
  std::string made = "\"";
  for (const char c : text) {
    if (c == '"') made += c;
    made += c;
  }
  return made + "\"";
}

/// `host:port/database`, of what libpq has read in an address; no password.
inline std::string postgresAddress(const PQconninfoOption* options) {
  std::string host;
  std::string port;
  std::string database;
  for (; options->keyword != nullptr; ++options) {
    const std::string_view word = options->keyword;
    const std::string value = options->val != nullptr ? options->val : "";
    if ((word == "host" && !value.empty()) || (word == "hostaddr" && host.empty())) host = value;
    if (word == "port") port = value;
    if (word == "dbname") database = value;
  }
  return host + (port.empty() ? "" : ":" + port) + "/" + database;
}

/// The front of a text in UTF-8, at most so many bytes, with no character cut in two.
inline std::string_view frontOf(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most != 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

inline std::string onOneLine(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  std::string line;
  for (const char c : text) line += c == '\n' ? "; " : std::string(1, c);
  return line;
}

}  // namespace dstream::inline v0::detail
