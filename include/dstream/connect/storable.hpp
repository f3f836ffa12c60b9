// SPDX-License-Identifier: BSL-1.0
#pragma once
// requireStorable, storableText: text that a database can hold. StorableOp: the records that it can
// hold, as a fused operator; the others throw, for `trying` to set aside.

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include <dstream/core/config.hpp>
#include <dstream/core/operator_info.hpp>
#include <dstream/operators/filter.hpp>
#include <dstream/operators/validUtf8.hpp>

namespace dstream::inline v0::detail {

/// **errors** std::invalid_argument: text that is no UTF-8, or has a NUL in it, and where.
inline void requireStorable(std::string_view text) {
  std::size_t broken = 0;
  const std::size_t valid = validPrefix(text, broken);
  if (valid != text.size())
    throw std::invalid_argument("dstream: no UTF-8 at byte " + std::to_string(valid)
                                + " of a text");
  const std::size_t nul = text.find('\0');
  if (nul != std::string_view::npos)
    throw std::invalid_argument("dstream: a NUL at byte " + std::to_string(nul) + " of a text");
}

/// The text, with U+FFFD for all that requireStorable would throw for.
inline std::string storableText(std::string_view text) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  std::string made;
  for (;;) {
    std::size_t broken = 0;
    const std::size_t valid = validPrefix(text, broken);
    for (const char& c : text.substr(0, valid)) made += c == '\0' ? replacement : std::string_view(&c, 1);
    if (valid == text.size()) return made;
    made += replacement;
    text.remove_prefix(valid + broken);
  }
}

/// **meaning** passes on what `Require` lets pass. It has `name`, for plans; `check<Record>()`, as
/// operators have; and is called with each record: gives true, or throws.
template <class Require>
struct StorableOp : FilterOp<Require> {
  static constexpr OperatorInfo info{Require::name, Role::Fused};

  template <class Record>
  static consteval bool check() {
    return Require::template check<Record>();
  }
};

}  // namespace dstream::inline v0::detail
