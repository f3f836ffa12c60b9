// SPDX-License-Identifier: BSL-1.0
#pragma once
// Server: a model of PostgreSQL, of what the sink asks of it: transactions that hold the row of a
// job, a COMMIT that arrives late or whose answer is lost, a restart, outages, refusals. It stands
// behind libpq's functions (server_libpq.cpp), so that all of the sink above them is the real one.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/testing/files.hpp>
#include <dstream/testing/random.hpp>

#include "simulate/job.hpp"
#include "simulate/ledger.hpp"
#include "simulate/server_side.hpp"

namespace simulate {

class Server final : public ServerSide {
 public:
  // How a message meets the network and the server.
  enum class Trouble { None, LostBefore, LostAfter, Restart, Deadlock, Refused, Killed };

  Server(const dstream::testing::Files& files, Ledger& ledger, std::uint64_t seed)
      : files_(files), ledger_(ledger), random_(seed) {}

  // `kill` ends the process.
  void processBegins(std::uint64_t process, bool calm, std::function<void()> kill) {
    constexpr std::size_t ways[] = {0, 300, 60, 15};
    process_ = process;
    everySo_ = calm ? 0 : ways[random_.below(4)];
    refusals_ = random_.below(3) == 0 ? 1 : 0;  // a way to fail for good
    calm_ = calm;
    if (calm) down_ = 0;
    outage_ = refused_ = fenced_ = false;
    fencing_ = !calm && random_.below(6) == 0;
    kill_ = std::move(kill);
  }
  // Its connections break; what it had asked for last may still arrive.
  void processEnds() {
    for (auto& [number, session] : sessions_) session.orphan = true;
    settleSome(calm_ ? 1 : 3);
  }
  // Between two batches: another process of the job, elsewhere, takes it over.
  void mayBeFenced() {
    if (!fencing_ || jobs_.empty() || holder_ || random_.below(10) != 0) return;
    fencing_ = false;
    fenced_ = true;
    for (auto& [job, row] : jobs_) ++row.epoch;
    owner_ = 0;
  }
  // Why a process may end by itself.
  [[nodiscard]] bool outage() const { return outage_; }
  [[nodiscard]] bool refused() const { return refused_; }
  [[nodiscard]] bool fenced() const { return fenced_; }
  // Nothing is open any more.
  void settle() {
    settleSome(1);
    ledger_.require(sessions_.empty() && !holder_, "(11) a transaction is left open at the server");
  }
  [[nodiscard]] Lines log() const { return rowsOf("log"); }
  // The records of the dead letters.
  [[nodiscard]] Lines dead() const {
    Lines lines;
    for (const std::string& row : rowsOf("dead")) {
      std::string& line = lines.emplace_back();
      for (std::size_t at = row.rfind('x') + 1; at < row.size(); at += 2)
        line += static_cast<char>(std::stoi(row.substr(at, 2), nullptr, 16));
    }
    return sorted(std::move(lines));
  }
  [[nodiscard]] Lines totals() const {
    Lines lines;
    for (const auto& [key, total] : totals_) lines.push_back(key + "\t" + total);
    return sorted(std::move(lines));
  }

  // --- libpq's side ---

