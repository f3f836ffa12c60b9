// SPDX-License-Identifier: BSL-1.0
#pragma once
// Buffers: the records of an Rdd kept slice by slice, and cut anew.

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/chunks.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/core/spare_memory.hpp>

namespace dstream::inline v0::detail {

template <class Container, class T>
struct AppendStep {
  template <class Record>
  DSTREAM_INLINE constexpr Container* operator()(Container* container, Record&& record) const {
    container->push_back(Owned<T>::own(std::forward<Record>(record)));
    return container;
  }

  template <class Reference, class Value>
    requires ChunkValue<Reference> && std::is_same_v<Value, typename Container::value_type> && std::is_same_v<T, Value>
  DSTREAM_INLINE constexpr Container* chunk(const Value* from, std::size_t count, Container* container) const {
    container->insert(container->end(), from, from + count);
    return container;
  }
};

template <class R>
using BufferOf = std::vector<Kept<typename R::value_type>>;

/// The number of records, where the source, which cuts evenly, knows it and no operator changes it.
template <class R>
concept CountKnown = requires(const R& rdd) {
  { rdd.recordCount() } -> std::convertible_to<std::size_t>;
};

/// Room for one of `parts` nearly equal parts of the records, where their number is known; for 256 MiB of them at most, since a range may say
/// that it has no end, and it is a function that ends it by throwing.
template <class R, class Buffer>
constexpr void reserveFor(Buffer& buffer, const R& rdd, std::size_t parts) {
  if constexpr (CountKnown<R>) {
    constexpr std::size_t most = (std::size_t{256} << 20) / sizeof(typename Buffer::value_type);
    const std::size_t records = rdd.recordCount() / parts + (rdd.recordCount() % parts != 0 ? 1 : 0);
    buffer.reserve(records < most ? records : most);
  }
}

/// The records of each of `slices` of a prepared parent, in order.
template <Rdd R>
std::vector<BufferOf<R>> buffered(R& parent, RunnerRef runner, const BatchVector<Slice>& slices) {
  std::vector<BufferOf<R>> buffers(slices.size());
  runner.forEach(slices.size(), [&](std::size_t, std::size_t task) {
    AppendStep<BufferOf<R>, typename R::value_type> append;
    detail::reserveFor(buffers[task], parent, parent.partitions() * slices[task].count);
    static_cast<void>(parent.fold(slices[task], &buffers[task], append));
  });
  return buffers;
}
template <Rdd R>
std::vector<BufferOf<R>> buffered(R& parent, RunnerRef runner) {
  return detail::buffered(parent, runner, slicesOf(parent, runner.sliceBytes()));
}

/// The buffers of `slices` as those of `partitions`; a partition of one slice is not moved.
template <class Buffer>
std::vector<Buffer> joined(std::vector<Buffer> buffers, RunnerRef runner, const BatchVector<Slice>& slices, std::size_t partitions) {
  std::vector<Buffer> parts(partitions);
  runner.forEach(slices.size(), [&](std::size_t, std::size_t task) {
    if (slices[task].index != 0) return;
    const std::size_t end = task + slices[task].count;
    std::size_t total = 0;
    for (std::size_t i = task; i != end; ++i) total += buffers[i].size();
    Buffer& part = parts[slices[task].partition] = std::move(buffers[task]);
    part.reserve(total);
    for (std::size_t i = task + 1; i != end; ++i)
      for (auto&& record : buffers[i]) part.push_back(std::move(record));
  });
  return parts;
}

/// The same records in the same order, moved into `parts` buffers whose sizes differ by at most one.
template <class Buffer>
std::vector<Buffer> evenly(std::vector<Buffer> buffers, RunnerRef runner, std::size_t parts) {
  if (parts == 1 && buffers.size() == 1) return buffers;
  std::size_t total = 0;
  for (const Buffer& buffer : buffers) total += buffer.size();
  const auto cut = [&](std::size_t part) { return total / parts * part + total % parts * part / parts; };
  struct Start {
    std::size_t buffer;
    std::size_t record;
  };
  BatchVector<Start> starts(parts);  // found in one pass, so that no part walks over all buffers
  std::size_t buffer = 0;
  std::size_t before = 0;  // records in earlier buffers
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t from = cut(part);
    for (; buffer < buffers.size() && before + buffers[buffer].size() <= from; ++buffer) before += buffers[buffer].size();
    starts[part] = {buffer, from - before};
  }
  std::vector<Buffer> even(parts);
  runner.forEach(parts, [&](std::size_t, std::size_t part) {
    std::size_t left = cut(part + 1) - cut(part);
    even[part].reserve(left);
    for (auto [at, record] = starts[part]; left != 0; ++at, record = 0)
      for (; left != 0 && record < buffers[at].size(); ++record, --left) even[part].push_back(std::move(buffers[at][record]));
  });
  return even;
}

}  // namespace dstream::inline v0::detail
