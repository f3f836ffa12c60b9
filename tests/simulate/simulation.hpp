// SPDX-License-Identifier: BSL-1.0
#pragma once
// One seed: a random job that lives through many processes, each of which ends in its own way, on
// one disk and one clock.

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>
#include <dstream/testing/sqlite_disk.hpp>
#include <dstream/testing/world.hpp>

#include "simulate/allocations.hpp"
#include "simulate/durability.hpp"
#include "simulate/faults.hpp"
#include "simulate/job.hpp"
#include "simulate/ledger.hpp"
#include "simulate/reception.hpp"
#include "simulate/server.hpp"

namespace simulate {

using dstream::FileError;
using dstream::testing::FileCall;
using dstream::testing::Random;
using dstream::testing::StopPoint;

// Where a run stood, for whoever finds it hanging: read by a signal handler.
struct LastCall {
  static inline char text[200] = "nothing";

  static void note(const FileCall& call) {
    std::size_t at = 0;
    for (const std::string_view part : {call.operation, std::string_view(" "), call.path}) at += part.copy(text + at, sizeof text - 1 - at);
    text[at] = '\0';
  }
};

class Simulation {
 public:
  // A random job and its random fate.
  Simulation(std::uint64_t seed, Hits& hits)
      : Simulation(Random(seed * 0x9e3779b97f4a7c15ULL + 1), hits, std::nullopt) {
    turn_ = seed * 7;
    batches_ = random_.below(100) == 0 ? 2000 : geometric(30);
    options_.commitEvery = random_.below(3) == 0 ? 1 + random_.below(3) : 1;
    options_.snapshotEvery = random_.below(4) == 0 ? 10'000 : 1 + random_.below(1500);
    options_.repeats = static_cast<std::uint32_t>(random_.below(4));
    world_.shuffleSteps(random_());
    if (random_.below(2) == 0) world_.shuffleTasks(random_());
  }
  // A random job of this sort, and its random fate.
  Simulation(std::uint64_t seed, std::string_view sort, Hits& hits) : Simulation(Random(seed * 0x9e3779b97f4a7c15ULL + 2), hits, sort) {
    batches_ = geometric(20);
    options_.commitEvery = random_.below(4) == 0 ? 1 + random_.below(3) : 1;
    options_.snapshotEvery = random_.below(4) == 0 ? 10'000 : 1 + random_.below(1500);
    options_.repeats = static_cast<std::uint32_t>(random_.below(4));
    world_.shuffleSteps(random_());
    if (random_.below(2) == 0) world_.shuffleTasks(random_());
  }
  // This job, short, the same each time.
  Simulation(const Job& job, Hits& hits) : Simulation(Random(7), hits, job) {
    batches_ = 5;
    options_.snapshotEvery = 200;
    options_.repeats = 1;
    jumps_ = false;
  }

  std::vector<std::string> run() {
    if (job_.kind == Kind::Database && random_.below(4) != 0) beginWithHotJournal();
    while (batches_ > 0 && ledger_.violations.empty()) {  // a job that cannot start would never end
      const Life life = randomLife();
      if (life.step != nullptr && *life.step == stageRemove) process(lifeOf(Fault::KillAfter, stageSync));
      process(life);
    }
    return settle();
  }
  // Nothing fails, and one process does it all.
  std::vector<std::string> runCalm() { return settle(); }
  // One call fails or is the last of the first process; what comes then is calm.
  std::vector<std::string> runWith(Fault fault, std::uint64_t call, std::uint64_t calls = 1) {
    Life life;
    life.fault = fault;
    life.call = call;
    life.calls = calls;
    life.patience = batches_ + 2;
    process(life);
    return settle();
  }
  // One allocation of the first process fails.
  std::vector<std::string> runShortOfMemory(std::uint64_t allocation) {
    Life life;
    life.allocation = allocation;
    life.ticks = batches_ + 2;
    process(life);
    return settle();
  }
  // The call of the fault was made.
  [[nodiscard]] bool reached() const { return reached_; }
  // Tells what happens, to find out what went wrong.
  void tellAll() { loud_ = true; }
  [[nodiscard]] std::uint64_t trace() const { return trace_; }
  [[nodiscard]] std::uint64_t ticks() const { return ticks_; }

 private:
  enum class End { Fault, Throw, Stop, GracefulStop };

