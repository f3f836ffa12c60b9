// SPDX-License-Identifier: BSL-1.0
#pragma once
// range-v3's place: its views as heads of pipelines, and its view closures as operators on the partitions of a batch.

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <range/v3/range/concepts.hpp>
#include <range/v3/range/traits.hpp>
#include <range/v3/view/all.hpp>
#include <range/v3/view/view.hpp>

#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>

namespace dstream::inline v0 {

/// range-v3's views are copied into a pipeline, as std's are.
template <ranges::view_ T>
inline constexpr bool isView<T> = true;

namespace detail {

/// A parent of which every partition is buffered and then pulled through a view. Its partitions cannot be cut.
template <class Parent, class ViewFn>
class [[nodiscard("a pipeline does nothing until an action or output ends it")]] ViewRdd {
  using Buffer = std::vector<Kept<typename Parent::value_type>>;
  using Closure = ranges::views::view_closure<ViewFn>;
  using Pulled = decltype(std::declval<Buffer&>() | std::declval<const Closure&>());

 public:
  using reference = ranges::range_reference_t<Pulled>;
  using value_type = std::remove_cvref_t<reference>;

  ViewRdd(Parent parent, Closure closure) : parent_(std::move(parent)), closure_(std::move(closure)) {}

  [[nodiscard]] std::size_t partitions() const { return parent_.partitions(); }
  [[nodiscard]] static std::size_t splits(std::size_t, std::size_t) { return 1; }
  [[nodiscard]] auto runner() const { return parent_.runner(); }
  template <Runner R>
  void prepare(R& runner) {
    parent_.prepare(runner);
  }

  template <class Accumulator, class Step>
  Accumulator fold(Slice slice, Accumulator accumulator, Step& step) {
    Buffer buffer;
    Append append;
    static_cast<void>(parent_.fold(slice, &buffer, append));
    auto pulled = buffer | closure_;
    for (auto&& record : pulled) {
      accumulator = step(std::move(accumulator), static_cast<reference>(record));
      if (v0::stopped(accumulator)) break;
    }
    return accumulator;
  }

 private:
  struct Append {
    template <class Record>
    Buffer* operator()(Buffer* buffer, Record&& record) const {
      buffer->push_back(Owned<typename Parent::value_type>::own(std::forward<Record>(record)));
      return buffer;
    }
  };

  Parent parent_;
  Closure closure_;
};

template <class ViewFn>
struct ViewOp {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"view", Role::Partition};

  template <class Record>
  static consteval bool check() {
    constexpr bool fits = canKeep<Record>();
    if constexpr (fits) {
      constexpr bool pulls = requires(std::vector<Kept<Record>>& buffer, const ranges::views::view_closure<ViewFn>& view) { buffer | view; };
      static_assert(pulls, "this range-v3 view cannot be applied to a vector of this stream's records");
      return pulls;
    }
    return false;
  }

  template <class R>
  auto over(R rdd) const {
    return ViewRdd<R, ViewFn>{std::move(rdd), closure};
  }

  ranges::views::view_closure<ViewFn> closure;
};

}  // namespace detail

/// **shape** DStream<T> | view closure → DStream<U> (also Rdd; a plain range piped into a range-v3 view stays range-v3's)
/// **meaning** applies a range-v3 view to each partition of a batch: `stream | ranges::views::sliding(2)`.
/// **kept** a buffer of one partition per task, since views pull and a pipeline pushes; the records are owners (string_view becomes string).
/// **order** kept. **cost** that of the view, and the copy; the library's own operators fuse and need no buffer.
/// **errors** compile time: records that cannot be kept; a view that does not fit them.
template <detail::Ours Left, class ViewFn>
auto operator|(Left&& left, ranges::views::view_closure<ViewFn> closure) {
  return std::forward<Left>(left) | detail::ViewOp<ViewFn>{std::move(closure)};
}

}  // namespace dstream::inline v0
