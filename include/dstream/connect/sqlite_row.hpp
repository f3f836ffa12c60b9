// SPDX-License-Identifier: BSL-1.0
#pragma once
// What a record is as a row of SQLite; storable: the records that can be one.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include <dstream/connect/row.hpp>
#include <dstream/connect/sqlite_database.hpp>
#include <dstream/connect/storable.hpp>
#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

namespace detail {

/// **errors** std::out_of_range for what a column cannot hold.
template <class T>
std::int64_t sqliteInteger(T value) {
  if constexpr (std::is_unsigned_v<T> && sizeof(T) == 8)
    if (value > 0x7fff'ffff'ffff'ffffU) throw std::out_of_range("dstream: sqlite: " + std::to_string(value) + " is more than a column can hold");
  return static_cast<std::int64_t>(value);
}

template <class T>
void sqliteBind(sqlite::Statement& into, int at, const T& value) {
  if constexpr (std::is_enum_v<T>) {
    sqliteBind(into, at, static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    into.bind(at, static_cast<double>(value));
  } else if constexpr (std::is_arithmetic_v<T>) {
    into.bind(at, sqliteInteger(value));
  } else if constexpr (CodecText<T>) {
    into.bind(at, std::string_view(value));
  } else if constexpr (CodecDuration<T>) {
    sqliteBind(into, at, value.count());
  } else if constexpr (CodecOptional<T>) {
    if (value) {
      sqliteBind(into, at, *value);
    } else {
      into.bindNull(at);
    }
  } else {
    into.bindBlob(at, value.data(), value.size());
  }
}
template <class T>
void sqliteBindRow(sqlite::Statement& into, const T& record) {
  int at = 0;
  withColumns(record, [&](const auto&... members) { (sqliteBind(into, ++at, members), ...); });
}

template <class T>
consteval bool sqliteHolds() {
  constexpr bool row = rowColumns<T>() != 0;
  static_assert(row, "SQLite holds numbers, enums, durations, texts, bytes and optionals of these; map each record to one, or to a pair, tuple or aggregate of them");
  return row;
}

struct SqliteStorable {
  static constexpr const char* name = "sqlite::storable";
  template <class Record>
  static consteval bool check() {
    return sqliteHolds<std::remove_cvref_t<Record>>();
  }
  template <class Record>
  bool operator()(const Record& record) const {
    withColumns(record, [](const auto&... members) { (require(members), ...); });
    return true;
  }

 private:
  template <class T>
  static void require(const T& value) {
    if constexpr (CodecText<T>) {
      requireStorable(value);
    } else if constexpr (CodecOptional<T>) {
      if (value) require(*value);
    } else if constexpr (CodecDuration<T>) {
      require(value.count());
    } else if constexpr (std::is_enum_v<T>) {
      require(static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (std::is_floating_point_v<T>) {
      if (value != value) throw std::invalid_argument("dstream: SQLite would make NULL of a NaN");
    } else if constexpr (std::is_integral_v<T>) {
      static_cast<void>(sqliteInteger(value));
    }
  }
};

}  // namespace detail

namespace sqlite {

/// **shape** DStream<T> → DStream<T> (also Rdd and range)
/// **meaning** throws for a record that would fail its batch, or be stored and not come back as it was: unsigned numbers from 2⁶³ on, text that is no UTF-8 or has a NUL in
/// it. `trying(sqlite::storable())` sets those aside. **cost** a look at each text, fused. **order** kept. **errors** compile time: members that SQLite does not hold.
[[nodiscard]] inline auto storable() { return dstream::detail::StorableOp<dstream::detail::SqliteStorable>{}; }

}  // namespace sqlite

}  // namespace dstream::inline v0
