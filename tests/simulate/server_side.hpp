// SPDX-License-Identifier: BSL-1.0
#pragma once
// What libpq's functions of the simulation have behind them.

#include <libpq-fe.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What libpq gives for a statement.
struct pg_result {
  ExecStatusType status = PGRES_COMMAND_OK;
  std::vector<std::vector<std::string>> rows = {};
  std::string tag = {};
  std::string affected = {};
  std::string code = {};  // SQLSTATE
  std::string text = {};
};

namespace simulate {

// A session of 0 is none.
class ServerSide {
 public:
  using Answer = pg_result;
  using Parameters = std::vector<std::string>;

  // Gives the session, or why there is none, as libpq says it.
  virtual std::uint64_t connect(std::string& why) = 0;
  [[nodiscard]] virtual bool isOpen(std::uint64_t session) const = 0;
  [[nodiscard]] virtual bool inTransaction(std::uint64_t session) const = 0;
  virtual void close(std::uint64_t session) = 0;
  // None: the connection broke.
  virtual std::optional<Answer> ask(std::uint64_t session, const std::string& text,
                                    const Parameters& parameters) = 0;
  virtual std::optional<Answer> endCopy(std::uint64_t session, std::string_view data) = 0;

 protected:
  ~ServerSide() = default;
};

// The one that is talked to.
inline ServerSide* server = nullptr;

}  // namespace simulate
