// SPDX-License-Identifier: BSL-1.0
#pragma once
// show: a value as the failures of the test kit name it.

#include <string>

#include <dstream/core/config.hpp>
#include <dstream/outputs/text_form.hpp>

namespace dstream::inline v0::testing {

/// **meaning** the value's text form, texts in quotes; a remark for a type that has none, since a test need not print what it compares.
template <class T>
[[nodiscard]] std::string show(const T& value) {
  std::string text;
  if constexpr (v0::detail::hasTextForm<T>()) {
    v0::detail::appendElement<TextStyle::Python>(text, value, true);
  } else {
    text = "(a value without a text form; write toText(value) or an operator<< beside its type)";
  }
  return text;
}

}  // namespace dstream::inline v0::testing
