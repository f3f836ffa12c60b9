// SPDX-License-Identifier: BSL-1.0
#pragma once
// What PostgreSQL answers: rows, or an error, of which some pass by themselves.

#include <libpq-fe.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::postgres {

/// What PostgreSQL refuses and would refuse again; what() names the database, what was asked and
/// the server's own words. What may succeed another time is an Outage.
class Error : public std::runtime_error {
 public:
  Error(const std::string& text, std::string code)
      : std::runtime_error(text), code_(std::move(code)) {}
  /// SQLSTATE; empty where no server has spoken.
  [[nodiscard]] const std::string& code() const { return code_; }
  /// Something is wrong with the data: class 22, data exception, or 23, integrity constraint
  /// violation.
  [[nodiscard]] bool isOfData() const { return code_.starts_with("22") || code_.starts_with("23"); }

 private:
  std::string code_;
};

/// What a statement gave.
class Result {
 public:
  explicit Result(PGresult* result = nullptr) : result_(result, &PQclear) {}

  [[nodiscard]] PGresult* get() const { return result_.get(); }
  [[nodiscard]] ExecStatusType status() const { return PQresultStatus(get()); }
  [[nodiscard]] int rows() const { return PQntuples(get()); }
  [[nodiscard]] std::string_view text(int row, int column) const {
    return {PQgetvalue(get(), row, column),
            static_cast<std::size_t>(PQgetlength(get(), row, column))};
  }
  [[nodiscard]] std::int64_t number(int row, int column) const {
    std::int64_t number = 0;
    const std::string_view digits = text(row, column);
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
  }
  /// Of a command without rows: how many it has changed.
  [[nodiscard]] std::string_view affected() const { return PQcmdTuples(get()); }
  /// The command's name, as the server understood it.
  [[nodiscard]] std::string_view tag() const { return PQcmdStatus(get()); }

 private:
  std::unique_ptr<PGresult, decltype(&PQclear)> result_;
};

/// Whether what has this SQLSTATE may succeed another time with nothing changed here: connections,
/// transactions that got in each other's way, resources, locks, an operator's intervention (but for
/// a cancelled statement), a server that is no primary any more, the server's system.
[[nodiscard]] inline bool mayPass(std::string_view code) {
  for (const std::string_view transient :
       {"08", "40", "53", "57P", "58", "55P03", "25P03", "25006"})
    if (code.starts_with(transient)) return true;
  return code.empty();
}

}  // namespace dstream::inline v0::postgres