  struct Life {
    End end = End::GracefulStop;
    std::size_t ticks =
        0;  // before its end begins; 0: the end may come at any call, the first ones too
    std::optional<Fault> fault;
    const Step* step = nullptr;    // of the protocol, that the fault meets; null: any
    std::optional<std::size_t> pair{};  // of fault and step, whose turn it is
    std::uint64_t call = 0;        // of these: which one, counted from when the fault is armed
    std::uint64_t calls = 1;       // that fail
    std::size_t patience = 30;     // ticks, for the fault
    std::uint64_t allocation = 0;  // the one that fails, of those from the start on
    bool calm = false;
  };

  Simulation(Random random, Hits& hits, std::string_view sort) : Simulation(random, hits, randomJob(sort, random)) {}
  Simulation(Random random, Hits& hits, std::optional<Job> job)
      : random_(random), hits_(hits), job_(job ? *job : randomJob()), ledger_(job_) {
    if (job_.source != Source::Files) receive();
    if (job_.kind == Kind::Server) server_.emplace(world_.files(), ledger_, random_());
    auto& files = world_.files();
    files.makeDirectory("/in");
    files.makeDirectory("/out");
    files.makeDirectory("/db");
    files.syncDirectory("/");
    files.onCall([this](const FileCall& call) { onCall(call); });
  }

  Job randomJob() {
    Job job;
    job.kind = static_cast<Kind>(std::min<std::size_t>(random_.below(5), 3));  // the steps of a database are met there alone
    job.hasEffect = random_.below(2) == 0;
    return job;
  }
  // "log": what a plain sender sends; "resumable", "resumable-log", "frames": one that goes on where it is told;
  // "server": files into PostgreSQL.
  static Job randomJob(std::string_view sort, Random random) {
    Job job;
    job.kind = static_cast<Kind>(random.below(4));
    job.hasEffect = random.below(2) == 0;
    if (sort == "server") return {.kind = Kind::Server, .hasEffect = job.hasEffect};
    job.source = sort == "log" ? Source::Socket : sort == "frames" ? Source::Frames : Source::Resumable;
    job.socket.firstRetry = 50ms;
    job.socket.lastRetry = 500ms;
    job.socket.failAfter = random.below(4) == 0 ? 1 + random.below(5) : 0;
    if (random.below(3) == 0) job.socket.idleTimeout = 5s;
    const bool logs = sort == "log" || sort == "resumable-log" || (sort == "frames" && random.below(2) == 0);
    if (logs) job.socket.logBytes = std::uint64_t{1 + random.below(2)} << 16;
    return job;
  }
  void receive() {
    configuration_.blockBytes = std::size_t{256} << random_.below(4);
    configuration_.maxRecordBytes = longestLine;
    configuration_.blockMemory = 4 * longestLine + 8192 * random_.below(4);
    if (random_.below(3) == 0) configuration_.maxBatchBytes = 2000 + random_.below(8000);
    reception_.emplace(world_, ledger_, job_, random_());
  }
  Life randomLife() {
    constexpr std::array others{End::Throw, End::Stop, End::GracefulStop};
    Life life;
    life.end = random_.below(8) != 0 ? End::Fault : others[random_.below(others.size())];
    life.ticks = random_.below(4) != 0 ? 0 : geometric(2);
    life.calls = 1 + random_.below(3);
    if (life.end != End::Fault) return life;
    life.fault = static_cast<Fault>(random_.below(faultNames.size()));
    if (random_.below(12) == 0)
      life.call = 1 + random_.below(80);
    else
      aim(life);
    return life;
  }
  // Pairs of a fault and a step take turns, also from seed to seed, so that none is rare; those of a database and of a
  // receive log more often, since few jobs have one.
  void aim(Life& life) {
    constexpr std::size_t kinds = faultNames.size();
    constexpr std::size_t others = steps.size() - databaseSteps - logSteps;
    std::size_t first = 0;
    std::size_t count = others;
    if (job_.socket.logBytes != 0 && random_.below(2) == 0) {
      first = others + databaseSteps;
      count = logSteps;
    } else if (job_.kind == Kind::Database && random_.below(3) != 0) {
      first = others;
      count = databaseSteps - 1;  // all but databaseOpen
    }
    const std::size_t pair = missed_ ? *missed_ : turn_++ * 61 % (kinds * count) + kinds * first;
    life.fault = static_cast<Fault>(pair % kinds);
    life.step = &steps[pair / kinds];
    life.pair = pair;
    // Most are met once at the start of a process, or once in a batch.
    life.call = missed_ || random_.below(life.step->rare ? 10 : 3) != 0 ? 1 : 1 + random_.below(random_.below(3) == 0 ? 40 : 4);
    life.patience = life.step->rare ? 2 : 6;
    if (life.step->rare) life.ticks = 0;
    if (life.step->part == "snapshot") options_.snapshotEvery = 1 + random_.below(200);
  }
  // A journal that SQLite had not yet removed is opened by the next process, and only while the database is made.
  void beginWithHotJournal() {
    process(lifeOf(Fault::KillAfter, stepNamed("database", "sync"), 3));  // twice the journal's, then the database's
    for (int twice = 0; twice < 2; ++twice) process(lifeOf(static_cast<Fault>(turn_++ % faultNames.size()), databaseOpen));
  }
  static Life lifeOf(Fault fault, const Step& step, std::uint64_t call = 1) {
    Life life;
    life.end = End::Fault;
    life.fault = fault;
    life.step = &step;
    life.call = call;
    life.patience = 2;
    return life;
  }
  std::size_t geometric(double mean) {
    return 1
           + static_cast<std::size_t>(
               -mean * std::log(1 - static_cast<double>(random_() >> 11) * 0x1p-53));
  }

