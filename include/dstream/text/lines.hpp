// SPDX-License-Identifier: BSL-1.0
#pragma once
// lines: text → its lines, as views; a head of pipelines that cuts the text into slices at line ends.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/text/positions.hpp>

namespace dstream::inline v0 {

namespace detail {
/// A step that makes of a text what it makes of its lines, one after another: it need not be given lines.
template <class Step>
concept AcrossLines = requires { requires Step::acrossLines; };

/// A line, what stands before its first delimiter and what behind it; without a delimiter the whole and nothing.
struct CutLine {
  std::string_view before;
  std::string_view behind;
};

/// A step whose function cuts lines at a delimiter: it is given lines cut.
template <class Step>
concept CutsLines = requires(const Step& step) { requires std::remove_cvref_t<decltype(step.op.fn)>::cutsLines; };
}  // namespace detail

/// **meaning** the lines of a text. A line ends at LF; a CR just before it belongs to the end; any other CR is data; a last line without LF
/// counts; bytes pass unchanged. An Rdd of one partition, a Pusher, and a forward range.
/// **kept** a view of the text, which must outlive it and its lines. **cost** one step call per line, line ends are found 64 bytes at a time; where
/// the words of the lines are all that is asked for, no line is looked for; where the lines are cut, their delimiters are found in the same scan.
class Lines {
 public:
  using reference = std::string_view;
  using value_type = std::string_view;

  constexpr explicit Lines(std::string_view text) : text_(text) {}

  [[nodiscard]] static constexpr std::size_t partitions() { return 1; }
  [[nodiscard]] static constexpr Inline runner() { return {}; }
  static constexpr void prepare(auto&) {}
  [[nodiscard]] constexpr std::size_t splits(std::size_t, std::size_t bytes) const {
    return text_.empty() || bytes == 0 ? 1 : (text_.size() - 1) / bytes + 1;
  }

  template <class Accumulator, class Step>
  DSTREAM_INLINE constexpr Accumulator fold(Slice slice, Accumulator accumulator, Step& step) const {
    const std::size_t position = cut(slice.index, slice.count);
    const std::size_t next = cut(slice.index + 1, slice.count);
    std::size_t from = 0;
    if (position != 0) {
      const std::size_t feed = text_.substr(0, next - 1).find('\n', position - 1);
      if (feed == std::string_view::npos) return accumulator;  // within one line, whose end is not looked for: there may be many such slices
      from = feed + 1;
    }
    return Lines(text_.substr(from, lineAt(next) - from)).fold(std::move(accumulator), step);
  }
  template <class Accumulator, class Step>
  DSTREAM_INLINE constexpr Accumulator fold(Accumulator accumulator, Step& step) const {
    return fold(detail::Everything{}, std::move(accumulator), step);
  }

  static constexpr bool foldsEverything = true;
  template <class Accumulator, class Step>
  DSTREAM_INLINE constexpr Accumulator fold(detail::Everything, Accumulator accumulator, Step& step) const {
    if constexpr (detail::AcrossLines<Step>) {
      return step(std::move(accumulator), text_);
    } else if constexpr (detail::CutsLines<Step>) {
      return foldCuts(std::move(accumulator), step);
    } else {
      const char* at = text_.data();
      const char* const end = at + text_.size();
      const char* from = at;  // where the line begins that has not ended
      for (bool more = at != end; more;) {
        const auto bytes = static_cast<std::size_t>(end - at) < 64 ? static_cast<std::size_t>(end - at) : 64;
        std::uint64_t ends = detail::byteMask<detail::LineFeed>(at, bytes);
        more = bytes == 64;  // a text that ends with its chunk needs an empty one more, to end its last line at the one call below
        if (!more && end[-1] != '\n') ends |= std::uint64_t{1} << bytes;
        for (; ends != 0; ends &= ends - 1) {
          const char* const to = at + __builtin_ctzll(ends);
          // A CR belongs to the end that follows it: one comparison says that the line is not empty and has an end.
          const auto length = static_cast<std::size_t>(to - from);
          const bool fed = length - 1 < static_cast<std::size_t>(end - from) - 1 && to[-1] == '\r';
          accumulator = step(std::move(accumulator), std::string_view(from, length - static_cast<std::size_t>(fed)));
          if (v0::stopped(accumulator)) return accumulator;
          from = to + 1;
        }
        at += bytes;
      }
      return accumulator;
    }
  }

