// SPDX-License-Identifier: BSL-1.0
#pragma once
// Resumption: what a receiver knows of a sender that can be told where to go on. NotResumed: of one that cannot.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
class ResumeTalk {
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
    const std::uint64_t settled = settled_.load(std::memory_order_acquire);  // partner: the release in settle
    if (pending_.empty() && settled > told_) {
      told_ = settled;
      pending_ = std::to_string(settled) + '\n';
    }
    static_cast<void>(say(connection));
  }
  void settle(std::uint64_t position) { settled_.store(position, std::memory_order_release); }

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
  std::atomic<std::uint64_t> settled_{0};
};

/// **meaning** positions in all that the sender ever sends: where each batch ends, what of it is committed, where a batch that comes again must end.
/// **threads** what Persistent asks: before the lanes run, then the jobs lane; the rest the receiver's lane, but for `committed`, the jobs lane.
template <class Use = OnUse>
class BasicResumption final : public Persistent {
 public:
  /// A receiver under a checkpoint begins when it is known where to go on.
  void start(BasicRuntime<Use>& runtime, Actor& receiver) {
    runtime_ = &runtime;
    receiver_ = &receiver;
    if (!runtime.repeats) runtime.world.spawn(receiver, Lane::Io);
  }

  /// A new connection: gives the byte that it begins with; all before `position` have come.
  std::uint64_t connect(std::uint64_t position) {
    const std::uint64_t from = behind(position);
    talk_.begin(from);
    return from;
  }
  [[nodiscard]] std::uint64_t behind(std::uint64_t position) const { return position > restored_ ? position : restored_; }
  [[nodiscard]] Transfer::Status greet(Connection& connection) { return talk_.greet(connection); }
  [[nodiscard]] const std::string& error() const { return talk_.error(); }
  void tell(Connection& connection) { talk_.tell(connection); }

  /// Where batch `seq` ended in an earlier run.
  [[nodiscard]] std::optional<std::uint64_t> endOf(std::uint64_t seq) const {
    for (const auto& [of, end] : again_)
      if (of == seq) return end;
    return std::nullopt;
  }
  /// How many of `bytes` may be read: not beyond such an end, so that a block ends there. Where no record does, one: the sender may have no more.
  [[nodiscard]] std::size_t within(const auto& former, std::size_t bytes) const {
    const auto end = nextEnd(former.position());
    if (!end || *end - former.received() >= bytes) return bytes;
    return *end == former.received() ? 1 : static_cast<std::size_t>(*end - former.received());
  }
  /// After each read. **errors** FramingError: what came is not what had come before.
  void cut(auto& former) const {
    const auto end = nextEnd(former.position());
    if (!end || former.received() < *end) return;
    if (former.received() == *end) return former.cut();
    throw FramingError("a batch of an earlier run ended at byte " + std::to_string(*end) + ", where no record ends now: the sender's data are not the same");
  }
  void planned(std::uint64_t seq, std::uint64_t end) {
    std::erase_if(again_, [&](const auto& entry) { return entry.first <= seq; });
    ends_.add(seq, end);
  }
  void committed(std::uint64_t seq) {
    if (const auto end = ends_.look(seq)) position_ = *end;
    if (!runtime_->repeats) settled();
  }
  void forget(std::uint64_t seq) { ends_.forget(seq); }
  /// What a stop leaves unprocessed comes again in the next run.
  [[nodiscard]] bool keeps() const { return runtime_->repeats; }

  // --- Persistent ---

  [[nodiscard]] Persistent* persistent() { return this; }
  [[nodiscard]] std::string schema() const override { return "position in what a sender sends"; }
  [[nodiscard]] bool isSource() const override { return true; }
  void noteChanges() override { runtime_->world.spawn(*receiver_, Lane::Io); }
  void saveChange(const Batch& batch, std::string& out) override { putNumber(ends_.look(batch.seq).value_or(position_), out); }
  void saveAll(RunnerRef, std::string& out) override { putNumber(position_, out); }
  void restoreAll(std::string_view in, std::string_view, RunnerRef) override { restore(in); }
  void restoreChange(std::string_view in, const Batch&, RunnerRef) override { restore(in); }
  void replan(std::string_view in, const Batch& batch) override { again_.emplace_back(batch.seq, takePosition(in)); }
  void settled() override {
    talk_.settle(position_);
    runtime_->world.wake(*receiver_);
  }

 private:
  [[nodiscard]] std::optional<std::uint64_t> nextEnd(std::uint64_t position) const {
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

  BasicRuntime<Use>* runtime_ = nullptr;
  Actor* receiver_ = nullptr;
  ResumeTalk talk_;
  std::uint64_t restored_ = 0;
  std::uint64_t position_ = 0;  // behind the last batch that was committed
  Deferred<std::vector<std::pair<std::uint64_t, std::uint64_t>>, Use> again_;  // planned by an earlier run: seq, end
  Planned<std::uint64_t> ends_;
};

/// **meaning** the same where the sender begins anew with each connection.
template <class Use = OnUse>
class BasicNotResumed {
 public:
  static void start(BasicRuntime<Use>& runtime, Actor& receiver) { runtime.world.spawn(receiver, Lane::Io); }
  static std::uint64_t connect(std::uint64_t position) { return position; }
  [[nodiscard]] static std::uint64_t behind(std::uint64_t position) { return position; }
  [[nodiscard]] static Transfer::Status greet(Connection&) { return Transfer::Status::Bytes; }
  [[nodiscard]] static std::string error() { return {}; }
  static void tell(Connection&) {}
  [[nodiscard]] static std::optional<std::uint64_t> endOf(std::uint64_t) { return std::nullopt; }
  [[nodiscard]] static std::size_t within(const auto&, std::size_t bytes) { return bytes; }
  static void cut(auto&) {}
  static void planned(std::uint64_t, std::uint64_t) {}
  static void committed(std::uint64_t) {}
  static void forget(std::uint64_t) {}
  [[nodiscard]] static bool keeps() { return false; }
  [[nodiscard]] static Persistent* persistent() { return nullptr; }
};

}  // namespace dstream::inline v0::detail
