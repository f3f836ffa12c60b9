// SPDX-License-Identifier: BSL-1.0
#pragma once
// The ledger: what went in, what was seen to come out at any time, and the invariants that hold
// between them.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulate/job.hpp"
#include "simulate/oracle.hpp"

namespace simulate {

class Ledger {
 public:
  explicit Ledger(Job job) : job_(std::move(job)) {}

  std::vector<std::string> violations;

  void violated(std::string what) {
    if (violations.size() < 10) violations.push_back(std::move(what));
  }
  // The words are put together only when they are needed.
  template <class... Words>
  void require(bool holds, const Words&... words) {
    if (!holds) violated((std::string() + ... + std::string(text(words))));
  }

  void arrived(std::string line) { arrived_.push_back(std::move(line)); }
  // Of what arrived these may be in no batch.
  void mayLack(std::set<std::string> lines) { mayLack_ = std::move(lines); }
  void did(Effect effect) { effects_.push_back(std::move(effect)); }

  // A call may change what is published there.
  void changes(std::string_view path) {
    if (path.starts_with(root) && path.size() > root.size() && path[root.size()] != '.')
      changed_.emplace(path.substr(root.size(), path.find('/', root.size()) - root.size()));
  }
  // A reader looks at what is published: each directory is whole, and what is in it is right; that
  // is decided at the end. What is durable and was seen stays as it is until a call changes it.
  void look(const dstream::testing::Files& files) {
    std::set<std::string> mayChange;
    for (const std::string& name : changed_) {
      const std::string path = std::string(root) + name;
      if (!files.exists(path)) continue;
      seen_[name].insert(published(files, name));
      if (!files.durable(path)) mayChange.insert(name);
    }
    changed_ = std::move(mayChange);
  }

  // The job has come to rest: everything is there, once, and everything that was ever seen was
  // right.
  void close(const dstream::testing::Files& files) {
    Outputs outputs;
    for (const std::string& name : files.names(std::string(root))) {
      if (name.starts_with('.')) continue;
      const std::size_t dash = name.rfind('-');
      outputs[name.substr(0, dash)][std::stoll(name.substr(dash + 1))] = linesOf(published(files, name));
    }
    const Batches& records = outputs["records"];
    lackWhatMay(records);
    eachRecordOnce(records);
    effectsFit(records);
    if (job_.kind == Kind::Database) rowsFit();
    if (records.empty()) return;

    // Without a result every other second, none was due at the time of the first batch.
    std::int64_t phase = records.begin()->first + 1000;
    if (!outputs["largest"].empty()) phase = outputs["largest"].begin()->first;
    const Outputs expected = Oracle::expected(job_, records, phase);
    for (const auto& [sink, batches] : expected) equal(sink, batches, outputs[sink]);
    for (const auto& [name, contents] : seen_) {
      const std::size_t dash = name.rfind('-');
      const std::string sink = name.substr(0, dash);
      const std::int64_t time = std::stoll(name.substr(dash + 1));
      for (const std::string& content : contents) {
        const Batches& now = outputs[sink];
        const auto at = now.find(time);
        require(at != now.end() && sorted(at->second) == sorted(linesOf(content)),
                "(3) /out/", name, " was seen with other records than it has in the end");
      }
    }
  }

  // The rows of the database's server: each record once, where it belongs.
  void serverHas(const Lines& log, const Lines& dead, const Lines& totals) {
    Lines taken;
    Lines refused;
    std::map<std::string, std::int64_t> sums;
    for (const std::string& line : arrived_) {
      (isPoison(idOf(line)) ? refused : taken).push_back(keyOf(line) + "\t" + std::to_string(idOf(line)));
      sums[keyOf(line)] += pairOf(line).second;
    }
    Lines expected;
    for (const auto& [key, sum] : sums) expected.push_back(key + "\t" + std::to_string(sum));
    require(log == sorted(taken), "(3) the server has not each record once");
    require(dead == sorted(refused), "(3) the server has not each record that it refuses among the dead letters, once");
    require(totals == sorted(expected), "(5) the server has other totals than its records");
  }

 private:
  static std::string_view text(std::string_view word) { return word; }
  static std::string text(std::uint64_t number) { return std::to_string(number); }
  static std::string text(std::int64_t number) { return std::to_string(number); }

  // The content of the parts of "SINK-TIME", in order.
  std::string published(const dstream::testing::Files& files, const std::string& name) {
    const std::string directory = std::string(root) + name;
    std::string content;
    bool whole = false;
    for (const std::string& part : files.names(directory)) {
      if (part == "_SUCCESS")
        whole = true;
      else
        content += files.content(directory + "/" + part);
    }
    require(whole, "(3) ", directory, " can be seen without _SUCCESS");
    return content;
  }

