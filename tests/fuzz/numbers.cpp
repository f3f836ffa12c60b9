// SPDX-License-Identifier: BSL-1.0
// parseNumber against std::from_chars.

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <type_traits>

#include <dstream/text/parse_number.hpp>

#include "fuzz/fuzz.hpp"

namespace {

template <class T>
void agree(std::string_view text) {
  T wanted{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), wanted);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  const std::optional<T> found = dstream::parseNumber<T>(text);
  fuzz::expect(found.has_value() == whole, "a number where from_chars sees one, and nowhere else");
  if (!found) return;
  if constexpr (std::is_floating_point_v<T>) {
    const bool same = (std::isnan(*found) && std::isnan(wanted))
                      || (*found == wanted && std::signbit(*found) == std::signbit(wanted));
    fuzz::expect(same, "the number that from_chars gives");
  } else {
    fuzz::expect(*found == wanted, "the number that from_chars gives");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const fuzz::Alone alone(fuzz::Input(bytes, size).rest());
  const std::string_view text = alone.text();
  agree<std::int8_t>(text);
  agree<std::uint8_t>(text);
  agree<std::int16_t>(text);
  agree<std::int32_t>(text);
  agree<std::uint32_t>(text);
  agree<std::int64_t>(text);
  agree<std::uint64_t>(text);
  agree<float>(text);
  agree<double>(text);
  return 0;
}
