// SPDX-License-Identifier: BSL-1.0
#pragma once
// Records as rows in the text form of COPY, and what of them no column can hold.

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/connect/row.hpp>
#include <dstream/connect/storable.hpp>
#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/operators/validUtf8.hpp>

namespace dstream::inline v0::detail {

/// A column that a record's member fills.
struct PostgresColumn {
  std::string name;
  std::int64_t type = 0;  // pg_type's oid, which no version changes for the types below
  std::int64_t most = 0;  // characters; 0: any number
  bool needed = false;    // NOT NULL
  bool key = false;       // of the primary key

  static constexpr std::int64_t boolean = 16, bytes = 17, int8 = 20, int2 = 21, int4 = 23,
                                real = 700, character = 1042, varying = 1043, interval = 1186;

  [[nodiscard]] bool isInteger() const { return type == int8 || type == int4 || type == int2; }
};

/// A record that cannot be a row.
struct PostgresPoison {
  std::string reason;
  std::string record;  // its members in the text form, with what is wrong in them
};

/// What one task has made of its records.
struct PostgresRows {
  std::string text;  // a line each
  std::vector<PostgresPoison> poison;
};

inline void putPostgresText(std::string_view text, std::string& out) {
  for (;;) {
    const std::size_t plain = text.find_first_of("\\\t\n\r");
    out += text.substr(0, plain);
    if (plain == std::string_view::npos) return;
    const char c = text[plain];
    out += '\\';
    out += c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c;
    text.remove_prefix(plain + 1);
  }
}

inline std::int64_t charactersOf(std::string_view utf8) {
  std::int64_t count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

/// Null, or why this text cannot be in the column.
inline const char* refusedText(std::string_view text, const PostgresColumn& column) {
  std::size_t broken = 0;
  if (text.find('\0') != std::string_view::npos) return "a text with a NUL";
  if (validPrefix(text, broken) != text.size()) return "a text that is not UTF-8";
  if (column.most != 0 && text.size() > static_cast<std::size_t>(column.most)) {
    const std::size_t end =
        text.find_last_not_of(' ') + 1;  // what is too long by spaces is cut by the server
    if (charactersOf(text.substr(0, end)) > column.most)
      return "a text that is longer than the column";
  }
  return nullptr;
}

template <class Integer>
const char* refusedInteger(Integer value, const PostgresColumn& column) {
  const auto within = [value]<class As>(As) { return std::in_range<As>(value); };
  const bool fits = column.type == PostgresColumn::int2 ? within(std::int16_t{})
                    : column.type == PostgresColumn::int4
                        ? within(std::int32_t{})
                        : column.type != PostgresColumn::int8 || within(std::int64_t{});
  return fits ? nullptr : "a number outside the column's range";
}

/// Null, or why it cannot be in an interval column, which keeps microseconds and reads no exponent.
template <class Duration>
const char* putPostgresSeconds(const Duration& value, std::string& out) {
  const long double micros = static_cast<long double>(value.count())
                             * (1'000'000 * static_cast<long double>(Duration::period::num))
                             / static_cast<long double>(Duration::period::den);
  if (!(std::fabs(micros) < 9.2e18L)) return "a duration outside the column's range";
  const auto whole = static_cast<std::int64_t>(std::round(micros));
  const bool negative = whole < 0;
  const auto size = negative ? -static_cast<std::uint64_t>(whole) : static_cast<std::uint64_t>(whole);
  const std::string fraction = std::to_string(size % 1'000'000);
  if (negative) out += '-';
  ((out += std::to_string(size / 1'000'000)) += '.').append(6 - fraction.size(), '0');
  (out += fraction) += " s";
  return nullptr;
}

/// The value's field, and null or why the column cannot hold it.
template <class T>
const char* putPostgresField(const T& value, const PostgresColumn& column, std::string& out) {
  if constexpr (std::is_enum_v<T>) {
    return putPostgresField(static_cast<std::underlying_type_t<T>>(value), column, out);
  } else if constexpr (std::is_same_v<T, bool>) {
    out += column.type == PostgresColumn::boolean ? (value ? 't' : 'f') : value ? '1' : '0';
    return nullptr;
  } else if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) {
      out += "NaN";
    } else if (std::isinf(value)) {
      out += value < 0 ? "-Infinity" : "Infinity";
    } else {
      if (column.isInteger() && !(std::trunc(value) == value && std::fabs(value) < T(9.2e18)))
        return "a number that is no integer";
      char digits[64];
      const std::to_chars_result end =  // an integer column reads no exponent
          column.isInteger()
              ? std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed)
              : std::to_chars(digits, digits + sizeof digits, value);
      out.append(digits, end.ptr);
      if (column.type == PostgresColumn::real
          && std::fabs(static_cast<double>(value))
                 > static_cast<double>(std::numeric_limits<float>::max()))
        return "a number outside the column's range";
    }
    return column.isInteger() && !std::isfinite(value) ? "a number that is no integer" : nullptr;
  } else if constexpr (std::is_arithmetic_v<T>) {
    using Wide = std::conditional_t<std::is_unsigned_v<T>, std::uint64_t,
                                    std::int64_t>;  // char is a number too
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, static_cast<Wide>(value)).ptr);
    return refusedInteger(static_cast<Wide>(value), column);
  } else if constexpr (CodecText<T>) {
    putPostgresText(value, out);
    return refusedText(value, column);
  } else if constexpr (CodecDuration<T>) {
    if (column.type != PostgresColumn::interval)
      return putPostgresField(value.count(), column, out);
    return putPostgresSeconds(value, out);
  } else if constexpr (CodecOptional<T>) {
    if (value) return putPostgresField(*value, column, out);
    out += "\\N";
    return column.needed ? "no value, and the column needs one" : nullptr;
  } else {
    static constexpr char digits[] = "0123456789abcdef";
    out += "\\\\x";
    for (const auto byte : value) {
      out += digits[static_cast<unsigned char>(byte) >> 4];
      out += digits[static_cast<unsigned char>(byte) & 15];
    }
    return nullptr;
  }
}