  void lackWhatMay(const Batches& records) {
    if (mayLack_.empty()) return;
    std::set<std::string> there;
    for (const auto& [time, lines] : records) there.insert(lines.begin(), lines.end());
    std::erase_if(arrived_, [&](const std::string& line) { return mayLack_.contains(line) && !there.contains(line); });
  }
  void eachRecordOnce(const Batches& records) {
    Lines all;
    for (const auto& [time, lines] : records) {
      if (job_.source != Source::Files && !all.empty() && !lines.empty())
        require(idOf(all.back()) < idOf(lines.front()), "(2) " + lines.front() + " is in a later batch than " + all.back());
      all.insert(all.end(), lines.begin(), lines.end());
      for (std::size_t i = 1; i < lines.size(); ++i)
        require(idOf(lines[i - 1]) < idOf(lines[i]), "(2) batch ", time, ": ", lines[i], " comes after ", lines[i - 1]);
    }
    if (sorted(all) == sorted(arrived_)) return;
    std::map<std::string, int> count;
    for (const std::string& line : arrived_) ++count[line];
    for (const std::string& line : all) --count[line];
    for (const auto& [line, missing] : count)
      if (missing != 0)
        violated("(1) record " + line
                 + (missing > 0 ? " is lost" : " is in more than one batch, or in one twice"));
  }

  void effectsFit(const Batches& records) {
    if (!job_.hasEffect) return;
    std::map<std::uint64_t, const Effect*> bySeq;
    std::uint64_t epoch = 0;
    for (const Effect& effect : effects_) {
      const auto requireOf = [&](bool holds, std::string_view rule, const auto&... words) {
        require(holds, rule, " batch ", effect.seq, " attempt ", std::uint64_t{effect.attempt}, words...);
      };
      requireOf(effect.epoch >= epoch, "(6)", ": an older epoch after a newer one");
      epoch = effect.epoch;
      const Effect*& before = bySeq[effect.seq];
      if (before != nullptr) {
        requireOf(before->time == effect.time && before->records == effect.records, "(4)",
                  " was repeated with another time or other records");
        requireOf(effect.attempt > before->attempt, "(4)", " came after attempt ", std::uint64_t{before->attempt});
      }
      before = &effect;
    }
    std::uint64_t seq = 0;
    auto batch = records.begin();
    for (const auto& [given, effect] : bySeq) {
      ++seq;
      require(given == seq, "(6) batch ", seq, " is missing among the effects");
      if (given != seq || batch == records.end()) break;
      require(effect->time == batch->first, "(6) batch ", seq, " had the time ", effect->time, ", its output ", batch->first);
      require(linesOf(effect->records) == batch->second, "(4) batch ", seq, ": its effect and its output have different records");
      ++batch;
    }
    require(bySeq.size() == records.size(), "(4) ", records.size(), " batches, effects of ", bySeq.size());
  }

  // The database has each record once, and of each key the sum of all.
  void rowsFit() {
    dstream::sqlite::Database database(databasePath);
    const auto rows = [&](const char* query) {
      Lines lines;
      const auto statement = database.connection()->prepare(query);
      while (statement->step()) lines.push_back(std::string(statement->text(0)));
      return sorted(std::move(lines));
    };
    std::map<std::string, std::int64_t> totals;
    Lines log;
    for (const std::string& line : arrived_) log.push_back(keyOf(line) + " " + std::to_string(idOf(line)));
    for (const std::string& line : arrived_) totals[keyOf(line)] += pairOf(line).second;
    Lines sums;
    for (const auto& pair : totals) sums.push_back(Show{}(pair));
    require(rows("SELECT key || ' ' || id FROM log") == sorted(log),
            "(3) the database has not each record once");
    require(rows("SELECT key || ' ' || total FROM totals") == sorted(sums),
            "(5) the database has other totals than its records");
  }

  void equal(const std::string& sink, const Batches& expected, const Batches& given) {
    for (const auto& [time, lines] : expected) {
      const auto at = given.find(time);
      if (at == given.end())
        violated("(3) /out/" + sink + "-" + std::to_string(time) + " is missing");
      else
        require(sorted(at->second) == lines, "(5) /out/", sink, "-", time, " is not what its batches say");
    }
    for (const auto& [time, lines] : given)
      require(expected.contains(time), "(3) /out/", sink, "-", time, " belongs to no batch");
  }

  static constexpr std::string_view root = "/out/";

  Job job_;
  Lines arrived_;
  std::set<std::string> mayLack_;
  std::vector<Effect> effects_;
  std::map<std::string, std::set<std::string>> seen_;
  std::set<std::string> changed_;  // since somebody looked, or may be changed by a crash
};

}  // namespace simulate
