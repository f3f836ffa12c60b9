// SPDX-License-Identifier: BSL-1.0
#pragma once
// Resumption: where in all that a sender sends a receiver, its batches and its log stand; and the talk with a sender that can be told where to go on.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/checkpoint/receive_log.hpp>
#include <dstream/core/atomic.hpp>
#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/sources/framing.hpp>
#include <dstream/sources/planned.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/persistent.hpp>

namespace dstream::inline v0::detail {

/// **meaning** the conversation with a sender, in text, so that a sender is a few lines in any language. The receiver sends the offset of the byte it wants next,
/// in decimal, and LF; the sender answers with the same line, and sends its bytes from there on. Each later line of the receiver is an offset too: no byte before
/// it will be asked for again. An answer is demanded because a server that ignores what it is told would have its bytes counted twice.
/// **threads** the receiver's lane; settled: any.
template <class Use = OnUse>
class BasicResumeTalk {
  using Status = Transfer::Status;

 public:
  void begin(std::uint64_t from) {
    expected_ = std::to_string(from) + '\n';
    pending_ = expected_;
    answer_.clear();
    error_.clear();
    told_ = 0;
  }

  /// Bytes: both agree where the sender begins. Error: of the connection, or of `error`.
  Status greet(Connection& connection) {
    if (answer_.size() == expected_.size()) return Status::Bytes;
    if (const Status said = say(connection); said != Status::Bytes) return said;
    while (answer_.size() < expected_.size()) {
      char byte = 0;
      const Transfer transfer = connection.read(&byte, 1);  // what is behind the line is not ours
      if (transfer.status == Status::Fin) return wrong("closed the connection before it said where it begins");
      if (transfer.status != Status::Bytes) return transfer.status;
      answer_ += byte;
      if (!expected_.starts_with(answer_)) return wrong("did not answer that it goes on at byte " + expected_.substr(0, expected_.size() - 1) + ": it cannot, or has that byte no more");
    }
    return Status::Bytes;
  }
  /// Tells what is settled; an error shows at the next read.
  void tell(Connection& connection) {
    const std::uint64_t settled = settled_.load(memory_order_acquire);  // partner: the release in settle
    if (pending_.empty() && settled > told_) {
      told_ = settled;
      pending_ = std::to_string(settled) + '\n';
    }
    static_cast<void>(say(connection));
  }
  void settle(std::uint64_t position) { settled_.store(position, memory_order_release); }

  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  Status say(Connection& connection) {
    while (!pending_.empty()) {
      const Transfer transfer = connection.write(pending_.data(), pending_.size());
      if (transfer.status != Status::Bytes) return transfer.status;
      pending_.erase(0, transfer.bytes);
    }
    return Status::Bytes;
  }
  Status wrong(const std::string& what) {
    error_ = "the sender " + what;
    return Status::Error;
  }

  std::string expected_;
  std::string answer_;
  std::string pending_;
  std::string error_;
  std::uint64_t told_ = 0;
  Atomic<std::uint64_t> settled_{0};
};
using ResumeTalk = BasicResumeTalk<>;

/// **meaning** positions in all that the sender ever sends: where each batch ends, what of it is committed, where a batch that comes again must end. A sender that
/// cannot be told them is not talked to; without a log they have no meaning then and are in no checkpoint.
/// **threads** what Persistent asks: before the lanes run, then the jobs lane; the rest the receiver's lane, but for `committed`, the jobs lane.
template <class Use = OnUse>
class BasicResumption final : public Persistent {
  using MaybeEnd = Deferred<std::optional<std::uint64_t>, Use>;

 public:
  explicit BasicResumption(bool talks, bool logs) : talks_(talks), logs_(logs) {}

  /// A receiver under a checkpoint begins when it is known where to go on.
  void start(BasicRuntime<Use>& runtime, Actor& receiver, const std::string& name, std::uint64_t logBytes) {
    runtime_ = &runtime;
    receiver_ = &receiver;
    if (logs_) {
      if (runtime.checkpoint.empty()) throw std::invalid_argument("dstream: receiver " + name + ": a receive log needs a checkpoint directory: call checkpoint(\"…\") of the stream");
      log_.emplace(runtime, receiver, name, logBytes);
    }
    if (!runtime.repeats || !keeps()) runtime.world.spawn(receiver, Lane::Io);
  }
  /// Null: there is none.
  [[nodiscard]] BasicReceiveLog<Use>* log() { return log_ ? &*log_ : nullptr; }
  [[nodiscard]] const BasicReceiveLog<Use>* log() const { return log_ ? &*log_ : nullptr; }

  /// A new connection: gives the byte that it begins with; all before `position` have come.
  std::uint64_t connect(std::uint64_t position) {
    const std::uint64_t from = reached(position);
    if (talks_) talk_.begin(from);
    return from;
  }
  [[nodiscard]] std::uint64_t behind(std::uint64_t position) const { return position > restored_ ? position : restored_; }
  /// The same of what lies in the log too.
  [[nodiscard]] std::uint64_t reached(std::uint64_t position) const { return behind(position > logged_ ? position : logged_); }
  [[nodiscard]] Transfer::Status greet(Connection& connection) { return talks_ ? talk_.greet(connection) : Transfer::Status::Bytes; }
  [[nodiscard]] const std::string& error() const { return talk_.error(); }
  void tell(Connection& connection) {
    if (!talks_) return;
    if (log_) talk_.settle(log_->durable());
    talk_.tell(connection);
  }

