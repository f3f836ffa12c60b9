// SPDX-License-Identifier: BSL-1.0
#pragma once
// collect: Rdd<T> → vector or array of what is kept of each record. collectInto: into a range of the caller's.

#include <array>
#include <cstddef>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/action.hpp>
#include <dstream/core/buffer.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/core/rdd.hpp>

namespace dstream::inline v0 {

namespace detail {

/// Every record of `rdd`, in order: per slice first, then joined, so workers share nothing.
template <Rdd R>
constexpr auto collectAll(R& rdd) {
  auto runner = rdd.runner();
  rdd.prepare(runner);
  BufferOf<R> all;
  if constexpr (runsInline<R>) {
    AppendStep<BufferOf<R>, typename R::value_type> append;
    detail::reserveFor(all, rdd, 1);
    if constexpr (FoldsEverything<R>) {
      static_cast<void>(rdd.fold(Everything{}, &all, append));
    } else {
      for (std::size_t partition = 0, count = rdd.partitions(); partition < count; ++partition)
        static_cast<void>(rdd.fold(Slice{partition}, &all, append));
    }
  } else {
    auto parts = buffered(rdd, runner);
    if (parts.size() == 1) return std::move(parts.front());
    std::size_t total = 0;
    for (const auto& part : parts) total += part.size();
    all.reserve(total);
    for (auto& part : parts)
      for (auto&& record : part) all.push_back(std::move(record));
  }
  return all;
}

struct CollectAction : ActionBase {
  static constexpr OperatorInfo info{"collect", Role::Action};

  template <class Record>
  static consteval bool check() {
    return canKeep<Record>();
  }
  template <class R>
  constexpr auto over(R rdd) const {
    return collectAll(rdd);
  }
};

/// What is written for a record: itself where the target's element takes it (a string_view into an array of string_view stays a view,
/// as the caller asked), else its kept form.
template <class Element, class Record>
DSTREAM_INLINE constexpr Element written(Record&& record) {
  if constexpr (std::is_convertible_v<Record, Element>) {
    return static_cast<Element>(std::forward<Record>(record));
  } else {
    return Owned<std::remove_cvref_t<Record>>::own(std::forward<Record>(record));
  }
}

template <class Element, class Record>
consteval bool canWrite() {
  if constexpr (std::is_convertible_v<Record, Element>) {
    return true;
  } else if constexpr (canKeep<Record>()) {
    constexpr bool fits = std::is_same_v<Kept<Record>, Element>;
    static_assert(fits, "collect needs a target whose elements the records convert to");
    return fits;
  }
  return false;
}

template <class Target>
struct WriteStep {
  template <class Record>
  DSTREAM_INLINE constexpr Target* operator()(Target* target, Record&& record) const {
    *target = written<Target>(std::forward<Record>(record));
    return target + 1;
  }
};

template <class Target>
struct BoundedWriteStep {
  template <class Record>
  DSTREAM_INLINE constexpr Target* operator()(Target* target, Record&& record) const {
    if (target == end) throw std::length_error("dstream: collect: more records than the target has places");
    *target = written<Target>(std::forward<Record>(record));
    return target + 1;
  }
  Target* end;
};

/// Where the number of records is known, the loop needs no test per record.
template <class R, class Target>
constexpr Target* writeAll(R& rdd, Target* first, Target* last) {
  Inline runner;
  rdd.prepare(runner);
  if constexpr (CountKnown<R>) {
    if (rdd.recordCount() > static_cast<std::size_t>(last - first))
      throw std::length_error("dstream: collect: more records than the target has places");
    WriteStep<Target> write;
    if constexpr (FoldsEverything<R>) {
      first = rdd.fold(Everything{}, first, write);
    } else {
      for (std::size_t partition = 0, count = rdd.partitions(); partition < count; ++partition) first = rdd.fold(Slice{partition}, first, write);
    }
  } else {
    BoundedWriteStep<Target> write{last};
    if constexpr (FoldsEverything<R>) {
      first = rdd.fold(Everything{}, first, write);
    } else {
      for (std::size_t partition = 0, count = rdd.partitions(); partition < count; ++partition) first = rdd.fold(Slice{partition}, first, write);
    }
  }
  return first;
}

template <class Array>
struct CollectArrayAction : ActionBase {
  static constexpr OperatorInfo info{"collect", Role::Action};

  template <class Record>
  static consteval bool check() {
    return canWrite<typename Array::value_type, Record>();
  }
  template <class R>
  constexpr Array over(R rdd) const {
    Array array{};
    if (writeAll(rdd, array.data(), array.data() + array.size()) != array.data() + array.size())
      throw std::length_error("dstream: collect: fewer records than the array has places");
    return array;
  }
};

template <class Element>
struct CollectIntoAction : ActionBase {
  static constexpr OperatorInfo info{"collectInto", Role::Action};

  template <class Record>
  static consteval bool check() {
    return canWrite<Element, Record>();
  }
  template <class R>
  constexpr std::size_t over(R rdd) const {
    return static_cast<std::size_t>(writeAll(rdd, first, last) - first);
  }
  Element* first;
  Element* last;
};

}  // namespace detail

/// **shape** Rdd<T> → vector<Kept<T>>
/// **meaning** all records, as owners: a string_view becomes a string. **order** that of the records, whatever the workers.
/// **kept** everything. **cost** what push_back costs; where the number of records is known beforehand, the vector does not grow up to 256 MiB. **errors** compile time: records whose ownership cannot be seen; on a DStream.
/// **source** Spark RDD.collect.
[[nodiscard]] constexpr auto collect() { return detail::CollectAction{}; }

/// **shape** Rdd<T> → Array, e.g. `collect<std::array<int, 3>>()`; also in a constant expression
/// **kept** each record as the array's element: an array of string_view keeps views, as asked.
/// **errors** throws std::length_error unless there are exactly as many records as places.
template <class Array>
[[nodiscard]] constexpr auto collect() {
  return detail::CollectArrayAction<Array>{};
}

/// **shape** Rdd<T> → size_t, the number of records written to the beginning of `target`, an array, vector or span of the caller's
/// **meaning** collect without allocation; runs on the calling thread. **cost** the loop `target[i] = …`; where the number of records is not
/// known beforehand (filter, flatMap), one test per record.
/// **errors** throws std::length_error when target is too small.
template <class Target>
[[nodiscard]] constexpr auto collectInto(Target& target) {
  return detail::CollectIntoAction<std::remove_pointer_t<decltype(std::data(target))>>{{}, std::data(target), std::data(target) + std::size(target)};
}

}  // namespace dstream::inline v0