  std::vector<std::string> settle() {
    Life calm;
    calm.calm = true;
    for (int lives = 0; !settled_ && lives < 4; ++lives) {
      // A file whose time is still to come, since the clock was set back, is not taken before.
      const dstream::Nanos ahead = std::max<dstream::Nanos>(0, arrivedAt_ - world_.now(dstream::Clock::Wall));
      calm.ticks = 6 + batches_ + static_cast<std::size_t>(ahead / 1'000'000'000) + (reception_ ? 30 : 0);
      process(calm);
    }
    ledger_.require(settled_, "(10) it does not come to rest although nothing fails any more");
    leftovers();
    if (reception_) ledger_.mayLack(reception_->lost());
    if (server_) {
      server_->settle();
      ledger_.serverHas(server_->log(), server_->dead(), server_->totals());
    }
    ledger_.close(world_.files());
    return ledger_.violations;
  }

  // --- one process ---

  void process(const Life& life) {
    auto& files = world_.files();
    ++lives_;
    armed_ = {};
    throwing_ = 0;
    ending_ = false;
    durability_.processBegins();
    std::size_t errors = 0;
    std::size_t waited = 0;
    bool graceful = false;
    if (reception_) reception_->processBegins(life.calm);
    if (server_) serverBegins(life.calm);
    if (life.ticks == 0 || life.allocation != 0) arm(life);
    try {
      const Scarce scarce(life.allocation);
      dstream::Context context("local[2]", "simulated", configuration_, world_);
      StreamingContext stream(context, 1s);
      const Ending ending{ending_};
      stream.addStreamingListener([this](const dstream::Event& event) {
        const Allocations::Suspended suspended;
        note(dstream::describe(event));
        if (const auto* completed = event.as<dstream::BatchCompleted>(); completed != nullptr && !completed->info.cutShort)
          batchCompleted(completed->info.batch);
        if (event.as<dstream::SnapshotWritten>() != nullptr) durability_.snapshotWritten();
        if (event.as<dstream::Warning>() != nullptr) durability_.snapshotFailed();
      });
      stream.checkpoint("/job", options_);
      const auto did = [this](Effect effect) {
        const Allocations::Suspended suspended;
        if (!world_.files().stopped()) ledger_.did(std::move(effect));
      };
      build(stream, job_, did, [this](std::uint64_t id) { return throws(id); });
      stream.start();
      const bool ends = life.end == End::Stop || life.end == End::GracefulStop;
      for (std::size_t ticks = life.ticks;
           errors == 0 && !files.stopped() && waited < life.patience;) {
        if (ticks == 0 && ends && !life.fault) break;
        if (ticks == 0 && !armed_.now) arm(life);
        if (ticks > 0) --ticks;
        if (armed_.now) ++waited;
        errors += tick(stream) ? 0 : 1;
      }
      if (!files.stopped() && life.end == End::GracefulStop) {
        graceful = stream.stop(false, true).graceful;
        if (graceful && errors == 0) durability_.stoppedGracefully();
        settled_ = life.calm && graceful && errors == 0;
      }
    } catch (const std::exception& error) {
      note(error.what());
      if (std::string_view(error.what()).find("does not become quiet") != std::string_view::npos)
        ledger_.violated("(10) it goes on for ever after " + std::string(LastCall::text));
      else if (!files.stopped() && armed_.text.empty() && !excused() && !(server_ && server_->outage()))
        ledger_.violated(std::string("(10) a process failed although nothing was made to fail: ")
                         + error.what());
    }
    if (life.allocation != 0) armed_.hit = Allocations::count >= life.allocation;
    if (reception_) reception_->processEnds(graceful, files.stopped());
    if (server_) server_->processEnds();
    if (errors != 0 && !files.stopped() && !armed_.hit && !excused())
      ledger_.violated("(10) a process ended by itself although nothing was made to fail: " + error_);
    // A window takes a batch in as it comes, and again when somebody asks for it, with memory then.
    const bool windowed = life.allocation != 0 && job_.kind == Kind::Window;
    if (armed_.asked && graceful && errors == 0) armed_.triedAgain = true;
    const bool unseen = armed_.hit && !windowed && !armed_.text.empty() && !armed_.seen && !armed_.triedAgain && !files.stopped();
    if (unseen) ledger_.violated("(12) nobody heard of an injected fault: " + armed_.text + " at " + armed_.where);
    if (files.stopped() || random_.below(2) == 0) ledger_.look(files);
    reached_ = reached_ || armed_.hit;
    if (life.pair) missed_ = armed_.hit || missed_ ? std::nullopt : life.pair;
    if (loud_)
      std::printf("process %zu has ended, %s\n", lives_,
                  !files.stopped() ? "by itself"
                  : armed_.fault   ? faultNames[static_cast<std::size_t>(*armed_.fault)]
                                   : "");
    ledger_.require(files.openFiles() == 0, "(11) ", files.openFiles(), " files are left open");
    ledger_.require(world_.actors() == 0, "(11) an actor is left");
    if (!files.stopped()) leavesNothing(graceful);
    files.restart();
    if (!life.calm && jumps_) downtime();
  }

  void batchCompleted(const dstream::Batch& batch) {
    armed_.triedAgain = armed_.triedAgain || armed_.asked;
    durability_.completed(batch.seq, batch.time.milliseconds(), options_.commitEvery);
    if (reception_) reception_->completed();
  }
  // What happened outside of the process may end it.
  [[nodiscard]] bool excused() const {
    if (reception_) return reception_->excuses();
    return server_ && (server_->refused() || server_->fenced() || (server_->outage() && options_.commitEvery > 1));
  }
  void serverBegins(bool calm) {
    server = &*server_;
    server_->processBegins(lives_, calm, [this] {
      const auto how = random_.below(2) == 0 ? StopPoint::How::Kill : StopPoint::How::PowerLoss;
      world_.files().stopNow(how, random_());
    });
  }

  // Goes before the stream does.
  struct Ending {
    bool& begun;
    ~Ending() { begun = true; }
  };
  // While it lives allocations count.
  struct Scarce {
    explicit Scarce(std::uint64_t allocation) {
      Allocations::count = 0;
      Allocations::failAt = allocation;
      Allocations::counting = allocation != 0;
    }
    Scarce(const Scarce&) = delete;
    Scarce& operator=(const Scarce&) = delete;
    ~Scarce() { Allocations::counting = false; }
  };

  // False when the stream has ended by itself.
  bool tick(StreamingContext& stream) {
    if (batches_ > 0) {
      --batches_;
      arrive();
      if (jumps_ && random_.below(40) == 0) jump();
    }
    ++ticks_;
    world_.advance(1s);
    if (world_.files().stopped()) return false;
    if (server_) server_->mayBeFenced();
    try {
      return !stream.awaitTerminationOrTimeout(std::chrono::nanoseconds(0));
    } catch (const std::exception& error) {
      note(error.what());
      error_ = error.what();
      return false;
    }
  }

  void arrive() {
    const Allocations::Suspended suspended;
    if (reception_) return send();
    for (std::size_t files = random_.below(3); files > 0; --files) {
      std::string content;
      for (std::size_t lines = 1 + random_.below(4); lines > 0; --lines) {
        std::string line =
            std::string(1, static_cast<char>('a' + random_.below(6))) + " " + std::to_string(++id_);
        content += line + "\n";
        ledger_.arrived(std::move(line));
      }
      std::string number = std::to_string(++file_);
      number.insert(0, 7 - number.size(), '0');
      world_.files().put("/in/" + number, std::move(content));
      arrivedAt_ = std::max(arrivedAt_, world_.now(dstream::Clock::Wall));
    }
  }
  void send() {
    for (std::size_t lines = random_.below(6); lines > 0; --lines) {
      std::string line = std::string(1, static_cast<char>('a' + random_.below(6))) + " " + std::to_string(++id_);
      if (random_.below(2) == 0) line += " " + std::string(random_.below(random_.below(3) == 0 ? longestLine - 100 : 30), 'x');
      reception_->arrive(line);
      ledger_.arrived(std::move(line));
    }
  }
  void jump() {
    const auto now = world_.now(dstream::Clock::Wall);
    world_.setWall(now + (static_cast<std::int64_t>(random_.below(40)) - 10) * 1'000'000'000);
  }
  void downtime() {
    if (random_.below(3) == 0) arrive();
    if (random_.below(3) == 0) world_.advance(std::chrono::milliseconds(random_.below(30'000)));
    if (random_.below(20) == 0) jump();
    if (random_.below(8) == 0) rot();
  }
  // The disk forgets a bit of the newest snapshot, and the one before it must do.
  void rot() {
    auto& files = world_.files();
    const auto snapshots = durability_.snapshots();
    if (snapshots.empty() || durability_.written() < 2) return;  // of two that were written one is enough
    durability_.forgetWritten();
    const std::string& newest = snapshots.rbegin()->second;
    files.damage(newest, random_.below(files.content(newest).size()));
    durability_.damaged(snapshots.rbegin()->first);
    if (loud_) std::printf("%s is damaged\n", newest.c_str());
  }

  // --- faults ---

  struct Armed {
    bool now = false;
    bool hit = false;
    bool seen = false;
    bool triedAgain = false;  // with success, or needed no more
    bool asked = false;       // the database, whether it has committed
    std::optional<Fault> fault;
    const Step* step = nullptr;
    std::uint64_t left = 0;  // calls of the step, its own among them
    std::uint64_t calls = 1;
    std::string text;  // the reason that its error gives; none for what ends the process
    std::string where;
    std::string path;
    std::uint64_t last = 0;  // call that fails
  };

  void arm(const Life& life) {
    armed_.now = true;
    armed_.fault = life.fault;
    if (life.allocation != 0) armed_.text = "bad_alloc";
    if (life.end == End::Throw) {
      armed_.text = "threw on purpose";
      throwing_ = id_ + 1;
    }
    if (!life.fault) return;
    armed_.step = life.step;
    armed_.left = life.call;
    armed_.calls = life.calls;
    if (static_cast<std::size_t>(*life.fault) >= stops) armed_.text = "fault " + std::to_string(lives_) + " of this seed";
  }
  // The call meets the armed fault.
  void strike(const FileCall& call, const Step& step) {
    auto& files = world_.files();
    const auto kind = static_cast<std::size_t>(*armed_.fault);
    armed_.hit = true;
    armed_.where = nameOf(step) + " " + std::string(call.path);
    armed_.path = call.path;
    // SQLite that is closed has nobody to tell: what it cannot do any more the next one does that opens the database.
    armed_.triedAgain = ending_ && step.part == "database";
    armed_.last = call.number + armed_.calls - 1;
    // What was written again is in a batch soon: the end must come before. What a killed process leaves in memory of a file whose sync failed the next one
    // still reads.
    if (reception_ && step.part == "log" && kind >= stops && random_.below(2) == 0) {
      const auto how = random_.below(2) == 0 ? StopPoint::How::Kill : StopPoint::How::PowerLoss;
      files.stopAt({call.number + armed_.calls + random_.below(20), static_cast<StopPoint::When>(random_.below(3)), how, random_()});
    }
    ++hits_[static_cast<std::size_t>(&step - steps.data())][kind];
    if (kind < stops)
      files.stopAt({call.number, static_cast<StopPoint::When>(kind % 3),
                    kind < 3 ? StopPoint::How::PowerLoss : StopPoint::How::Kill, random_()});
    else
      files.failAt(call.number, armed_.calls, *armed_.fault == Fault::IoError ? FileError::Why::Other : FileError::Why::NoSpace, armed_.text);
  }
  // A window takes a batch in as it comes, and again when somebody asks for it: what failed in between was not needed.
  // A database whose COMMIT fails is opened anew and asked: where it has committed, the batch is completed, and there is nothing to tell. A journal that SQLite could not open or
  // remove it opens or removes again.
  void triedAgain(const FileCall& call) {
    if (armed_.where.starts_with("database") && call.path == databasePath && call.operation == "create") armed_.asked = true;
    if ((armed_.where.starts_with("database: remove") || armed_.where.starts_with("database: open")) && call.number > armed_.last
        && call.path == armed_.path && armed_.where.find(call.operation) == std::string("database: ").size())
      armed_.triedAgain = true;
    if (job_.kind == Kind::Window && armed_.where.starts_with("source") && call.number > armed_.last && call.path == armed_.path) armed_.triedAgain = true;
  }
  bool throws(std::uint64_t id) {
    const Allocations::Suspended suspended;
    if (throwing_ == 0 || id < throwing_) return false;
    throwing_ = 0;
    armed_.hit = true;
    armed_.where = "record " + std::to_string(id);
    return true;
  }

  void onCall(const FileCall& call) {
    const Allocations::Suspended suspended;
    mix(call.operation);
    mix(call.path);
    LastCall::note(call);
    if (loud_)
      std::printf("  %llu %s %s\n", static_cast<unsigned long long>(call.number),
                  std::string(call.operation).c_str(), std::string(call.path).c_str());
    durability_.before(call);
    if (reception_) reception_->before(call);
    ledger_.changes(call.to.empty() ? call.path : call.to);
    if (armed_.hit) triedAgain(call);
    if (!armed_.fault || armed_.hit) return;
    const Step* const step = stepOf(call);
    if (step == nullptr) return ledger_.violated("(12) no step of the protocol: " + std::string(call.operation) + " " + std::string(call.path));
    if (armed_.step != nullptr && step != armed_.step) return;
    if (--armed_.left != 0) return;
    strike(call, *step);
  }
  void note(std::string_view text) {
    const Allocations::Suspended suspended;
    mix(text);
    if (loud_) std::printf("%s\n", std::string(text).c_str());
    if (reception_) reception_->heard(text);
    if (!armed_.text.empty() && text.find(armed_.text) != std::string_view::npos) armed_.seen = true;
    // SQLite tells in its own words.
    if (armed_.hit && armed_.where.starts_with("database") && text.find("sqlite: ") != std::string_view::npos) armed_.seen = true;
  }
  void mix(std::string_view text) {
    for (const char byte : text)
      trace_ = (trace_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
  }

  // --- the end ---

  // A process that ended in its own way.
  void leavesNothing(bool graceful) {
    auto& files = world_.files();
    files.onCall([](const FileCall&) {});
    files.failAt(0, 0);
    files.stopAt({0});
    try {
      if (files.exists("/job/LOCK")) static_cast<void>(files.lock("/job/LOCK"));
    } catch (const FileError& error) {
      ledger_.violated(std::string("(11) ") + error.what());
    }
    files.onCall([this](const FileCall& call) { onCall(call); });
    if (graceful && !armed_.hit) leftovers();
  }
  void leftovers() {
    auto& files = world_.files();
    for (const std::string& path : files.paths()) {
      ledger_.require(!path.ends_with(".tmp"), "(11) a temporary file is left: ", path);
      if (path.starts_with("/out/.") && std::count(path.begin(), path.end(), '/') > 2)
        ledger_.violated("(11) a stage is left: " + path);
    }
  }

  Random random_;
  Hits& hits_;
  dstream::testing::World world_;
  dstream::testing::SqliteDisk sqlite_{world_.files()};
  Job job_;
  dstream::CheckpointOptions options_;
  Ledger ledger_;
  Durability durability_{world_.files(), ledger_};
  dstream::Configuration configuration_{.stopOnSignals = false, .defaultListener = false};
  std::optional<Reception> reception_;
  std::optional<Server> server_;
  std::string error_;  // that ended the last process
  Armed armed_;
  std::uint64_t turn_ = 0;             // of pairs of a fault and a step
  std::optional<std::size_t> missed_;  // the pair that did not meet; it has one more try
  std::size_t batches_ = 0;
  dstream::Nanos arrivedAt_ = 0;  // the latest
  std::size_t lives_ = 0;
  bool settled_ = false;
  bool reached_ = false;
  bool jumps_ = true;
  bool loud_ = false;
  bool ending_ = false;
  std::uint64_t ticks_ = 0;
  std::uint64_t throwing_ = 0;
  std::uint64_t id_ = 0;
  std::uint64_t file_ = 0;
  std::uint64_t trace_ = 0xcbf29ce484222325ULL;
};

}  // namespace simulate
