// SPDX-License-Identifier: BSL-1.0
#include <dstream/checkpoint/checkpointer.hpp>
#include <dstream/checkpoint/restorer.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/checkpoint/checkpoint.hpp>
#include <dstream/checkpoint/checkpointInfo.hpp>
#include <dstream/checkpoint/job.hpp>
#include <dstream/checkpoint/options.hpp>
#include <dstream/checkpoint/recovery.hpp>
#include <dstream/checkpoint/snapshot_writer.hpp>
#include <dstream/dstream.hpp>
#include <dstream/testing/world.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::contains;
using support::messageOf;

/// A world whose disk outlives the runs of a job.
struct Place {
  testing::World world;
  testing::Files& files = static_cast<testing::Files&>(world.files());

  Place() {
    files.put("/in/.keep", "");
    world.advance(1s);
  }
};

struct Run {
  explicit Run(Place& place, CheckpointOptions options = {}, std::string name = "job", std::chrono::nanoseconds interval = 1s)
      : world(place.world), context("local[2]", std::move(name), support::quiet(), place.world), stream(context, interval) {
    stream.addStreamingListener([this](const Event& event) { told.events.push_back(event); });
    stream.checkpoint("/checkpoint", std::move(options));
  }
  auto words(const std::string& name = "in") {
    return stream.textFileStream("/in").named(name) | flatMap(splitWords) | map([](auto word) { return std::pair{std::string(word), 1L}; });
  }
  /// A file that is put now is younger than the stream.
  void start() {
    stream.start();
    world.advance(1ms);
  }
  std::string refusal() {
    try {
      start();
    } catch (const std::exception& error) {
      return error.what();
    }
    return "(it started)";
  }

  testing::World& world;
  support::Told told;  // told until the stream has gone
  Context context;
  StreamingContext stream;
};

const auto running = [](const std::string& word, std::optional<long> n, State<long>& state) {
  if (state.isTimingOut()) return std::pair{word, -1L};
  state.update(state.getOption().value_or(0) + *n);
  return std::pair{word, state.get()};
};

/// Everything that keeps something, each batch as text into `out`.
void everything(Run& run, std::vector<std::string>& out) {
  const auto words = run.words();
  const auto show = [&out](std::string_view name) {
    return foreachRDD([&out, name](const auto& batch) {
      std::vector<std::string> records;
      for (const auto& record : batch.collect()) {
        records.emplace_back();
        appendText<TextStyle::Scala>(records.back(), record);
      }
      std::sort(records.begin(), records.end());
      std::string line = std::to_string(batch.batch().seq) + " " + std::string(name);
      for (const std::string& record : records) line += " " + record;
      out.push_back(line);
    });
  };
  words | mapWithState(StateSpec::function<long>(running).timeout(4s).initialState(std::vector<std::pair<std::string, long>>{{"a", 100}, {"never", 7}})).named("timed") | show("timed");
  words | mapWithState(StateSpec::function<long>(running)).named("states") | show("states");
  const auto upToNine = [](const std::vector<long>& values, std::optional<long> state) -> std::optional<long> {
    long sum = state.value_or(0);
    for (const long value : values) sum += value;
    return sum > 9 ? std::nullopt : std::optional<long>(sum);
  };
  words | updateStateByKey(upToNine, std::vector<std::pair<std::string, long>>{{"first", 1}}).named("updated") | show("updated");
  words | map([](const auto& pair) { return static_cast<long>(pair.first.size()); }) | reduceByWindow(plus, 3s, 2s).named("sum") | show("sum");
  words | map([](const auto& pair) { return pair.first; }) | reduceByWindow([](const std::string& a, const std::string& b) { return a > b ? a : b; }, 5s, 1s).named("most") | show("most");
  words | reduceByKeyAndWindow(plus, 3s).named("counts") | show("counts");
  words | reduceByKeyAndWindow([](long a, long b) { return a > b ? a : b; }, 4s, 2s).named("stacks") | show("stacks");
  words | reduceByKeyAndWindow(plus, [](long a, long b) { return a - b; }, 3s, 1s, [](const auto& pair) { return pair.second != 0; }, 3).keepEmptyKeys().named("kept") | show("kept");
  words | groupByKeyAndWindow(3s).named("groups") | show("groups");
  words | window(3s, 1s).named("window") | count() | show("window");
}

/// Twenty batches of random words, a new process every `every` of them.
std::vector<std::string> outputsOf(std::uint64_t seed, std::size_t every, const CheckpointOptions& options) {
  Place place;
  support::Random random(seed);
  std::vector<std::string> out;
  std::unique_ptr<Run> run;
  for (std::size_t tick = 0; tick < 20; ++tick) {
    if (tick % every == 0) {
      run.reset();
      run = std::make_unique<Run>(place, options);
      everything(*run, out);
      run->start();
    }
    std::string text;
    for (std::size_t left = random.below(6); left != 0; --left) text += std::string("abcdefgh").substr(random.below(8), 1 + random.below(2)) + " ";
    if (!text.empty()) place.files.put("/in/" + std::to_string(tick), text + "\n");
    place.world.advance(1s);
  }
  return out;
}

TEST_CASE("checkpointer: a job that is restarted gives what it gives without, from changes and from snapshots") {
  const std::uint64_t seed = 11;
  const auto expected = outputsOf(seed, 100, {});
  REQUIRE(expected.size() > 150);
  for (const std::size_t every : {1U, 3U, 7U})
    for (const std::uint64_t snapshotEvery : {std::uint64_t{1}, std::uint64_t{500}, std::uint64_t{1} << 20}) {
      CAPTURE(every, snapshotEvery);
      CHECK(outputsOf(seed, every, {.snapshotEvery = snapshotEvery}) == expected);
    }
  CHECK(outputsOf(seed, 3, {.commitEvery = 4, .snapshotEvery = 300}) == expected);
}

/// Checkpoints that earlier versions wrote.
std::string golden() { return std::string(support::testsFolder()) + "/checkpoint/golden"; }

