// SPDX-License-Identifier: BSL-1.0
#pragma once
// The oracle: what each output must hold after each batch, computed from the records of the
// batches, by plain loops.
//
// The checks, by the numbers of the ledger, hold everywhere but here:
//
// | check     | does not count                               | since                                               | in             |
// | (1)       | lines of a plain sender that were read, and  | nobody can ask for them again (README, not          | sender.hpp     |
// |           | were in no log when the process ended        | promised); after a graceful stop they count         |                |
// | (2)       | the order of files in different batches      | one whose time is still to come is taken later      | ledger.hpp     |
// | (7)       | a KNOWN behind the last sync of the journal  | it is a hint                                        | durability.hpp |
// |           | batches of a unit that is not full           | they are not committed; after a graceful stop they  | durability.hpp |
// |           |                                              | are, and count                                      |                |
// |           | results that are not there at a batch        | not every window has one; (3) finds those missing   | durability.hpp |
// | (9)       | what is to be trimmed, until a snapshot was  | the next snapshot makes up for one that failed,     | durability.hpp |
// |           | written without trouble                      | which is an event                                   |                |
// | (10)      | a process that ends by itself behind what    | it is what `failAfter`, a refusal or a new owner    | simulation.hpp |
// |           | its sender or its database's server did      | asks for, or a unit lost (README, not promised)     |                |
// | (11)      | temporary files and stages of a process that | the next start removes them; after the last process | simulation.hpp |
// |           | met a fault or was stopped                   | none may be left. Locks, files and actors always    |                |
// |           |                                              | count                                               |                |
// | (12)      | a process that was stopped                   | nobody is left to hear                              | simulation.hpp |
// |           | SQLite as it is closed; a journal that it    | SQLite passes over it, and the next who opens does  | simulation.hpp |
// |           | opens or removes in a second try             | it, or it itself                                    |                |
// |           | a COMMIT that failed, and has committed      | the batch is completed: nothing is wrong with it    | simulation.hpp |
// |           | what a window could not take in as it came   | it takes it in, with success, when it is asked for  | simulation.hpp |

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "simulate/job.hpp"

namespace simulate {

using Lines = std::vector<std::string>;
// By the time of the batch, in milliseconds.
using Batches = std::map<std::int64_t, Lines>;
using Outputs = std::map<std::string, Batches>;

inline Lines sorted(Lines lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}
inline Lines linesOf(const std::string& text) {
  Lines lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

class Oracle {
 public:
  // `phase`: milliseconds; the time before the first batch of a job, from which slides are counted.
  static Outputs expected(const Job& job, const Batches& records, std::int64_t phase) {
    Outputs outputs;
    if (job.kind == Kind::Window) {
      outputs["sums"] = overWindow(records, 3000, 1000, phase,
                                   [](std::int64_t a, std::int64_t b) { return a + b; });
      outputs["largest"] = overWindow(records, 4000, 2000, phase, Larger{});
      outputs["recent"] = recent(records, 2000);
    }
    if (job.kind == Kind::State) {
      outputs["totals"] = totals(records);
      outputs["running"] = running(records);
    }
    return outputs;
  }

 private:
  template <class Do>
  static void eachInWindow(const Batches& records, std::int64_t time, std::int64_t length, Do act) {
    for (auto batch = records.upper_bound(time - length);
         batch != records.end() && batch->first <= time; ++batch)
      for (const std::string& line : batch->second) act(line);
  }
  static Lines shown(const std::map<std::string, std::int64_t>& values) {
    Lines lines;
    for (const auto& pair : values) lines.push_back(Show{}(pair));
    return sorted(std::move(lines));
  }

  template <class Fn>
  static Batches overWindow(const Batches& records, std::int64_t length, std::int64_t slide,
                            std::int64_t phase, Fn fn) {
    Batches all;
    for (const auto& [time, lines] : records) {
      if ((time - phase) % slide != 0) continue;
      std::map<std::string, std::int64_t> values;
      eachInWindow(records, time, length, [&](const std::string& line) {
        const auto [key, value] = pairOf(line);
        const auto [at, isNew] = values.emplace(key, value);
        if (!isNew) at->second = fn(at->second, value);
      });
      all[time] = shown(values);
    }
    return all;
  }
  static Batches recent(const Batches& records, std::int64_t length) {
    Batches all;
    for (const auto& [time, lines] : records) {
      eachInWindow(records, time, length, [&, at = &all[time]](const std::string& line) {
        at->push_back(Show{}(pairOf(line)));
      });
      all[time] = sorted(std::move(all[time]));
    }
    return all;
  }
  static Batches totals(const Batches& records) {
    Batches all;
    std::map<std::string, std::int64_t> states;
    for (const auto& [time, lines] : records) {
      std::map<std::string, std::vector<std::int64_t>> values;
      for (const auto& [key, state] : states) values[key];
      for (const std::string& line : lines) values[keyOf(line)].push_back(pairOf(line).second);
      for (const auto& [key, given] : values) {
        const auto known = states.find(key);
        const auto next = SumUnlessSeven{}(
            given, known == states.end() ? std::nullopt : std::optional(known->second));
        if (next)
          states[key] = *next;
        else
          states.erase(key);
      }
      all[time] = shown(states);
    }
    return all;
  }
  // A key times out at the first batch later than `idle` after its last record; a record of that
  // very batch comes first.
  static Batches running(const Batches& records) {
    constexpr std::int64_t longest = std::chrono::milliseconds(idle).count();
    Batches all;
    std::map<std::string, std::pair<std::int64_t, std::int64_t>>
        states;  // sum, time of the last record
    for (const auto& [time, lines] : records) {
      Lines& out = all[time];
      for (const std::string& line : lines) {
        const auto [key, value] = pairOf(line);
        auto& [sum, last] = states[key];
        sum += value;
        last = time;
        out.push_back(Show{}(std::pair(key, sum)));
      }
      for (auto state = states.begin(); state != states.end();) {
        const auto [sum, last] = state->second;
        if (time - last <= longest) {
          ++state;
          continue;
        }
        out.push_back(Show{}(std::pair(state->first, -sum - 1)));
        state = states.erase(state);
      }
      out = sorted(std::move(out));
    }
    return all;
  }
};

}  // namespace simulate
