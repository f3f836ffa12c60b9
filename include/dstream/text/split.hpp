// SPDX-License-Identifier: BSL-1.0
#pragma once
// split: text → its fields between delimiters, empty ones included, as views.

#include <cstddef>
#include <string_view>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/text/find_byte.hpp>
#include <dstream/text/own_text.hpp>

namespace dstream::inline v0 {

/// **meaning** the fields of a text: n delimiters make n + 1 fields, so "a,,b" has three, "," two and "" one, all empty ones kept.
/// A Pusher, and a forward range. **kept** a view of the text, which must outlive it and its fields. **cost** one memchr per field.
class Fields {
 public:
  using reference = std::string_view;
  using value_type = std::string_view;

  constexpr Fields(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {}

  template <class Accumulator, class Step>
  DSTREAM_INLINE constexpr Accumulator fold(Accumulator accumulator, Step& step) const {
    const char* at = text_.empty() ? "" : text_.data();  // an empty view may be null, where nothing can be searched
    const char* const end = at + text_.size();
    for (;;) {
      const char* found = detail::findByte(at, end, delimiter_);
      accumulator = step(std::move(accumulator), std::string_view(at, static_cast<std::size_t>((found == nullptr ? end : found) - at)));
      if (found == nullptr || v0::stopped(accumulator)) return accumulator;
      at = found + 1;
    }
  }

  class iterator {
   public:
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;

    constexpr iterator() = default;
    constexpr iterator(std::string_view rest, char delimiter) : rest_(rest), end_(rest.find(delimiter)), delimiter_(delimiter), more_(true) {}

    constexpr std::string_view operator*() const { return rest_.substr(0, end_); }
    constexpr iterator& operator++() {
      more_ = end_ != std::string_view::npos;
      rest_.remove_prefix(more_ ? end_ + 1 : rest_.size());
      end_ = rest_.find(delimiter_);
      return *this;
    }
    constexpr iterator operator++(int) {
      iterator before = *this;
      ++*this;
      return before;
    }
    friend constexpr bool operator==(const iterator& left, const iterator& right) {
      return left.more_ == right.more_ && (!left.more_ || left.rest_.size() == right.rest_.size());
    }

   private:
    std::string_view rest_;
    std::size_t end_ = 0;  // of the field, in rest_; npos: the last
    char delimiter_ = 0;
    bool more_ = false;
  };

  [[nodiscard]] constexpr iterator begin() const { return {text_, delimiter_}; }
  [[nodiscard]] constexpr iterator end() const { return {}; }

 private:
  std::string_view text_;
  char delimiter_;
};

struct SplitAt {
  static constexpr const char* scan = "split";
  constexpr Fields operator()(std::string_view text) const { return {text, delimiter}; }
  template <detail::Temporary Text>
  detail::OwnText<SplitAt> operator()(Text&& text) const {
    return {std::move(text), *this};
  }
  char delimiter;
};

/// **shape** text → Fields. `lines | flatMap(split(','))`; also `for (auto field : split(',')(line))`. A temporary std::string is kept with its fields.
[[nodiscard]] constexpr SplitAt split(char delimiter) { return {delimiter}; }

}  // namespace dstream::inline v0