  class iterator {
   public:
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;

    constexpr iterator() = default;
    constexpr explicit iterator(std::string_view rest) : rest_(rest) {}

    constexpr std::string_view operator*() const {
      const std::size_t feed = rest_.find('\n');
      const bool ended = feed != std::string_view::npos;
      return line(rest_.data(), rest_.data() + (ended ? feed : rest_.size()), ended);
    }
    constexpr iterator& operator++() {
      const std::size_t feed = rest_.find('\n');
      rest_.remove_prefix(feed == std::string_view::npos ? rest_.size() : feed + 1);
      return *this;
    }
    constexpr iterator operator++(int) {
      iterator before = *this;
      ++*this;
      return before;
    }
    friend constexpr bool operator==(const iterator& left, const iterator& right) { return left.rest_.size() == right.rest_.size(); }

   private:
    std::string_view rest_;
  };

  [[nodiscard]] constexpr iterator begin() const { return iterator{text_}; }
  [[nodiscard]] constexpr iterator end() const { return iterator{}; }

 private:
  /// Ends and delimiters in one scan, many at a time: how many are in a chunk nobody can foresee.
  template <class Accumulator, class Step>
  DSTREAM_INLINE constexpr Accumulator foldCuts(Accumulator accumulator, Step& step) const {
    const char* base = text_.data();
    const char* const end = base + text_.size();
    const char* from = base;  // where the line begins that has not ended
    const char* cut = end;      // its delimiter, once met
    std::uint16_t places[detail::placesFor(chunksAtOnce + 1)];
    detail::LineCuts marks{step.op.fn.delimiter};
    for (bool more = base != end; more;) {
      const auto left = static_cast<std::size_t>(end - base);
      const std::size_t chunks = left / 64 < chunksAtOnce ? left / 64 : chunksAtOnce;
      std::size_t count = chunks == 0 ? 0 : detail::positions(base, chunks, places, marks);
      std::size_t bytes = chunks * 64;
      more = left - bytes >= 64;
      if (!more) {
        count += detail::writeBits(marks.of(base + bytes, left - bytes), bytes, places + count);
        bytes = left;
        if (end[-1] != '\n') places[count++] = static_cast<std::uint16_t>(bytes);
      }
      for (std::size_t next = 0; next != count; ++next) {
        const char* to = base + places[next];
        if (to != end && *to != '\n') {
          cut = to;
          if (++next == count) break;
          to = base + places[next];
        }
        const bool fed = to != end && to != from && to[-1] == '\r';
        const char* const last = to - static_cast<std::ptrdiff_t>(fed);
        const char* const at = cut < last ? cut : last;  // a delimiter may be the CR that belongs to the end
        const char* const behind = at + static_cast<std::ptrdiff_t>(at != last);
        accumulator = step(std::move(accumulator), detail::CutLine{{from, static_cast<std::size_t>(at - from)}, {behind, static_cast<std::size_t>(last - behind)}});
        if (v0::stopped(accumulator)) return accumulator;
        from = to + 1;
        cut = end;
      }
      base += bytes;
    }
    return accumulator;
  }
  static constexpr std::size_t chunksAtOnce = 32;

  DSTREAM_INLINE static constexpr std::string_view line(const char* from, const char* to, bool fed) {
    if (fed && to != from && to[-1] == '\r') --to;
    return {from, static_cast<std::size_t>(to - from)};
  }

  /// Where the index-th of `count` equal parts begins; its lines are those that begin in it.
  [[nodiscard]] constexpr std::size_t cut(std::size_t index, std::size_t count) const {
    return text_.size() / count * index + text_.size() % count * index / count;
  }
  /// Where the first line at or behind a position begins.
  [[nodiscard]] constexpr std::size_t lineAt(std::size_t position) const {
    if (position == 0 || position == text_.size()) return position;
    const std::size_t feed = text_.find('\n', position - 1);
    return feed == std::string_view::npos ? text_.size() : feed + 1;
  }

  std::string_view text_;
};

/// **shape** text → Lines. `lines(book) | flatMap(splitWords) | …`; a text larger than a slice is shared among the workers of `on(runner)`.
[[nodiscard]] constexpr Lines lines(std::string_view text) { return Lines{text}; }

}  // namespace dstream::inline v0
