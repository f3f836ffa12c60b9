// SPDX-License-Identifier: BSL-1.0
#pragma once
// isVariant: std::variant, known by its shape, so that its header need not be included.

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

template <class T>
inline constexpr bool isVariant = false;
template <template <class...> class Variant, class... Alternatives>
  requires requires(const Variant<Alternatives...>& value) { value.valueless_by_exception(); }
inline constexpr bool isVariant<Variant<Alternatives...>> = true;

}  // namespace dstream::inline v0::detail
