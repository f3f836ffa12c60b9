// SPDX-License-Identifier: BSL-1.0
#pragma once
// A side: what is gathered of the values of a key from one input, all of them or less; and the step that gathers it.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/shuffle/few_values.hpp>
#include <dstream/shuffle/task_table.hpp>

namespace dstream::inline v0::detail {

/// Whether the key has come.
struct Seen {
  bool any = false;
};
/// How often the key has come.
struct Times {
  std::size_t count = 0;
};

template <class Values, class Value>
DSTREAM_INLINE void gather(Values& side, Value&& value) {
  side.push_back(Owned<std::remove_cvref_t<Value>>::own(std::forward<Value>(value)));
}
template <class Value>
DSTREAM_INLINE void gather(Seen& side, Value&&) {
  side.any = true;
}
template <class Value>
DSTREAM_INLINE void gather(Times& side, Value&&) {
  ++side.count;
}

template <class Values>
void append(Values& side, Values&& others) {
  for (auto&& other : others) side.push_back(std::move(other));
}
template <class T>
void append(FewValues<T>& side, FewValues<T>&& others) {
  side.append(std::move(others));
}
inline void append(Seen& side, Seen&& other) { side.any |= other.any; }
inline void append(Times& side, Times&& other) { side.count += other.count; }

/// Gathers each key's values in a table.
template <class Key, class Values>
struct GatherStep {
  using Table = TaskTable<Key, Values>;

  template <class Record>
  DSTREAM_INLINE Table* operator()(Table* table, Record&& record) const {
    const auto add = [&](Values& values) { detail::gather(values, member<1>(std::forward<Record>(record))); };
    const auto create = [&] {
      Values values;
      add(values);
      return values;
    };
    table->combine(member<0>(std::forward<Record>(record)), create, add);
    return table;
  }
};

struct AppendValues {
  template <class Values>
  void operator()(Values& values, Values&& others) const {
    detail::append(values, std::forward<Values>(others));
  }
};

}  // namespace dstream::inline v0::detail
