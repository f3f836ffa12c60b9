// SPDX-License-Identifier: BSL-1.0
#pragma once
// OwnText: words or fields together with the text that they are views of, where that was a temporary.

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

namespace detail {

/// A std::string that nobody else has.
template <class T>
concept Temporary = std::same_as<T, std::string>;

/// **meaning** what `Split` makes of a text, with that text in it: `flatMap([](auto line) { return splitWords(lower(line)); })`. A Pusher, and a forward
/// range. **kept** the text; its parts are views of it, good as long as this stands where it is. **cost** one move of the text more than with a text that lives elsewhere.
template <class Split>
class OwnText {
  using Parts = std::invoke_result_t<const Split&, std::string_view>;

 public:
  using reference = typename Parts::reference;
  using value_type = typename Parts::value_type;

  OwnText(std::string text, Split split) : text_(std::move(text)), split_(split) {}

  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Accumulator accumulator, Step& step) const {
    return parts().fold(std::move(accumulator), step);
  }
  [[nodiscard]] auto begin() const { return parts().begin(); }
  [[nodiscard]] auto end() const { return parts().end(); }

 private:
  [[nodiscard]] Parts parts() const { return split_(std::string_view(text_)); }

  std::string text_;
  [[no_unique_address]] Split split_;
};

}  // namespace detail

}  // namespace dstream::inline v0
