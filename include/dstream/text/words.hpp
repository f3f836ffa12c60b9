// SPDX-License-Identifier: BSL-1.0
#pragma once
// splitWords: text → its words, by white space, as views.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/text/blanks.hpp>
#include <dstream/text/own_text.hpp>
#include <dstream/text/positions.hpp>

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
    const char* base = text_.data();
    std::size_t left = text_.size();
    std::uint16_t edges[detail::placesFor(chunksAtOnce + 1)];
    const char* start = nullptr;  // of the word that is not ended
    detail::WordEdges marks;
    for (bool more = left != 0; more;) {
      const std::size_t chunks = left / 64 < chunksAtOnce ? left / 64 : chunksAtOnce;
      std::size_t count = chunks == 0 ? 0 : detail::positions(base, chunks, edges, marks);
      std::size_t bytes = chunks * 64;
      more = left - bytes >= 64;
      if (!more) {  // the rest: bits behind it count as white space, so the last word ends
        count += detail::writeBits(marks(detail::blanks(base + bytes, left - bytes)), bytes, edges + count);
        bytes = left;
      }
      edges[count] = 0;
      std::size_t next = 0;
      if (start == nullptr) start = base + edges[next++];
      for (; next < count; next += 2) {
        accumulator = step(std::move(accumulator), std::string_view(start, static_cast<std::size_t>(base + edges[next] - start)));
        if (v0::stopped(accumulator)) return accumulator;
        start = base + edges[next + 1];
      }
      if (next != count) start = nullptr;
      base += bytes;
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
  static constexpr std::size_t chunksAtOnce = 32;

  std::string_view text_;
};

struct SplitWords {
  static constexpr const char* scan = "splitWords";
  /// The end of a line is white space: the words of its lines are the words of a text.
  static constexpr bool acrossLines = true;
  constexpr Words operator()(std::string_view text) const { return Words{text}; }
  template <detail::Temporary Text>
  detail::OwnText<SplitWords> operator()(Text&& text) const {
    return {std::move(text), *this};
  }
};

/// **shape** text → Words. `lines | flatMap(splitWords)`; also `for (auto word : splitWords(line))`. A temporary std::string is kept with its words.
inline constexpr SplitWords splitWords{};

}  // namespace dstream::inline v0