std::string fileName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// Six batches of everything, with a snapshot in between.
void goldenRun(Place& place, std::vector<std::string>& out) {
  Run run(place, {.snapshotEvery = 600});
  everything(run, out);
  run.start();
  for (int tick = 1; tick <= 6; ++tick) {
    place.files.put("/in/" + std::to_string(tick), "a b c" + std::to_string(tick) + " a\n");
    place.world.advance(1s);
  }
}
/// Two more.
std::vector<std::string> goldenGoesOn(Place& place) {
  std::vector<std::string> out;
  Run run(place);
  everything(run, out);
  run.start();
  for (int tick = 7; tick <= 8; ++tick) {
    place.files.put("/in/" + std::to_string(tick), "a d\n");
    place.world.advance(1s);
  }
  return out;
}

/// Makes the files that the next test reads; to be run once for each version of the format: `dstream_tests_checkpoint "[make-golden]"`.
TEST_CASE("golden: written anew", "[.][make-golden]") {
  Place place;
  std::vector<std::string> out;
  goldenRun(place, out);
  for (const std::string& path : place.files.paths())
    if (path.starts_with("/checkpoint/")) std::ofstream(golden() + "/" + fileName(path), std::ios::binary) << place.files.content(path);
}

TEST_CASE("golden: a checkpoint of the first version is read by all that follow") {
  Place written;
  std::vector<std::string> out;
  goldenRun(written, out);
  const auto expected = goldenGoesOn(written);
  REQUIRE(expected.size() == 18);

  Place place;
  place.world.advance(6s + 1ms);
  place.files.makePrivateDirectory("/checkpoint");
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(golden())) {
    std::ifstream file(entry.path(), std::ios::binary);
    place.files.put("/checkpoint/" + entry.path().filename().string(), std::string(std::istreambuf_iterator<char>(file), {}));
    ++files;
  }
  CHECK(files >= 4);
  CHECK(goldenGoesOn(place) == expected);
}

TEST_CASE("checkpointer: two snapshots are kept, and the journal since the older one") {
  Place place;
  Run run(place, {.snapshotEvery = 1});
  std::vector<std::string> out;
  everything(run, out);
  run.start();
  place.world.advance(10s);
  const auto written = run.told.all<SnapshotWritten>();
  REQUIRE(written.size() >= 3);
  std::vector<std::string> names = place.files.list("/checkpoint");
  std::sort(names.begin(), names.end());
  const std::string older = std::to_string(written[written.size() - 2].seq);
  const std::string newer = std::to_string(written.back().seq);
  std::vector<std::string> expected{"LOCK", "journal-" + std::to_string(written[written.size() - 2].seq + 1) + "-1.log",
                                    "journal-" + std::to_string(written.back().seq + 1) + "-1.log", "snapshot-" + older, "snapshot-" + newer};
  std::sort(expected.begin(), expected.end());
  CHECK(names == expected);
}

TEST_CASE("checkpointer: the newest snapshot is damaged: the older one and the journal give the same") {
  Place place;
  std::vector<std::string> out;
  std::string newest;
  {
    Run run(place, {.snapshotEvery = 1});
    everything(run, out);
    run.start();
    place.files.put("/in/1", "a b a\n");
    place.world.advance(6s);
    newest = "/checkpoint/snapshot-" + std::to_string(run.told.all<SnapshotWritten>().back().seq);
  }
  std::string bytes = place.files.content(newest);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  place.files.remove(newest);
  place.files.put(newest, bytes);
  Run run(place);
  out.clear();
  everything(run, out);
  run.start();
  place.files.put("/in/2", "a\n");
  place.world.advance(1s);
  CHECK(run.told.warnings("a damaged snapshot is passed over") == 1);
  CHECK(std::find(out.begin(), out.end(), "7 states (a,3)") != out.end());
  CHECK_FALSE(place.files.exists(newest));
}

TEST_CASE("checkpointer: batches failed and repeated leave no trace, windows included") {
  const auto outputs = [](int failures) {
    Place place;
    Run run(place, {.repeats = 5});
    std::vector<std::string> out;
    everything(run, out);
    run.words("again") | foreachRDD([&](const auto& batch) {
      if (batch.batch().seq == 4 && failures-- > 0) throw std::runtime_error("no");
    });
    run.start();
    for (int tick = 0; tick < 8; ++tick) {
      place.files.put("/in/" + std::to_string(tick), "a b " + std::string(1, static_cast<char>('c' + tick)) + "\n");
      place.world.advance(1s);
    }
    std::vector<std::string> last;  // of each batch and output the last
    for (const std::string& line : out) {
      const std::string head = line.substr(0, line.find(' ', line.find(' ') + 1));
      std::erase_if(last, [&](const std::string& known) { return known.substr(0, known.find(' ', known.find(' ') + 1)) == head; });
      last.push_back(line);
    }
    std::sort(last.begin(), last.end());
    return last;
  };
  CHECK(outputs(2) == outputs(0));
}

TEST_CASE("checkpointer: what was told once is told again with the same seq and records") {
  Place place;
  std::vector<std::string> calls;
  bool fails = true;
  const auto build = [&](Run& run) {
    run.words() | foreachRDD([&](const auto& batch) {
      std::string line = std::to_string(batch.batch().seq) + "." + std::to_string(batch.batch().attempt);
      for (const auto& [word, n] : batch.collect()) line += " " + word;
      calls.push_back(line);
      if (fails && batch.batch().seq == 2) throw std::runtime_error("no");
    });
  };
  {
    Run run(place, {.repeats = 1});
    build(run);
    run.start();
    place.files.put("/in/1", "a\n");
    place.world.advance(1s);
    place.files.put("/in/2", "b\n");
    place.world.advance(5s);
    CHECK_THROWS_AS(run.stream.awaitTermination(), std::runtime_error);
  }
  fails = false;
  place.files.put("/in/3", "c\n");
  place.world.advance(100s);
  Run run(place);
  build(run);
  run.start();
  place.world.advance(2s);
  CHECK(calls == std::vector<std::string>{"1.1 a", "2.1 b", "2.2 b", "2.3 b", "3.1 c", "4.1", "5.1"});
  CHECK(run.told.all<TicksMissed>().size() == 1);
}