  std::uint64_t connect(std::string& why) override {
    if (files_.stopped()) return why = "the process has ended", 0;
    if (down_ != 0) {
      --down_;
      outage_ = true;
      why = down_ % 2 == 0 ? "connection to server failed: Connection refused"
                           : "FATAL:  57P03: the database system is starting up";
      return 0;
    }
    if (everySo_ != 0 && random_.below(everySo_) == 0) {
      outage_ = true;
      why = "FATAL:  53300: sorry, too many clients already";
      return 0;
    }
    sessions_.emplace(++lastSession_, Session{.process = process_});
    return lastSession_;
  }
  [[nodiscard]] bool isOpen(std::uint64_t session) const override {
    return !files_.stopped() && find(session) != nullptr && !find(session)->orphan;
  }
  [[nodiscard]] bool inTransaction(std::uint64_t session) const override {
    return isOpen(session) && find(session)->open;
  }
  void close(std::uint64_t session) override {
    if (!isOpen(session)) return;
    if (sessions_.at(session).open) {
      rollback(session);
      rollbackEnds(session);
    }
    sessions_.erase(session);
  }
  std::optional<Answer> ask(std::uint64_t session, const std::string& text,
                            const Parameters& parameters) override {
    if (!isOpen(session)) return std::nullopt;
    switch (const Trouble trouble = troubleOf(text); trouble) {
      case Trouble::None:
        break;
      case Trouble::LostBefore:
        sessions_.at(session).late = text == "COMMIT";
        return lose(session);
      case Trouble::LostAfter:
        static_cast<void>(execute(session, text, parameters));
        return lose(session);
      case Trouble::Restart:
        restart();
        return std::nullopt;
      case Trouble::Deadlock:
        return failed(session, "40P01", "deadlock detected");
      case Trouble::Refused:
        return failed(session, "42501", "permission denied, on purpose");
      case Trouble::Killed:
        if (random_.below(2) == 0) {
          static_cast<void>(execute(session, text, parameters));
        } else {
          sessions_.at(session).late = text == "COMMIT";
        }
        kill_();
        return std::nullopt;
    }
    return execute(session, text, parameters);
  }
  std::optional<Answer> endCopy(std::uint64_t session, std::string_view data) override {
    if (!isOpen(session)) return std::nullopt;
    if (everySo_ != 0 && random_.below(everySo_) == 0) {
      outage_ = true;
      return lose(session);
    }
    Session& of = sessions_.at(session);
    const std::string table = std::exchange(of.copying, {});
    std::size_t rows = 0;
    for (const std::string& line : linesOf(std::string(data))) {
      ++rows;
      if (table == "log"
          && isPoison(static_cast<std::uint64_t>(std::stoull(line.substr(line.find('\t') + 1)))))
        return failed(session, "23514", "a row that this table refuses");
      if (table == stage) {
        of.stage->push_back(line);
      } else {
        of.changes.push_back({table, line});
      }
    }
    return concluded(session, {.tag = "COPY", .affected = std::to_string(rows)});
  }

 private:
  static constexpr const char* stage = "the stage";

  struct JobRow {
    std::uint64_t epoch = 0;
    std::uint64_t seq = 0;
    std::uint64_t time = 0;
    std::uint64_t checksum = 0;
  };
  struct Change {
    std::string table;  // "log", "dead": a row more; "totals": a key's row; else of a job's row
    std::string line;
    std::optional<JobRow> job = {};
  };
  struct Savepoint {
    std::string name;
    std::size_t changes;
    std::optional<Lines> stage;
  };
  struct Session {
    std::uint64_t process = 0;
    bool open = false;  // a transaction that was begun
    bool aborted = false;
    bool orphan = false;  // nobody is at the other end
    bool late = false;    // its COMMIT is on its way
    std::vector<Change> changes = {};
    std::vector<Savepoint> savepoints = {};
    std::optional<Lines> stage = {};   // the temporary table
    std::optional<Lines> before = {};  // the transaction
    std::string copying = {};
  };

  [[nodiscard]] const Session* find(std::uint64_t session) const {
    const auto found = sessions_.find(session);
    return found == sessions_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] Lines rowsOf(const std::string& table) const {
    const auto found = tables_.find(table);
    return found == tables_.end() ? Lines{} : sorted(found->second);
  }

  // --- what goes wrong ---

