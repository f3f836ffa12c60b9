// SPDX-License-Identifier: BSL-1.0
// validUtf8 against a decoder by the definition: bits taken out and put together, the shortest
// form, no surrogates.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/operators/validUtf8.hpp>

#include "fuzz/fuzz.hpp"

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// How many bytes a character would have that begins with this one, 0 for none.
std::size_t lengthBy(unsigned char first) {
  return first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
}

/// The bytes are one character, all of it.
bool isCharacter(std::string_view bytes) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
  };
  const std::size_t length = bytes.empty() ? 0 : lengthBy(static_cast<unsigned char>(bytes[0]));
  if (length == 0 || length != bytes.size()) return false;
  if (length == 1) return true;
  std::uint32_t code = byte(0) & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (byte(i) >> 6 != 2) return false;
    code = code << 6 | (byte(i) & 0x3F);
  }
  const std::uint32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  return code >= least && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

/// Some further bytes would make it a character: they can be tried, 64 to the power of at most 3.
bool beginsCharacter(std::string_view bytes) {
  const std::size_t length = bytes.empty() ? 0 : lengthBy(static_cast<unsigned char>(bytes[0]));
  if (length < 2 || bytes.size() >= length) return false;
  for (const char filler : {'\x80', '\x8F', '\x90', '\x9F', '\xA0', '\xBF'}) {
    std::string whole(bytes);
    whole += filler;
    whole.append(length - whole.size(), '\x80');
    if (isCharacter(whole)) return true;
  }
  return false;
}

std::string repaired(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t length = 1;
    while (length < 4 && length < text.size() && !isCharacter(text.substr(0, length))) ++length;
    if (isCharacter(text.substr(0, length))) {
      out += text.substr(0, length);
      text.remove_prefix(length);
      continue;
    }
    std::size_t broken = 1;  // the longest beginning of a character, at least a byte
    while (broken < text.size() && beginsCharacter(text.substr(0, broken + 1))) ++broken;
    out += replacement;
    text.remove_prefix(broken);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace dstream;
  const fuzz::Alone alone(fuzz::Input(bytes, size).rest());
  const std::string expected = repaired(alone.text());
  const std::vector<std::string_view> records{
      alone.text(), alone.text().substr(0, size / 2)};  // a second one, after a repair
  const std::vector<std::string> found =
      records | validUtf8() | map([](std::string_view text) { return std::string(text); })
      | collect();
  fuzz::expect(found[0] == expected, "text is repaired as Unicode says");
  fuzz::expect(found[1] == repaired(records[1]), "the next record is repaired by itself");
  const std::vector<std::string> again =
      std::vector{found[0]} | validUtf8()
      | map([](std::string_view text) { return std::string(text); }) | collect();
  fuzz::expect(again[0] == expected, "what is UTF-8 stays as it is");
  return 0;
}