  /// Where batch `seq` ended in an earlier run.
  [[nodiscard]] MaybeEnd endOf(std::uint64_t seq) const {
    for (const auto& [of, end] : again_)
      if (of == seq) return end;
    return std::nullopt;
  }
  /// How many of `bytes` may be read: not beyond such an end, so that a block ends there, and so that no more passes the bound of memory. Where no record does, one:
  /// the sender may have no more.
  [[nodiscard]] std::size_t within(const auto& former, std::size_t bytes) const {
    const auto end = nextEnd(former.position());
    if (!end || *end - former.received() >= bytes) return bytes;
    return *end == former.received() ? 1 : static_cast<std::size_t>(*end - former.received());
  }
  /// After each read. **errors** FramingError: what came is not what had come before.
  void cut(auto& former) const {
    const auto end = nextEnd(former.position());
    if (!end || former.received() < *end) return;
    if (former.received() == *end) {
      if (*end == again_.back().second) runtime_->blocks->favour(*receiver_, false);  // all that must be whole has come
      return former.cut();
    }
    throw FramingError("a batch of an earlier run ended at byte " + std::to_string(*end) + ", where no record ends now: the sender's data are not the same");
  }
  void planned(std::uint64_t seq, std::uint64_t end) {
    if (!keeps()) return;
    if (std::erase_if(again_, [&](const auto& entry) { return entry.first <= seq; }) != 0 && again_.empty()) runtime_->blocks->favour(*receiver_, false);
    ends_.add(seq, end);
  }
  /// A batch that comes again ends here.
  [[nodiscard]] bool ends(std::uint64_t position) const {
    for (const auto& entry : again_)
      if (entry.second == position) return true;
    return false;
  }
  void committed(std::uint64_t seq) {
    if (const auto end = ends_.look(seq)) position_ = *end;
    if (!runtime_->repeats && keeps()) settled();
  }
  void forget(std::uint64_t seq) { ends_.forget(seq); }
  /// Positions have a meaning: under a checkpoint, what a stop leaves unprocessed comes again in the next run.
  [[nodiscard]] bool keeps() const { return talks_ || logs_; }

  // --- Persistent ---

  [[nodiscard]] Persistent* persistent() { return keeps() ? this : nullptr; }
  [[nodiscard]] std::string schema() const override { return logs_ ? "position in a receive log" : "position in what a sender sends"; }
  [[nodiscard]] bool isSource() const override { return true; }
  void noteChanges() override {
    if (log_) {
      logged_ = log_->open(position_, again_.empty() ? 0 : again_.back().second);
      runtime_->world.spawn(*log_, Lane::Log);
    }
    if (!again_.empty() && !log_ && again_.back().second > restored_) runtime_->blocks->favour(*receiver_, true);
    runtime_->world.spawn(*receiver_, Lane::Io);
  }
  void saveChange(const Batch& batch, std::string& out) override { putNumber(ends_.look(batch.seq).value_or(position_), out); }
  void saveAll(RunnerRef, std::string& out) override { putNumber(position_, out); }
  void restoreAll(std::string_view in, std::string_view, RunnerRef) override { restore(in); }
  void restoreChange(std::string_view in, const Batch&, RunnerRef) override { restore(in); }
  void replan(std::string_view in, const Batch& batch) override { again_.emplace_back(batch.seq, takePosition(in)); }
  void settled() override {
    if (log_) return log_->settle(position_);
    talk_.settle(position_);
    runtime_->world.wake(*receiver_);
  }

 private:
  [[nodiscard]] MaybeEnd nextEnd(std::uint64_t position) const {
    for (const auto& entry : again_)
      if (entry.second > position) return entry.second;
    return std::nullopt;
  }
  static std::uint64_t takePosition(std::string_view in) {
    const auto position = takeNumber<std::uint64_t>(in);
    if (!in.empty()) throw DecodeError("dstream: decode: bytes behind a position");
    return position;
  }
  void restore(std::string_view in) {
    position_ = restored_ = takePosition(in);
    talk_.settle(position_);
  }

  const bool talks_;
  const bool logs_;
  BasicRuntime<Use>* runtime_ = nullptr;
  Actor* receiver_ = nullptr;
  BasicResumeTalk<Use> talk_;
  Deferred<std::optional<BasicReceiveLog<Use>>, Use> log_;
  std::uint64_t logged_ = 0;  // by earlier runs
  std::uint64_t restored_ = 0;
  std::uint64_t position_ = 0;  // behind the last batch that was committed
  Deferred<std::vector<std::pair<std::uint64_t, std::uint64_t>>, Use> again_;  // planned by an earlier run: seq, end
  Deferred<Planned<std::uint64_t>, Use> ends_;
};

}  // namespace dstream::inline v0::detail