TEST_CASE("checkpointer: a planned file that changed stops the job") {
  Place place;
  const auto build = [&](Run& run) {
    run.words() | foreachRDD([](const auto& batch) {
      if (batch.count() != 0) throw std::runtime_error("no");
    });
  };
  {
    Run run(place, {.repeats = 0});
    build(run);
    run.start();
    place.files.put("/in/1", "a\n");
    place.world.advance(2s);
  }
  place.files.put("/in/1", "other\n");
  Run run(place, {.repeats = 0});
  build(run);
  run.start();
  place.world.advance(2s);
  CHECK(contains(messageOf<FileError>([&] { run.stream.awaitTermination(); }), "/in/1: a batch that must be repeated had taken it, and it has changed since"));
}

TEST_CASE("checkpointer: a planned batch whose directory cannot be listed says why it fails") {
  Place place;
  const auto build = [](Run& run) {
    run.words() | foreachRDD([](const auto& batch) {
      if (batch.count() != 0) throw std::runtime_error("no");
    });
  };
  {
    Run run(place, {.repeats = 0});
    build(run);
    run.start();
    place.files.put("/in/1", "a\n");
    place.world.advance(2s);
  }
  Run run(place, {.repeats = 0});
  build(run);
  place.files.failNext("list", "/in", FileError::Why::Other, "the disk is broken");
  run.start();
  place.world.advance(2s);
  const std::string message = messageOf<FileError>([&] { run.stream.awaitTermination(); });
  CHECK(contains(message, "/in/1: a batch that must be repeated had taken it, and there is no listing"));
  CHECK(contains(message, "the disk is broken"));
  const auto troubles = run.told.all<FileIgnored>();
  REQUIRE(troubles.size() == 1);
  CHECK(contains(troubles[0].reason, "the disk is broken"));
}

TEST_CASE("checkpointer: files that came while the program was down are not old, and none is taken twice") {
  Place place;
  std::vector<std::string> seen;
  const auto build = [&](Run& run) {
    run.words() | foreachRDD([&](const auto& batch) {
      for (const auto& [word, n] : batch.collect()) seen.push_back(word);
    });
  };
  {
    Run run(place);
    build(run);
    run.start();
    place.files.put("/in/1", "before\n");
    place.world.advance(2s);
  }
  place.world.advance(5s);
  place.files.put("/in/2", "meanwhile\n");
  place.world.advance(1h);
  Run run(place);
  build(run);
  run.start();
  place.world.advance(3s);
  CHECK(seen == std::vector<std::string>{"before", "meanwhile"});
}