  Trouble troubleOf(const std::string& text) {
    // The message that all hangs on more often than others.
    const std::size_t everySo = text == "COMMIT" ? (everySo_ + 3) / 4 : everySo_;
    if (everySo == 0 || random_.below(everySo) != 0) return Trouble::None;
    constexpr Trouble all[] = {Trouble::LostBefore, Trouble::LostAfter, Trouble::Restart,
                               Trouble::Deadlock,   Trouble::Killed,    Trouble::Refused};
    const Trouble trouble = all[random_.below(5 + refusals_)];
    if (trouble == Trouble::Refused) {
      refused_ = true;
    } else {
      outage_ = true;
    }
    return trouble;
  }
  std::optional<Answer> lose(std::uint64_t session) {
    sessions_.at(session).orphan = true;
    if (random_.below(2) == 0) down_ = random_.below(4);
    return std::nullopt;
  }
  void restart() {
    down_ = 1 + random_.below(5);
    settleSome(1);
    while (!sessions_.empty()) finish(sessions_.begin()->first, false);
  }
  // Orphans end some time, whether somebody waits for it or not.
  void settleSome(std::size_t oneIn) {
    std::vector<std::uint64_t> orphans;
    for (const auto& [number, session] : sessions_)
      if (session.orphan && random_.below(oneIn) == 0) orphans.push_back(number);
    for (const std::uint64_t number : orphans) finish(number, random_.below(2) == 0);
  }
  // The end of a session that nobody is at; its COMMIT, if one is on its way, is in time or not.
  void finish(std::uint64_t session, bool arrives) {
    Session& of = sessions_.at(session);
    if (of.open && of.late && arrives && !of.aborted) commit(session);
    rollbackEnds(session);
    sessions_.erase(session);
  }
  Answer failed(std::uint64_t session, std::string code, std::string why) {
    Session& of = sessions_.at(session);
    if (of.open)
      of.aborted = true;
    else
      rollback(session), rollbackEnds(session);
    return {.status = PGRES_FATAL_ERROR, .code = std::move(code), .text = std::move(why)};
  }

  // --- the row of the job ---

  // False: it is not had in time.
  bool lock(std::uint64_t session) {
    if (holder_ && *holder_ != session) {
      if (!calm_ && random_.below(4) == 0) {
        outage_ = true;
        return false;
      }
      finish(*holder_, random_.below(2) == 0);  // that is what is waited for
    }
    holder_ = session;
    return true;
  }
  [[nodiscard]] std::optional<JobRow> row(const Session& session, const std::string& job) const {
    for (auto change = session.changes.rbegin(); change != session.changes.rend(); ++change)
      if (change->job && change->line == job) return change->job;
    const auto found = jobs_.find(job);
    return found == jobs_.end() ? std::nullopt : std::optional(found->second);
  }

  // --- transactions ---

  void commit(std::uint64_t session) {
    Session& of = sessions_.at(session);
    bool rows = false;
    bool moved = false;
    for (const Change& change : of.changes) {
      rows = rows || !change.job;
      if (!change.job) continue;
      const JobRow& now = jobs_[change.line];
      if (change.job->seq != now.seq) {
        moved = true;
        ledger_.require(of.process == owner_ && change.job->epoch == now.epoch,
                        "(6) a process commits batch " + std::to_string(change.job->seq)
                            + " after another one has taken over the job");
        ledger_.require(change.job->seq > now.seq, "(6) batch " + std::to_string(change.job->seq)
                                                       + " is committed after batch "
                                                       + std::to_string(now.seq));
      } else if (change.job->epoch > now.epoch) {
        owner_ = of.process;
      }
    }
    ledger_.require(
        !rows || moved,
        "(3) rows are committed in a transaction that does not say of which batch they are");
    for (Change& change : of.changes) {
      if (change.job)
        jobs_[change.line] = *change.job;
      else if (change.table == "totals")
        totals_[change.line.substr(0, change.line.find('\t'))] =
            change.line.substr(change.line.find('\t') + 1);
      else
        tables_[change.table].push_back(std::move(change.line));
    }
    if (of.stage) of.stage->clear();
    of.before = of.stage;
    rollbackEnds(session);
  }
  void rollback(std::uint64_t session) {
    Session& of = sessions_.at(session);
    of.stage = of.before;
  }
  void rollbackEnds(std::uint64_t session) {
    Session& of = sessions_.at(session);
    of.changes.clear();
    of.savepoints.clear();
    of.open = of.aborted = of.late = false;
    if (holder_ == session) holder_.reset();
  }
  // Outside of a transaction each message is one.
  Answer concluded(std::uint64_t session, Answer answer) {
    Session& of = sessions_.at(session);
    if (!of.open && answer.status != PGRES_FATAL_ERROR && answer.status != PGRES_COPY_IN)
      commit(session);
    return answer;
  }

