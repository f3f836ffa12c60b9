// SPDX-License-Identifier: BSL-1.0
#include "spark/replay.hpp"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <stdexcept>

#include "support/catch.hpp"
#include "support/paths.hpp"

namespace spark {

using Json = nlohmann::json;

std::map<std::string, Replay>& replays() {
  static std::map<std::string, Replay> table;
  return table;
}

Replays::Replays(std::initializer_list<std::pair<const std::string, Replay>> some) {
  for (const auto& [pipeline, replay] : some)
    if (!replays().emplace(pipeline, replay).second) throw std::logic_error("two replays of " + pipeline);
}

void appendQuoted(std::string& json, std::string_view text) { json += Json(text).dump(); }

Run::Run(const Json& golden, std::size_t workers)
    : golden_(golden),
      context_("local[" + std::to_string(workers) + "]", "replay", dstream::Configuration{.stopOnSignals = false, .defaultListener = false}, world_),
      stream_(context_, std::chrono::seconds(1)) {}

bool Run::has(const char* param) const { return golden_.at("params").contains(param); }
std::size_t Run::number(const char* param) const { return golden_.at("params").at(param).get<std::size_t>(); }
bool Run::flag(const char* param) const { return golden_.at("params").at(param).get<bool>(); }
std::string Run::text(const char* param) const { return golden_.at("params").at(param).get<std::string>(); }
std::vector<Pair> Run::initial() const { return golden_.at("params").at("initial").get<std::vector<Pair>>(); }

template <class T>
Run::Source<T> Run::queued(const char* which, dstream::QueueOptions options) {
  auto queue = std::make_shared<dstream::BatchQueue<T>>();
  for (const Json& batch : golden_.at(which)) queue->push(batch.get<typename dstream::BatchQueue<T>::Partitions>());
  queues_.push_back(queue);
  return stream_.queueStream(*queue, options);
}

Run::Source<Number> Run::numbers(dstream::QueueOptions options) { return queued<Number>("batches", options); }
Run::Source<Word> Run::words() { return queued<Word>("batches"); }
Run::Source<Pair> Run::pairs() { return queued<Pair>("batches"); }
Run::Source<Number> Run::otherNumbers() { return queued<Number>("second"); }
Run::Source<Pair> Run::otherPairs() { return queued<Pair>("second"); }

Run::Output& Run::expect(const char* which, Order order) {
  outputs_.push_back({which, order, std::vector<std::string>(golden_.at("batches").size(), "null")});
  return outputs_.back();
}

namespace {

void sort(Json& list) { std::sort(list.begin(), list.end()); }

/// Two lists of records are the same if this makes them equal.
Json comparable(Json records, Order order) {
  if (order == Order::AnyInGroupsToo)
    for (Json& record : records) {
      Json& groups = record.at(1);
      if (!groups.empty() && groups.front().is_array())
        for (Json& group : groups) sort(group);
      else
        sort(groups);
    }
  if (order != Order::Kept) sort(records);
  return records;
}

Json joined(const Json& partitions) {
  Json all = Json::array();
  for (const Json& partition : partitions) all.insert(all.end(), partition.begin(), partition.end());
  return all;
}

bool keysApart(const Json& partitions) {
  std::map<Json, std::size_t> homes;
  for (std::size_t partition = 0; partition < partitions.size(); ++partition)
    for (const Json& record : partitions[partition])
      if (record.is_array() && homes.try_emplace(record.front(), partition).first->second != partition) return false;
  return true;
}

std::string difference(const Json& expected, const Json& said, Order order, bool partitioned) {
  const bool asked = !expected.is_null() && !said.is_null();
  const bool asIs = !asked || (partitioned && order == Order::Kept);
  const auto shown = [&](const Json& batch) { return asIs ? batch : comparable(partitioned ? joined(batch) : batch, order); };
  const Json spark = shown(expected), here = shown(said);
  std::ostringstream text;
  if (spark != here) text << "\n  Spark: " << spark << "\n  here:  " << here << '\n';
  if (asked && partitioned && expected.size() != said.size()) text << "\n  partitions, Spark: " << expected.size() << ", here: " << said.size() << '\n';
  if (asked && partitioned && order != Order::Kept && !keysApart(said)) text << "\n  a key in two partitions: " << said << '\n';
  return text.str();
}

}  // namespace

std::string Run::differences() {
  const std::size_t length = golden_.at("batches").size();
  stream_.start();
  for (std::size_t batch = 0; batch < length; ++batch) {
    world_.advance(std::chrono::seconds(1));
    static_cast<void>(stream_.awaitTerminationOrTimeout(std::chrono::nanoseconds(0)));  // throws what the batch threw
  }
  std::ostringstream text;
  if (afterwards_) text << difference(golden_.at("outputs"), Json::parse(afterwards_()), Order::Kept, false);
  for (const Output& output : outputs_) {
    const Json& expected = golden_.at(output.which);
    for (std::size_t batch = 0; batch < length; ++batch) {
      const std::string found = difference(expected.at(batch), Json::parse(output.said.at(batch)), output.order, output.partitioned);
      if (!found.empty()) text << output.which << " of batch " << batch + 1 << ':' << found;
    }
  }
  return text.str();
}

namespace {

std::vector<std::filesystem::path> goldenFiles() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(support::testsFolder()) + "/spark"))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string differences(const Json& golden, const Replay& replay, std::size_t workers) {
  try {
    Run run(golden, workers);
    replay(run);
    return run.differences();
  } catch (const std::exception& error) {
    return std::string("threw: ") + error.what();
  }
}

TEST_CASE("spark: every golden case comes out as from Spark") {
  std::map<std::string, std::size_t> without;
  std::set<std::string> unused, names;
  for (const auto& [pipeline, replay] : replays()) unused.insert(pipeline);
  std::size_t replayed = 0;
  for (const auto& file : goldenFiles()) {
    for (const Json& golden : Json::parse(std::ifstream(file))) {
      const auto name = golden.at("name").get<std::string>(), pipeline = golden.at("pipeline").get<std::string>();
      INFO(file.filename().string() << ": " << name << ", params " << golden.at("params") << ", batches " << golden.at("batches"));
      CHECK(names.insert(name).second);
      const auto replay = replays().find(pipeline);
      if (replay == replays().end()) {
        ++without[pipeline];
        continue;
      }
      unused.erase(pipeline);
      ++replayed;
      for (const std::size_t workers : {1U, 3U}) {
        INFO(workers << " workers");
        CHECK(differences(golden, replay->second, workers) == "");
      }
    }
  }
  CHECK(unused == std::set<std::string>{});
  CHECK(replayed > 0);
  if (!without.empty()) {
    std::size_t cases = 0;
    std::ostringstream list;
    for (const auto& [pipeline, count] : without) {
      cases += count;
      list << ' ' << pipeline << '(' << count << ')';
    }
    FAIL(replayed << " cases replayed; " << cases << " are not, for want of a replay of " << without.size() << " pipelines:" << list.str());
  }
}

}  // namespace
}  // namespace spark
