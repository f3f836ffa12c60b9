// SPDX-License-Identifier: BSL-1.0
#pragma once
// splitWords: text → its words, by white space, as views.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/text/blanks.hpp>

namespace dstream::inline v0 {

/// **meaning** the words of a text: the longest runs of bytes that are not white space (space, \t \n \v \f \r), never empty.
/// A Pusher, and a forward range for whoever wants to iterate. Bytes pass unchanged, whatever their encoding.
/// **kept** a view of the text, which must outlive it and its words. **cost** one step call per word; white space is found 64 bytes at a time.
class Words {
 public:
  using reference = std::string_view;
  using value_type = std::string_view;

  constexpr explicit Words(std::string_view text) : text_(text) {}

  template <class Accumulator, class Step>
  DSTREAM_INLINE constexpr Accumulator fold(Accumulator accumulator, Step& step) const {
    const char* chunk = text_.data();
    std::size_t left = text_.size();
    const char* start = nullptr;  // of the word that a chunk began and did not end
    for (bool more = left != 0; more;) {
      const std::size_t bytes = left < 64 ? left : 64;
      const std::uint64_t word = ~detail::blanks(chunk, bytes);  // bits behind `bytes` count as white space, so the last word ends
      std::uint64_t edges = word ^ (word << 1 | (start != nullptr ? 1U : 0U));
      more = bytes == 64;  // a text that ends with its chunk needs an empty one more, to end its last word at the one call below
      while (edges != 0) {
        if (start == nullptr) {
          start = chunk + std::countr_zero(edges);
          edges &= edges - 1;
          if (edges == 0) break;  // only in a full chunk: the word goes on in the next
        }
        const char* end = chunk + std::countr_zero(edges);
        edges &= edges - 1;
        accumulator = step(std::move(accumulator), std::string_view(start, static_cast<std::size_t>(end - start)));
        if (stopped(accumulator)) return accumulator;
        start = nullptr;
      }
      chunk += bytes;
      left -= bytes;
    }
    return accumulator;
  }

  class iterator {
   public:
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;

    constexpr iterator() = default;
    constexpr explicit iterator(std::string_view rest) : rest_(rest) { next(); }

    constexpr std::string_view operator*() const { return word_; }
    constexpr iterator& operator++() {
      next();
      return *this;
    }
    constexpr iterator operator++(int) {
      iterator before = *this;
      next();
      return before;
    }
    friend constexpr bool operator==(const iterator& left, const iterator& right) {
      return left.word_.data() == right.word_.data();
    }

   private:
    constexpr void next() {
      std::size_t from = 0;
      while (from < rest_.size() && detail::isBlank(rest_[from])) ++from;
      std::size_t to = from;
      while (to < rest_.size() && !detail::isBlank(rest_[to])) ++to;
      word_ = from == to ? std::string_view{} : rest_.substr(from, to - from);
      rest_.remove_prefix(to);
    }

    std::string_view rest_;
    std::string_view word_;
  };

  [[nodiscard]] constexpr iterator begin() const { return iterator{text_}; }
  [[nodiscard]] constexpr iterator end() const { return iterator{}; }

 private:
  std::string_view text_;
};

struct SplitWords {
  static constexpr const char* scan = "splitWords";
  constexpr Words operator()(std::string_view text) const { return Words{text}; }
};

/// **shape** text → Words. `lines | flatMap(splitWords)`; also `for (auto word : splitWords(line))`.
inline constexpr SplitWords splitWords{};

}  // namespace dstream::inline v0
