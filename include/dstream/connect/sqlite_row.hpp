// SPDX-License-Identifier: BSL-1.0
#pragma once
// What a record is as a row of SQLite; storable: the records that can be one.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <dstream/connect/sqlite_database.hpp>
#include <dstream/connect/storable.hpp>
#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/members.hpp>

namespace dstream::inline v0 {

namespace detail {

template <class T>
concept SqliteBytes = requires(const T& bytes) { bytes.data(); bytes.size(); } && (std::is_same_v<typename T::value_type, std::byte> || std::is_same_v<typename T::value_type, unsigned char>);

/// Has a place in a row.
template <class T>
consteval bool sqliteValue() {
  if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T> || CodecText<T> || CodecDuration<T>) {
    return !std::is_same_v<T, long double>;
  } else if constexpr (CodecOptional<T>) {
    return sqliteValue<typename T::value_type>();
  } else {
    return SqliteBytes<T>;
  }
}

/// As many as a record fills.
template <class T>
consteval std::size_t sqliteColumns() {
  if constexpr (sqliteValue<T>()) {
    return 1;
  } else if constexpr (CodecProduct<T>) {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return (sqliteValue<std::remove_cvref_t<std::tuple_element_t<I, T>>>() && ...) ? sizeof...(I) : 0;
    }(std::make_index_sequence<std::tuple_size_v<T>>{});
  } else if constexpr (HasMembers<T>) {
    return []<class... Members>(MemberTypes<Members...>) { return (sqliteValue<Members>() && ...) ? sizeof...(Members) : 0; }(MembersOf<T>{});
  } else {
    return 0;
  }
}

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
/// `body(members...)`, one for each column.
template <class T, class Body>
void sqliteMembers(const T& record, const Body& body) {
  if constexpr (sqliteValue<T>()) {
    body(record);
  } else if constexpr (CodecProduct<T>) {
    std::apply(body, record);
  } else {
    withMembers(record, body);
  }
}
template <class T>
void sqliteBindRow(sqlite::Statement& into, const T& record) {
  int at = 0;
  sqliteMembers(record, [&](const auto&... members) { (sqliteBind(into, ++at, members), ...); });
}

template <class T>
consteval bool sqliteHolds() {
  constexpr bool row = sqliteColumns<T>() != 0;
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
    sqliteMembers(record, [](const auto&... members) { (require(members), ...); });
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
