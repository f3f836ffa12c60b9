// SPDX-License-Identifier: BSL-1.0
#pragma once
// The jobs that are simulated. Each reads lines "KEY ID" from files or a sender, saves them as they are, batch
// by batch, and saves what it makes of them.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/connect/postgres.hpp>
#include <dstream/connect/sqlite.hpp>
#include <dstream/dstream.hpp>
#include <dstream/testing/world.hpp>

namespace simulate {

using dstream::DStream;
using dstream::FileOptions;
using dstream::StateSpec;
using dstream::StreamingContext;
using namespace std::chrono_literals;

enum class Kind { Stateless, Window, State, Database, Server };
inline constexpr const char* kindNames[] = {"stateless", "window", "state", "database", "server"};
// Where the lines come from; Frames: a resumable sender of frames, some of which are refused.
enum class Source { Files, Socket, Resumable, Frames };

// What the job's function for a batch was given.
struct Effect {
  std::uint64_t seq;
  std::int64_t time;
  std::uint32_t attempt;
  std::uint64_t epoch;
  std::string records;
};

// The sorts of jobs that are asked for by name.
inline bool isSort(std::string_view name) {
  for (const std::string_view sort : {"log", "resumable", "resumable-log", "frames", "server"})
    if (name == sort) return true;
  return false;
}

struct Job {
  Kind kind = Kind::Stateless;
  bool hasEffect = false;        // calls a function, at least once per batch
  std::uint64_t throwsAtId = 0;  // the function of a record throws when it meets this one
  Source source = Source::Files;
  dstream::SocketOptions socket = {};
};

inline std::string keyOf(std::string_view line) {
  return std::string(line.substr(0, line.find(' ')));
}
inline std::uint64_t idOf(std::string_view line) {
  return std::stoull(std::string(line.substr(line.find(' ') + 1)));
}
inline std::pair<std::string, std::int64_t> pairOf(std::string_view line) {
  return {keyOf(line), static_cast<std::int64_t>(idOf(line) % 10)};
}

struct Show {
  template <class Pair>
  std::string operator()(const Pair& pair) const {
    return std::string(pair.first) + " " + std::to_string(pair.second);
  }
};
struct Larger {
  std::int64_t operator()(std::int64_t a, std::int64_t b) const { return a < b ? b : a; }
};
// A key whose sum can be divided by seven loses it.
struct SumUnlessSeven {
  std::optional<std::int64_t> operator()(const std::vector<std::int64_t>& values,
                                         std::optional<std::int64_t> sum) const {
    std::int64_t next = sum.value_or(0);
    for (const std::int64_t value : values) next += value;
    return next % 7 == 0 && next != 0 ? std::nullopt : std::optional(next);
  }
};
inline constexpr auto idle = 5s;
// The running sum; below zero in the last call of a key that was idle.
struct RunningSum {
  std::pair<std::string, std::int64_t> operator()(const std::string& key,
                                                  std::optional<std::int64_t> value,
                                                  dstream::State<std::int64_t>& sum) const {
    if (sum.isTimingOut()) return {key, -sum.get() - 1};
    sum.update(sum.getOption().value_or(0) + *value);
    return {key, sum.get()};
  }
};

inline constexpr const char* databasePath = "/db/base";

// Four digits that say how long a line is, and the line. What begins with '?' is refused.
struct Frames {
  using value_type = std::string_view;
  static std::size_t frame(std::string_view bytes) {
    std::size_t size = 0;
    if (bytes.size() < 4) return 0;
    for (const char digit : bytes.substr(0, 4)) {
      if (digit < '0' || digit > '9') throw dstream::FramingError("a frame without its size");
      size = size * 10 + static_cast<std::size_t>(digit - '0');
    }
    return 4 + size;
  }
  static bool accepts(std::string_view frame) { return frame[4] != '?'; }
  static std::string_view record(std::string_view frame) { return frame.substr(4); }
};

inline constexpr const char* senderHost = "sender";
inline constexpr std::uint16_t senderPort = 9;
inline constexpr std::size_t longestLine = 3000;  // with its end, or its size
inline constexpr const char* serverAddress = "host=server dbname=db";

// Of a line that a database's server refuses.
inline bool isPoison(std::uint64_t id) { return id % 23 == 0; }

using AnyLines = dstream::AnyDStream<std::string_view>;

inline AnyLines received(StreamingContext& stream, const Job& job) {
  if (job.source == Source::Frames)
    return stream.resumableSocketStream(senderHost, senderPort, Frames{}, job.socket).named("lines");
  if (job.source == Source::Resumable)
    return stream.resumableSocketTextStream(senderHost, senderPort, job.socket).named("lines");
  return stream.socketTextStream(senderHost, senderPort, job.socket).named("lines");
}

inline void writeToServer(const AnyLines& lines) {
  const dstream::postgres::Database database(serverAddress);
  lines | dstream::map([](std::string_view line) {
    return std::pair{keyOf(line), static_cast<std::int64_t>(idOf(line))};
  }) | dstream::postgres::append(database, "log").deadLetters("dead");
  lines | dstream::map(pairOf)
      | dstream::mapWithState(StateSpec::function<std::int64_t>(RunningSum{})).named("running")
      | dstream::postgres::upsert(database, "totals");
}

// `told` is called with each Effect; `throws` says whether a record's function throws.
template <class Lines, class Told, class Throws>
void buildOn(const Lines& lines, const Job& job, Told told, Throws throws) {
  using dstream::foreachRDD;
  using dstream::map;
  using dstream::saveAsTextFiles;
  lines | map([throws](std::string_view line) {
    if (throws(idOf(line))) throw std::runtime_error("a record's function threw on purpose");
    return line;
  }) | saveAsTextFiles("/out/records");
  if (job.hasEffect)
    lines | foreachRDD([told](const auto& batch) {
      Effect effect{batch.batch().seq,
                    batch.time().milliseconds(),
                    batch.batch().attempt,
                    batch.batch().epoch,
                    {}};
      for (const std::string& line : batch.collect()) effect.records += line + "\n";
      told(std::move(effect));
    });
  if (job.kind == Kind::Stateless) return;
  if (job.kind == Kind::Server) return writeToServer(lines);
  if (job.kind == Kind::Database) {
    dstream::sqlite::Database database(databasePath);
    database.execute(
        "CREATE TABLE IF NOT EXISTS log(key TEXT, id INTEGER); CREATE TABLE IF NOT EXISTS "
        "totals(key TEXT PRIMARY KEY, total INTEGER)");
    lines | map([](std::string_view line) {
      return std::pair{keyOf(line), static_cast<std::int64_t>(idOf(line))};
    }) | dstream::sqlite::append(database, "log");
    lines | map(pairOf)
        | dstream::mapWithState(StateSpec::function<std::int64_t>(RunningSum{})).named("running")
        | dstream::sqlite::upsert(database, "totals");
    return;
  }
  const auto pairs = lines | map(pairOf);
  if (job.kind == Kind::Window) {
    pairs | dstream::reduceByKeyAndWindow(dstream::plus, 3s, 1s).named("sums") | map(Show{})
        | saveAsTextFiles("/out/sums");
    pairs | dstream::reduceByKeyAndWindow(Larger{}, 4s, 2s).named("largest") | map(Show{})
        | saveAsTextFiles("/out/largest");
    (pairs | dstream::window(2s)).named("recent") | map(Show{}) | saveAsTextFiles("/out/recent");
  } else {
    pairs | dstream::updateStateByKey(SumUnlessSeven{}).named("totals") | map(Show{})
        | saveAsTextFiles("/out/totals");
    pairs
        | dstream::mapWithState(StateSpec::function<std::int64_t>(RunningSum{}).timeout(idle))
              .named("running")
        | map(Show{}) | saveAsTextFiles("/out/running");
  }
}

template <class Told, class Throws>
void build(StreamingContext& stream, const Job& job, Told told, Throws throws) {
  if (job.source != Source::Files) return buildOn(received(stream, job), job, told, throws);
  buildOn(stream.textFileStream("/in", FileOptions{.newFilesOnly = false, .allUnseen = true}).named("lines"), job, told, throws);
}

}  // namespace simulate