template <class T>
consteval bool postgresTakes() {
  constexpr bool row = rowColumns<T>() != 0;
  static_assert(row,
                "PostgreSQL is given numbers, enums, durations, texts, bytes and optionals of "
                "these; map each record to one, or to a pair, tuple or aggregate of them");
  return row;
}

struct PostgresStorable {
  static constexpr const char* name = "postgres::storable";
  template <class Record>
  static consteval bool check() {
    return postgresTakes<std::remove_cvref_t<Record>>();
  }
  template <class Record>
  bool operator()(const Record& record) const {
    withColumns(record, [](const auto&... values) { (require(values), ...); });
    return true;
  }

 private:
  template <class T>
  static void require(const T& value) {
    if constexpr (CodecText<T>) {
      requireStorable(value);
    } else if constexpr (CodecOptional<T>) {
      if (value) require(*value);
    }
  }
};

/// **meaning** the step that makes rows of records. What a column cannot hold is known here, so
/// that the server need not refuse the whole batch for it.
struct PostgresStep {
  const std::vector<PostgresColumn>* columns;

  template <class Record>
  PostgresRows* operator()(PostgresRows* rows, const Record& record) const {
    const std::size_t begin = rows->text.size();
    const char* refused = nullptr;
    const PostgresColumn* where = nullptr;
    withColumns(record, [&](const auto&... values) {
      const PostgresColumn* column = columns->data();
      const auto put = [&](const auto& value) {
        if (column != columns->data()) rows->text += '\t';
        const char* const why = putPostgresField(value, *column, rows->text);
        if (why != nullptr && refused == nullptr) {
          refused = why;
          where = column;
        }
        ++column;
      };
      (put(values), ...);
    });
    if (refused == nullptr) {
      rows->text += '\n';
    } else {
      rows->poison.push_back(
          {"column \"" + where->name + "\": " + refused, rows->text.substr(begin)});
      rows->text.resize(begin);
    }
    return rows;
  }
};

}  // namespace dstream::inline v0::detail