TEST_CASE("checkpointer: seq, epoch and time go on") {
  Place place;
  std::vector<Batch> batches;
  for (int run = 0; run < 3; ++run) {
    Run job(place);
    job.words() | foreachRDD([&](const auto& batch) { batches.push_back(batch.batch()); });
    job.start();
    place.world.advance(4s);
    place.world.setWall(place.world.now(Clock::Wall) - (run == 1 ? 1'500'000'000 : 0));  // backwards once
  }
  REQUIRE(batches.size() >= 4);
  for (std::size_t i = 1; i < batches.size(); ++i) {
    CHECK(batches[i].seq == batches[i - 1].seq + 1);
    CHECK(batches[i].time > batches[i - 1].time);
    CHECK(batches[i].epoch >= batches[i - 1].epoch);
  }
  CHECK(batches.back().epoch == 3);
}

TEST_CASE("job: what cannot be in a checkpoint is refused at start") {
  Place place;
  {
    Run run(place);
    run.stream.textFileStream("/in") | flatMap(splitWords) | map([](auto word) { return std::pair{std::string(word), 1L}; })
        | mapWithState(StateSpec::function<long>(running)) | print();
    CHECK(run.refusal() == "dstream: a checkpoint knows nodes by their names, and these have none: text files, mapWithState; give each one with .named(\"…\")");
  }
  {
    Run run(place);
    run.words() | mapWithState(StateSpec::function<long>(running).transient()).named("states") | print();
    CHECK(contains(run.refusal(), "mapWithState \"states\" is transient()"));
  }
  {
    Context context("local[2]", "job", support::quiet(), place.world);
    StreamingContext stream(context, 1s);
    stream.textFileStream("/in") | saveAsTextFiles("/out/w").exactlyOnce();
    CHECK(contains(messageOf<std::invalid_argument>([&] { stream.start(); }), "was asked to write exactly once, which needs a checkpoint directory"));
  }
}

TEST_CASE("checkpointer: one stream at a time has a directory") {
  Place place;
  Run first(place);
  first.words() | print();
  first.start();
  testing::World other;
  const auto lock = place.files.info("/checkpoint/LOCK");
  CHECK(lock.kind == FileInfo::Kind::Regular);
  CHECK_THROWS_AS(place.files.lock("/checkpoint/LOCK"), FileError);
  first.stream.stop();
  CHECK_NOTHROW(place.files.lock("/checkpoint/LOCK"));
}

TEST_CASE("checkpointer: a directory that is removed, moved or replaced while the job runs ends it, and nothing more is shown or committed") {
  const auto clear = [](Place& place) {
    for (const std::string& path : place.files.paths())
      if (path.starts_with("/checkpoint/")) place.files.remove(path);
    place.files.remove("/checkpoint");
  };
  const std::size_t every = GENERATE(1U, 3U);
  CAPTURE(every);
  Place place;
  std::vector<std::uint64_t> shown;
  Run first(place, {.commitEvery = every});
  first.words() | foreachRDD([&](const auto& batch) { shown.push_back(batch.batch().seq); });
  first.words("staged") | saveAsTextFiles("/out/w").named("files");
  first.start();
  place.world.advance(3s);
  REQUIRE(shown == std::vector<std::uint64_t>{1, 2, 3});
  std::vector<std::string> paths;
  std::unique_ptr<File> another;
  SECTION("removed") { clear(place); }
  SECTION("moved") { place.files.rename("/checkpoint", "/moved"); }
  SECTION("replaced") {
    clear(place);
    place.files.makePrivateDirectory("/checkpoint");
    another = place.files.lock("/checkpoint/LOCK");
  }
  SECTION("the lock alone") { place.files.remove("/checkpoint/LOCK"); }
  paths = place.files.paths();
  place.world.advance(5s);
  CHECK(support::messageOf<CheckpointError>([&] { static_cast<void>(first.stream.awaitTerminationOrTimeout(0s)); }) ==
        "dstream: the checkpoint in /checkpoint cannot be used: it was removed, moved or replaced while the job ran: its LOCK is not the one that this process holds");
  CHECK(shown == std::vector<std::uint64_t>{1, 2, 3});
  CHECK(std::ranges::none_of(place.files.paths(), [&](const std::string& path) { return path.starts_with("/checkpoint") && std::ranges::find(paths, path) == paths.end(); }));
}

TEST_CASE("checkpointer: of a job that shows nothing before its commit too; a disk that does not answer when asked for the lock ends nothing") {
  Place place;
  Run run(place);
  run.words() | saveAsTextFiles("/out/w").named("files");
  run.start();
  place.world.advance(1s);
  place.files.failNext("examine", "/checkpoint/LOCK");
  place.files.put("/in/1", "a\n");
  place.world.advance(1s);
  CHECK(run.told.all<BatchFailed>().empty());
  CHECK(run.told.warnings("whether the checkpoint is still in its place is not known: ") == 1);
  const auto shown = place.files.names("/out");
  CHECK(std::ranges::count_if(shown, [](const std::string& name) { return name.starts_with("w-"); }) == 2);
  place.files.remove("/checkpoint/LOCK");
  place.world.advance(3s);
  CHECK_THROWS_AS(run.stream.awaitTerminationOrTimeout(0s), CheckpointError);
  CHECK(place.files.names("/out") == shown);
}

/// A run with one state named `name`, of type S.
template <class S>
std::string startedWith(Place& place, const std::string& name, CheckpointOptions options = {}, const std::string& job = "job", std::chrono::nanoseconds interval = 1s) {
  Run run(place, std::move(options), job, interval);
  run.words() | mapWithState(StateSpec::function<S>([](const std::string& word, std::optional<long>, State<S>& state) {
                  state.update(state.getOption().value_or(S{}));
                  return word;
                })).named(name)
              | foreachRDD([](const auto& batch) { static_cast<void>(batch.count()); });
  const std::string refusal = run.refusal();
  if (refusal == "(it started)") place.world.advance(1s);
  return refusal;
}

TEST_CASE("job: a checkpoint that does not fit is refused, naming the node and both schemas") {
  Place place;
  CHECK(startedWith<long>(place, "counts") == "(it started)");
  CHECK(startedWith<int>(place, "counts") ==
        "dstream: the checkpoint in /checkpoint does not fit this program: \"counts\" is \"mapWithState: text -> int64\" there and \"mapWithState: text -> int32\" here");
  CHECK(contains(startedWith<long>(place, "sums"), "it has no \"sums\" (mapWithState: text -> int64)"));
  CHECK(contains(startedWith<long>(place, "sums", {.allowNew = true}), "this program has no \"counts\" (mapWithState: text -> int64)"));
  CHECK(contains(startedWith<long>(place, "counts", {}, "another"), "it is the job \"job\", and this is \"another\""));
  CHECK(contains(startedWith<long>(place, "counts", {}, "job", 2s), "its batch interval is 1000000000 ns, and this stream's 2000000000 ns"));
  CHECK(startedWith<long>(place, "sums", {.allowNew = true, .allowDropped = {"counts"}}) == "(it started)");
  CHECK(startedWith<long>(place, "sums") == "(it started)");
}

TEST_CASE("checkpointer: damage is refused before the start, with file and byte") {
  Place place;
  CHECK(startedWith<long>(place, "counts") == "(it started)");
  CHECK(startedWith<long>(place, "counts") == "(it started)");
  const std::string path = "/checkpoint/journal-1-2.log";
  std::string bytes = place.files.content(path);
  bytes[40] = static_cast<char>(bytes[40] ^ 1);
  place.files.remove(path);
  place.files.put(path, bytes);
  CHECK(contains(startedWith<long>(place, "counts"), "dstream: checkpoint: " + path + ", byte 20: "));
}

TEST_CASE("checkpoint: getOrCreate makes the graph anew at each start") {
  Place place;
  int made = 0;
  for (int run = 0; run < 2; ++run) {
    Context context("local[2]", "job", support::quiet(), place.world);
    const auto stream = StreamingContext::getOrCreate("/checkpoint", [&] {
      ++made;
      auto fresh = std::make_unique<StreamingContext>(context, 1s);
      fresh->textFileStream("/in").named("in") | print();
      return fresh;
    });
    stream->start();
    place.world.advance(2s);
    CHECK_THROWS_AS(stream->checkpoint("/other"), IllegalState);
  }
  CHECK(made == 2);
  CHECK(place.files.exists("/checkpoint/journal-1-2.log"));
  Context context("local[2]", "job", support::quiet(), place.world);
  CHECK_THROWS_AS(StreamingContext::getOrCreate("/checkpoint",
                                                [&] {
                                                  auto fresh = std::make_unique<StreamingContext>(context, 1s);
                                                  fresh->checkpoint("/other");
                                                  return fresh;
                                                }),
                  std::invalid_argument);
}

TEST_CASE("checkpointInfo: what a recovery would find, and what it would refuse") {
  Place place;
  CHECK_THROWS_AS(checkpointInfo(place.files, "/in"), CheckpointError);
  {
    Run run(place);
    std::vector<std::string> out;
    everything(run, out);
    run.start();
    place.files.put("/in/1", "a b a\n");
    place.world.advance(4s);
  }
  const std::string journal = place.files.content("/checkpoint/journal-1-1.log");
  place.files.remove("/checkpoint/journal-1-1.log");
  place.files.put("/checkpoint/journal-1-1.log", journal.substr(0, journal.size() - 3));
  const CheckpointInfo info = checkpointInfo(place.files, "/checkpoint");
  CHECK(info.job == "job");
  CHECK(info.interval == 1'000'000'000);
  CHECK(info.epoch == 1);
  CHECK(info.snapshot == 0);
  CHECK(info.last == 3);
  CHECK(info.planned == 1);
  CHECK(info.torn > 0);
  CHECK(info.nodes.size() == 11);
  for (const auto& node : info.nodes)
    if (node.name == "states") CHECK(node.schema == "mapWithState: text -> int64");
  place.files.remove("/checkpoint/snapshot-0");
  CHECK_THROWS_AS(checkpointInfo(place.files, "/checkpoint"), CheckpointError);
}

TEST_CASE("checkpointer: options that make no sense are refused") {
  Place place;
  Context context("local[2]", "job", support::quiet(), place.world);
  StreamingContext stream(context, 1s);
  CHECK_THROWS_AS(stream.checkpoint("/checkpoint", {.commitEvery = 0}), std::invalid_argument);
  CHECK_THROWS_AS(stream.checkpoint(""), std::invalid_argument);
}

TEST_CASE("checkpointer: staged files are seen after the commit, once, and a publish that fails is tried again") {
  Place place;
  const auto build = [](Run& run) { run.words() | reduceByKey(plus, 1) | saveAsTextFiles("/out/w").named("files").exactlyOnce(); };
  {
    Run run(place);
    build(run);
    run.start();
    place.files.put("/in/1", "a b a\n");
    place.files.failNext("rename", "/out/.dstream-job-w-TIME/1-1-1");
    place.world.advance(1s);
    const std::string first = "/out/w-" + std::to_string(place.world.now(Clock::Wall) / 1'000'000'000 * 1000);
    CHECK_FALSE(place.files.exists(first));
    CHECK(run.told.warnings("what must follow failed and is tried again") == 1);
    place.world.advance(200ms);
    CHECK(place.files.content(first + "/part-00000").size() == 12);
    CHECK(place.files.content(first + "/_SUCCESS").starts_with("job job\nseq 1\ntime "));
    place.world.advance(1s);
  }
  CHECK(place.files.list("/out/.dstream-job-w-TIME").empty());
  Run run(place);
  build(run);
  run.start();
  const std::string next = "/out/w-" + std::to_string(place.world.now(Clock::Wall) / 1'000'000'000 * 1000 + 1000) + "/part-00000";
  place.files.put(next, "foreign");
  place.world.advance(10s);
  CHECK(contains(messageOf<FileError>([&] { run.stream.awaitTermination(); }), "it is there already, and not this batch's"));
  CHECK(place.files.content(next) == "foreign");
}

TEST_CASE("checkpointer: a batch whose directory could not be synced after its rename is completed when it could") {
  Place place;
  Run run(place);
  run.words() | reduceByKey(plus, 1) | saveAsTextFiles("/out/w").named("files").exactlyOnce();
  run.start();
  place.world.advance(1s);
  place.files.failNext("sync directory", "/out");
  place.world.advance(1s);
  const std::string second = "/out/w-" + std::to_string(place.world.now(Clock::Wall) / 1'000'000'000 * 1000);
  CHECK(place.files.exists(second));
  CHECK(run.told.warnings("what must follow failed and is tried again") == 1);
  CHECK_FALSE(place.files.durable(second));
  place.world.advance(200ms);
  CHECK(place.files.durable(second));
}

TEST_CASE("checkpointer: what is visible of a later batch than the last committed one is refused") {
  Place place;
  const auto build = [](Run& run) { run.words() | reduceByKey(plus) | saveAsTextFiles("/out/w").named("files"); };
  {
    Run run(place);
    build(run);
    run.start();
    place.world.advance(3s);
  }
  for (const std::string& path : place.files.paths())
    if (path.starts_with("/checkpoint/") && path != "/checkpoint/snapshot-0") place.files.remove(path);  // as after a restore
  Run run(place);
  build(run);
  CHECK(contains(run.refusal(), "is of this job, and of a later batch than the last committed one, 0"));
}

/// Words into /out/w, as output 0 or 1, one in the first batch; lives for so long, or until its disk is gone. What start refused, or "".
std::string savesWords(Place& place, bool anotherBefore, std::chrono::nanoseconds time, CheckpointOptions options = {}, const std::string& prefix = "/out/w") {
  std::string refusal;
  try {
    Run run(place, std::move(options));
    const auto words = run.words();
    if (anotherBefore) words | foreachRDD([](const auto&) {});
    words | saveAsTextFiles(prefix).exactlyOnce();
    const std::string said = run.refusal();
    if (said != "(it started)") refusal = said;
    if (!place.files.exists("/in/1")) place.files.put("/in/1", "a\n");
    place.world.advance(time);
  } catch (const std::exception&) {
    if (!place.files.stopped()) throw;
  }
  place.files.onCall([](const testing::FileCall&) {});
  place.files.restart();
  return refusal;
}
/// Batch 1 is committed, and was not shown.
void killBeforeShown(Place& place) {
  place.files.onCall([&files = place.files](const testing::FileCall& call) {
    if (call.operation == "rename" && contains(call.path, "-TIME/1-1-1")) files.stopAt({call.number, testing::StopPoint::When::Before, testing::StopPoint::How::Kill});
  });
  CHECK_NOTHROW(savesWords(place, false, 2s));
}
std::string shownWords(Place& place) {
  std::string text;
  for (const std::string& path : place.files.paths())
    if (path.starts_with("/out/") && !path.starts_with("/out/.") && contains(path, "/part-")) text += path.substr(0, 7) + place.files.content(path);
  return text;
}

TEST_CASE("checkpointer: a committed batch is shown by the program with one more output, before the one that it is of") {
  for (const bool anotherBefore : {false, true}) {
    Place place;
    killBeforeShown(place);
    CHECK(shownWords(place).empty());
    CHECK(savesWords(place, anotherBefore, 1ms).empty());
    CHECK(shownWords(place) == "/out/w-(a,1)\n");
  }
}

/// The journal as an earlier build wrote it, with the outputs' names.
void nameOutputs(Place& place) {
  const std::string path = "/checkpoint/journal-1-1.log";
  const std::string bytes = place.files.content(path);
  detail::RecordReader reader(bytes, detail::journalMark, path);
  const detail::CheckpointDirectory directory(place.files, "/checkpoint");
  detail::BasicJournalWriter<> writer(directory, {1, 1}, 7);
  while (const auto record = reader.next()) {
    if (record->kind == detail::RecordKind::Epoch) continue;
    auto payload = detail::JournalContent::payloadOf(*record);
    payload.staged.assign(payload.staged.size(), "output 0");
    std::string encoded;
    Codec<detail::BatchPayload>::encode(payload, encoded);
    writer.put(record->kind, record->seq, encoded);
  }
  place.files.remove(path);
  writer.show();
}

TEST_CASE("checkpointer: a batch that an earlier build committed is shown by whatever output has it, and refused where none has its name") {
  Place place;
  killBeforeShown(place);
  nameOutputs(place);
  CHECK(contains(savesWords(place, true, 1ms), "this program has no output \"output 0\", to which batch 1 may still have to be shown"));
  {
    Run run(place);
    const auto words = run.words();
    words | saveAsTextFiles("/out/v");
    words | saveAsTextFiles("/out/w");
    run.start();
  }
  CHECK(shownWords(place) == "/out/w-(a,1)\n");
}

TEST_CASE("checkpointer: a committed batch whose output is gone is refused before anything has changed, unless it may be dropped") {
  Place place;
  killBeforeShown(place);
  const auto paths = place.files.paths();
  REQUIRE(place.files.exists("/out/.dstream-job-w-TIME/1-1-1/_SUCCESS"));
  const std::string refusal =
      "dstream: the checkpoint in /checkpoint does not fit this program: this program has no output \"/out/w-TIME\", to which batch 1 may still have to be shown; "
      "CheckpointOptions::allowDropped names what may be dropped";
  CHECK(savesWords(place, false, 1s, {}, "/out/v") == refusal);
  CHECK(savesWords(place, false, 1s, {.allowDropped = {"/out/v-TIME"}}, "/out/v") == refusal);
  CHECK(place.files.paths() == paths);
  CHECK(savesWords(place, false, 1ms, {.allowDropped = {"/out/w-TIME"}}, "/out/v").empty());
  CHECK(savesWords(place, false, 1s, {}, "/out/v").empty());  // it was dropped for good
  CHECK(savesWords(place, false, 1ms).starts_with("dstream: the checkpoint in /checkpoint does not fit this program: this program has no output \"/out/v-TIME\""));
  CHECK(shownWords(place).find("(a,1)") == std::string::npos);
}

/// Decides in memory, and writes nothing.
struct Database final : Decider {
  [[nodiscard]] std::string name() const override { return "the database"; }
  [[nodiscard]] Position look(const std::string&) override { return row; }
  Position claim(const std::string&) override {
    if (beforeClaim) std::exchange(beforeClaim, {})();
    ++row.epoch;
    const Position found = row;
    row.known = true;
    return found;
  }
  void begin(const Batch&) override {}
  void rollback() override {}
  void seal(const Batch& batch, std::uint32_t checksum) override { sealed = {true, row.epoch, batch.seq, checksum}; }
  [[nodiscard]] bool commit(const Batch& batch) override {
    if (batch.seq == refused) {
      if (beforeRefusal) beforeRefusal();
      return false;
    }
    row = sealed;
    return true;
  }
  void close() override {}

  Position row;
  Position sealed;
  std::uint64_t refused = 0;
  std::function<void()> beforeRefusal;
  std::function<void()> beforeClaim;
};

struct Written final : Output {
  explicit Written(Database& to) : database(to) {}
  struct Nothing final : Job {
    void run() override {}
  };
  std::unique_ptr<Job> generate(const Batch&) override { return std::make_unique<Nothing>(); }
  void eachShared(VisitShared) override {}
  [[nodiscard]] SinkClass sinkClass() const override { return SinkClass::Transactional; }
  Decider* decider() override { return &database; }
  Database& database;
};

struct IntoDatabase {
  static constexpr Kind kind = Kind::Output;
  template <class Record>
  static consteval bool check() {
    return true;
  }
  template <class N>
  void attach(Graph& graph, const N&) const {
    graph.addOutput(std::make_unique<Written>(*database));
  }
  Database* database;
};

/// The seqs of its batches, or what refused the start.
std::string decides(Place& place, Database* database, std::chrono::nanoseconds time, CheckpointOptions options = {.repeats = 0}) {
  std::string seqs;
  Run run(place, std::move(options));
  const auto words = run.words();
  words | foreachRDD([&](const auto& batch) { seqs += std::to_string(batch.batch().seq) + " "; });
  if (database != nullptr) words | IntoDatabase{database};
  const std::string refusal = run.refusal();
  if (refusal != "(it started)") return refusal;
  place.world.advance(time);
  return seqs;
}

TEST_CASE("checkpointer: a database that decided is taken out of the program: the batch that it refused does not count as committed") {
  for (const std::uint64_t refused : {1U, 3U}) {
    CAPTURE(refused);
    Place place;
    Database database;
    database.refused = refused;
    CHECK(decides(place, &database, 5s) == std::string("1 2 3 ").substr(0, 2 * refused));
    CHECK(database.row.seq == refused - 1);
    const auto paths = place.files.paths();
    CHECK(contains(decides(place, nullptr, 1s), "a database decided this job's batches and this program has none, so whether batch " + std::to_string(refused) + " was committed is not known"));
    CHECK(place.files.paths() == paths);
    database.refused = 0;
    CHECK(decides(place, &database, 1s).starts_with(std::to_string(refused)));
    CHECK(decides(place, nullptr, 1s).starts_with(std::to_string(database.row.seq + 1)));  // it had all
  }
}

TEST_CASE("checkpointer: a database comes back that others decided without: refused, however often, and the program without it goes on") {
  Place place;
  Database database;
  CHECK(decides(place, &database, 2s) == "1 2 ");
  for (int unfinished = 0; unfinished < 3; ++unfinished) static_cast<void>(database.claim("job"));  // by processes that died: its epochs are ahead
  CHECK(decides(place, nullptr, 2s, {.snapshotEvery = 1}) == "3 4 ");
  for (int again = 0; again < 3; ++again) CHECK(contains(decides(place, &database, 1s), "the database ends with batch 2, and the job went on to batch 4 without it"));
  CHECK(decides(place, nullptr, 3s, {.snapshotEvery = 1}) == "5 6 7 ");
  CHECK(contains(decides(place, &database, 1s), "the database ends with batch 2, and"));
}

TEST_CASE("checkpointer: a job that has its database's word is not ended by a start with another, empty directory, which is refused") {
  Place place;
  Database database;
  CHECK(decides(place, &database, 2s) == "1 2 ");
  const std::uint64_t epoch = database.row.epoch;
  Place other;
  CHECK(contains(decides(other, &database, 1s), "the database has committed up to batch 2 of this job, and the directory is empty: one of them was lost or belongs to another job"));
  CHECK(database.row.epoch == epoch);
  CHECK(decides(place, &database, 1s) == "3 ");
}

/// All but the lock, which whoever holds it keeps.
std::map<std::string, std::string> filesOf(const Place& place) {
  std::map<std::string, std::string> files;
  for (const std::string& path : place.files.paths())
    if (path.starts_with("/checkpoint/") && path != "/checkpoint/LOCK") files[path] = place.files.content(path);
  return files;
}
void putAll(const std::map<std::string, std::string>& files, Place& place) {
  for (const std::string& path : filesOf(place) | std::views::keys) place.files.remove(path);
  for (const auto& [path, content] : files) place.files.put(path, content);
}

TEST_CASE("checkpointer: a checkpoint that cannot be read does not begin anew where the database has batches of it, but where it has none") {
  Place place;
  Database database;
  CHECK(decides(place, &database, 2s) == "1 2 ");
  place.files.damage("/checkpoint/journal-1-1.log", 45);
  const auto before = filesOf(place);
  const std::uint64_t epoch = database.row.epoch;
  const CheckpointOptions anew{.repeats = 0, .createOnError = true};
  const std::string refusal = decides(place, &database, 1s, anew);
  CHECK(contains(refusal, "it cannot be read, and cannot begin anew, since the database has committed up to batch 2 of this job: dstream: checkpoint: /checkpoint/journal-1-1.log, byte "));
  CHECK(filesOf(place) == before);
  CHECK(database.row.epoch == epoch);
  Database empty;
  CHECK(decides(place, &empty, 2s, anew) == "1 2 ");
  CHECK(place.files.exists("/checkpoint/unreadable-1-journal-1-1.log"));
  place.files.damage("/checkpoint/journal-1-1.log", 45);  // of epoch 1 once more
  const std::string first = place.files.content("/checkpoint/unreadable-1-journal-1-1.log");
  Database another;
  CHECK(decides(place, &another, 2s, anew) == "1 2 ");
  CHECK(place.files.content("/checkpoint/unreadable-1-journal-1-1.log") == first);
  CHECK(place.files.exists("/checkpoint/unreadable-2-journal-1-1.log"));
  CHECK(decides(place, &another, 1s) == "3 ");
}

TEST_CASE("checkpointer: beside a database that was lost a job begins anew, and shows nothing that an earlier one left staged") {
  for (const bool damaged : {false, true}) {
    CAPTURE(damaged);
    Place place;
    const auto live = [&](Database& database) {
      Run run(place, {.repeats = 0, .createOnError = true});
      const auto words = run.words();
      words | saveAsTextFiles("/out/w", "", {.skipEmpty = true});
      words | IntoDatabase{&database};
      run.start();
      if (database.refused != 0) place.files.put("/in/old", "old\n");
      place.world.advance(2s);
    };
    Database lost;
    lost.refused = 1;
    lost.beforeRefusal = [&] { place.files.stopAt({.call = place.files.calls() + 1, .how = testing::StopPoint::How::Kill}); };
    live(lost);
    place.files.restart();
    const auto paths = place.files.paths();
    REQUIRE(std::ranges::any_of(paths, [](const std::string& path) { return path.starts_with("/out/"); }));  // the stage
    if (damaged) {
      place.files.damage("/checkpoint/journal-1-1.log", 45);
    } else {
      for (const std::string& path : paths)
        if (path.starts_with("/checkpoint/")) place.files.remove(path);
    }
    place.files.remove("/in/old");
    Database fresh;
    live(fresh);
    CHECK(fresh.row.seq == 2);
    CHECK(std::ranges::none_of(place.files.paths(), [](const std::string& path) { return path.starts_with("/out/w"); }));
  }
}

TEST_CASE("checkpointer: nor by a start with a copy of its directory of an earlier time") {
  Place place;
  Database database;
  CHECK(decides(place, &database, 2s) == "1 2 ");
  Place other;
  putAll(filesOf(place), other);
  CHECK(decides(place, &database, 1s) == "3 ");
  const std::uint64_t epoch = database.row.epoch;
  CHECK(contains(decides(other, &database, 1s), "the database and the journal disagree, it has committed batch 3 and the journal ends with 2"));
  CHECK(database.row.epoch == epoch);
  CHECK(decides(place, &database, 1s) == "4 ");
}

TEST_CASE("checkpointer: what an older process has committed after the first look is found") {
  Place place;
  Database database;
  CHECK(decides(place, &database, 2s) == "1 2 ");
  const auto files = filesOf(place);
  const Decider::Position row = database.row;
  CHECK(decides(place, &database, 1s) == "3 ");
  const auto laterFiles = filesOf(place);
  const Decider::Position laterRow = database.row;
  SECTION("in the directory as well") {
    putAll(files, place);
    database.row = row;
    database.beforeClaim = [&] {
      putAll(laterFiles, place);
      database.row = laterRow;
    };
    CHECK(decides(place, &database, 1s) == "4 ");
  }
  SECTION("in the database only") {
    putAll(files, place);
    database.row = row;
    database.beforeClaim = [&] { database.row = laterRow; };
    CHECK(contains(decides(place, &database, 1s), "it has committed batch 3 and the journal ends with 2"));
  }
  SECTION("where the directory was empty") {
    putAll({}, place);
    database.row = {};
    database.beforeClaim = [&] { database.row = laterRow; };
    CHECK(contains(decides(place, &database, 1s), "the directory is empty"));
  }
}

TEST_CASE("checkpointer: each segment says that a database decides before it says anything else") {
  Place place;
  Database database;
  CHECK(decides(place, &database, 5s, {.snapshotEvery = 1}) == "1 2 3 4 5 ");
  CHECK(decides(place, &database, 3s, {.snapshotEvery = 1}) == "6 7 8 ");
  std::size_t segments = 0;
  for (const std::string& path : place.files.paths()) {
    if (!path.starts_with("/checkpoint/journal-")) continue;
    const std::string bytes = place.files.content(path);
    detail::RecordReader reader(bytes, detail::journalMark, path);
    CHECK(reader.next()->kind == detail::RecordKind::Epoch);
    const auto second = reader.next();
    REQUIRE(second);
    CHECK(second->kind == detail::RecordKind::Known);
    CHECK(second->payload.empty());
    ++segments;
  }
  CHECK(segments >= 2);
}

TEST_CASE("checkpointer: snapshots may be as rare as can be said") {
  for (const std::uint64_t every : {std::uint64_t{1}, ~std::uint64_t{0} - 1, ~std::uint64_t{0}}) {
    Place place;
    Run run(place, {.snapshotEvery = every});
    run.words() | saveAsTextFiles("/out/w");
    run.start();
    place.world.advance(5s);
    CHECK(run.told.all<SnapshotWritten>().empty() == (every != 1));
  }
}

TEST_CASE("checkpointer: a journal that cannot be written ends the stream, and nothing that was committed is lost") {
  for (const char* operation : {"write", "sync"}) {
    CAPTURE(operation);
    Place place;
    std::vector<std::string> out;
    {
      Run run(place);
      run.words() | mapWithState(StateSpec::function<long>(running)).named("states") | saveAsTextFiles("/out/w").named("files");
      run.start();
      place.files.put("/in/1", "a\n");
      place.world.advance(1s);
      place.files.put("/in/2", "a\n");
      place.files.failNext(operation, "/checkpoint/journal-1-1.log");
      place.files.failNext(operation, "/checkpoint/journal-1-1.log.tmp");
      place.world.advance(3s);
      CHECK_THROWS_AS(run.stream.awaitTermination(), FileError);
    }
    Run run(place);
    std::string last;
    run.words() | mapWithState(StateSpec::function<long>(running)).named("states") | saveAsTextFiles("/out/w").named("files");
    run.start();
    place.world.advance(2s);
    for (const std::string& path : place.files.paths())
      if (path.find("/part-") != std::string::npos && !place.files.content(path).empty()) out.push_back(place.files.content(path));
    std::sort(out.begin(), out.end());
    CHECK(out == std::vector<std::string>{"(a,1)\n", "(a,2)\n"});
  }
}

TEST_CASE("checkpointer: a stop that could not commit its last unit was not graceful, and the error is kept") {
  for (const bool fails : {false, true}) {
    Place place;
    Run run(place, {.commitEvery = 100});
    run.words() | saveAsTextFiles("/out");
    run.start();
    place.files.put("/in/1", "a");
    place.world.advance(2s);
    if (fails) place.files.failNext("sync", "/checkpoint/journal-1-1.log.tmp");
    CHECK(run.stream.stop(false, true).graceful != fails);
    CHECK(run.told.all<Warning>().size() == (fails ? 1U : 0U));
    if (fails) CHECK_THROWS_AS(run.stream.awaitTermination(), FileError);
    if (!fails) CHECK_NOTHROW(run.stream.awaitTermination());
  }
}

TEST_CASE("checkpointer: a window that is new to a checkpoint goes back with a batch that failed, also where none was committed before") {
  enum class Fails { Never, InTransform, InOutput };
  const auto sums = [](Fails fails) {
    Place place;
    std::map<std::uint64_t, long> all;
    for (const bool withWindow : {false, true}) {
      Run run(place, {.allowNew = true});
      int failures = 0;
      const auto once = [&](const Batch& batch) {
        if (withWindow && batch.seq == 2 && failures++ == 0) throw std::runtime_error("once");
      };
      const auto lengths = run.stream.textFileStream("/in").named("in") | transform([&, fails](const auto& lines, const Batch& batch) {
                             if (fails == Fails::InTransform) once(batch);
                             return lines | map([](auto line) { return static_cast<long>(line.size()); });
                           });
      lengths | foreachRDD([&](const auto& batch) {
        if (fails == Fails::InOutput) once(batch.batch());
      });
      if (withWindow)
        lengths | reduceByWindow(plus, 3s, 1s).named("sum") | foreachRDD([&](const auto& batch) {
          for (const long sum : batch.collect()) all[batch.batch().seq] = sum;
        });
      run.start();
      if (withWindow) {
        place.files.put("/in/a", "1234567\n");
        place.world.advance(1s);
        place.files.put("/in/b", "12\n");
        place.world.advance(4s);
      }
      run.stream.stop(true, false);
    }
    return all;
  };
  const auto right = sums(Fails::Never);
  CHECK(right.size() >= 3);
  CHECK(sums(Fails::InTransform) == right);
  CHECK(sums(Fails::InOutput) == right);
}

}  // namespace