  // --- statements ---

  Answer execute(std::uint64_t session, const std::string& text, const Parameters& parameters) {
    Answer answer;
    std::string_view rest = text;
    while (!rest.empty()) {
      const std::size_t end =
          rest.find("DO $") != std::string_view::npos ? std::string_view::npos : rest.find("; ");
      Answer next = one(session, std::string(rest.substr(0, end)), parameters);
      if (next.status == PGRES_FATAL_ERROR) return next;
      if (next.status != PGRES_COMMAND_OK || answer.status == PGRES_COMMAND_OK)
        answer = std::move(next);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
    }
    return concluded(session, std::move(answer));
  }
  Answer one(std::uint64_t session, const std::string& text, const Parameters& parameters) {
    Session& of = sessions_.at(session);
    const auto is = [&](std::string_view begin) { return text.starts_with(begin); };
    const auto done = [](std::string tag) { return Answer{.tag = std::move(tag)}; };
    if (is("ROLLBACK TO ")) return rollBackTo(session, text.substr(12));
    if (text == "ROLLBACK" || (text == "COMMIT" && of.aborted)) {
      rollback(session);
      rollbackEnds(session);
      return done("ROLLBACK");
    }
    if (of.aborted)
      return {
          .status = PGRES_FATAL_ERROR, .code = "25P02", .text = "current transaction is aborted"};
    if (text == "COMMIT") {
      commit(session);
      return done("COMMIT");
    }
    if (is("BEGIN ")) {
      of.open = true;
      of.before = of.stage;
      return done("BEGIN");
    }
    if (is("SAVEPOINT ")) {
      of.savepoints.push_back({text.substr(10), of.changes.size(), of.stage});
      return done("SAVEPOINT");
    }
    if (is("RELEASE ")) {
      while (!of.savepoints.empty() && of.savepoints.back().name != text.substr(8))
        of.savepoints.pop_back();
      if (of.savepoints.empty()) return failed(session, "3B001", "no such savepoint");
      of.savepoints.pop_back();
      return done("RELEASE");
    }
    if (is("SELECT current_setting("))
      return {.status = PGRES_TUPLES_OK, .rows = {{"on", "UTF8", "on", "", "", "", ""}}};
    if (is("SELECT a.attname")) return columns(parameters.at(0));
    if (is("SET ") || is("DO $")) return done("SET");
    if (text.find("dstream_commit") != std::string::npos)
      return jobStatement(session, text, parameters);
    if (is("DROP TABLE IF EXISTS pg_temp.")) {
      of.stage.reset();
      return done("DROP TABLE");
    }
    if (is("CREATE TEMPORARY TABLE ")) {
      of.stage.emplace();
      return done("CREATE TABLE AS");
    }
    const bool staging = text.find("pg_temp.") != std::string::npos;
    if (staging && !of.stage) return failed(session, "42P01", "the temporary table does not exist");
    if (is("COPY ")) {
      of.copying = staging ? stage : text.substr(5, text.find_first_of(" (", 5) - 5);
      return {.status = PGRES_COPY_IN};
    }
    if (is("TRUNCATE ")) {
      of.stage->clear();
      return done("TRUNCATE TABLE");
    }
    if (is("INSERT INTO totals ")) {
      std::map<std::string, std::string> last;
      for (const std::string& line : *of.stage) last[line.substr(0, line.find('\t'))] = line;
      for (auto& [key, line] : last) of.changes.push_back({"totals", std::move(line)});
      return done("INSERT");
    }
    return failed(session, "42601", "the model knows no such statement: " + text);
  }
  Answer rollBackTo(std::uint64_t session, const std::string& name) {
    Session& of = sessions_.at(session);
    while (!of.savepoints.empty() && of.savepoints.back().name != name) of.savepoints.pop_back();
    if (of.savepoints.empty()) return failed(session, "3B001", "no such savepoint");
    of.changes.resize(of.savepoints.back().changes);
    of.stage = of.savepoints.back().stage;
    of.aborted = false;
    return {.tag = "ROLLBACK"};
  }
  Answer jobStatement(std::uint64_t session, const std::string& text,
                      const Parameters& parameters) {
    Session& of = sessions_.at(session);
    const std::string job =
        parameters.empty() ? text.substr(text.find('\'') + 1,
                                         text.find('\'', text.find('\'') + 1) - text.find('\'') - 1)
                           : parameters[0];
    const bool reads = text.starts_with("SELECT ");
    if ((!reads || text.ends_with(" FOR UPDATE")) && !lock(session))
      return failed(session, "55P03", "canceling statement due to lock timeout");
    auto known = row(of, job);
    const auto change = [&](const JobRow& to) { of.changes.push_back({"", job, to}); };
    if (text.starts_with("INSERT ")) {
      if (!known) change({});
      return {.tag = "INSERT", .affected = known ? "0" : "1"};
    }
    if (text.ends_with("RETURNING epoch, seq, crc")) {
      if (text.find("epoch = epoch + 1") != std::string::npos) ++known->epoch;
      change(*known);
    } else if (!reads) {
      const auto fits = [&](const char* word, std::uint64_t is) {
        const auto asked = numberBehind(text, std::string(" AND ") + word + " = ");
        return !asked || *asked == is;
      };
      if (!known || !fits("epoch", known->epoch) || !fits("seq", known->seq))
        return {.tag = "UPDATE", .affected = "0"};
      change({known->epoch, numberBehind(text, "SET seq = ").value_or(known->seq),
              numberBehind(text, "time = ").value_or(0), numberBehind(text, "crc = ").value_or(0)});
      return {.tag = "UPDATE", .affected = "1"};
    }
    Answer answer{.status = PGRES_TUPLES_OK, .tag = reads ? "SELECT" : "UPDATE", .affected = "1"};
    if (known)
      answer.rows = {{std::to_string(known->epoch), std::to_string(known->seq),
                      std::to_string(known->checksum)}};
    return answer;
  }
  static std::optional<std::uint64_t> numberBehind(const std::string& text,
                                                   const std::string& word) {
    const std::size_t at = text.find(word);
    if (at == std::string::npos) return std::nullopt;
    return std::stoull(text.substr(at + word.size()));
  }
  // name, type, its modifier, NOT NULL, primary key, the table's name
  static Answer columns(const std::string& table) {
    const std::string second = table == "log" ? "id" : "total";
    const char* const key = table == "totals" ? "t" : "f";
    return {.status = PGRES_TUPLES_OK,
            .rows = {{"key", "25", "-1", "t", key, table}, {second, "20", "-1", "t", "f", table}}};
  }

  const dstream::testing::Files& files_;
  Ledger& ledger_;
  dstream::testing::Random random_;
  std::function<void()> kill_;
  std::uint64_t process_ = 0;
  bool calm_ = false;
  std::size_t everySo_ = 0;  // messages; 0: never
  std::size_t refusals_ = 0;
  std::size_t down_ = 0;  // so many connects are refused
  bool outage_ = false;
  bool refused_ = false;
  bool fencing_ = false;
  bool fenced_ = false;

  std::map<std::string, JobRow> jobs_;
  std::uint64_t owner_ = 0;  // the process that has claimed the job last
  std::map<std::string, Lines> tables_;
  std::map<std::string, std::string> totals_;

  std::map<std::uint64_t, Session> sessions_;
  std::uint64_t lastSession_ = 0;
  std::optional<std::uint64_t> holder_;  // of the row's lock
};

}  // namespace simulate
