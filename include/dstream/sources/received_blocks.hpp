// SPDX-License-Identifier: BSL-1.0
#pragma once
// ReceivedBlocks: bytes as they come → whole records in blocks → the blocks of each batch.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/runtime/block.hpp>
#include <dstream/runtime/event.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/sources/planned.hpp>
#include <dstream/sources/resumption.hpp>
#include <dstream/sources/server.hpp>
#include <dstream/stream/batch.hpp>

namespace dstream::inline v0::detail {

/// **meaning** the half of a ByteReceiver that faces the batches: its connection writes by way of `former`, and `plan` gives a batch what has come. Where positions
/// are kept (see resumption.hpp), blocks go through the receive log, if there is one, and end where a batch of an earlier run ended.
/// **threads** the receiver's lane; `blocksOf`: the jobs lane.
template <class Framing, class Use = OnUse>
class BasicReceivedBlocks {
  using Block = BasicBlock<Use>;

 public:
  using Blocks = typename Framing::template Blocks<Use>;
  using Former = typename Framing::template Former<Use>;
  using Ready = std::remove_reference_t<decltype(std::declval<Former&>().ready())>;

  BasicReceivedBlocks(Framing framing, bool resumable, bool logged) : framing_(std::move(framing)), resumption_(resumable, logged) {}

  void start(BasicRuntime<Use>& runtime, Actor& receiver, const std::string& name, std::uint64_t logBytes) {
    runtime_ = &runtime;
    former_.emplace(framing_.template former<Use>(runtime.blocks, runtime.configuration.maxRecordBytes, receiver));
    resumption_.start(runtime, receiver, name, logBytes);
  }

  [[nodiscard]] Former& former() { return *former_; }
  [[nodiscard]] const Former& former() const { return *former_; }
  [[nodiscard]] BasicResumption<Use>& resumption() { return resumption_; }

  /// What a batch may have: all whole records, or, with a log, those of them that are durable. Where connections break, or a log is written, often, there are many
  /// small blocks, each of which holds the memory of a large one: they are put together.
  Ready& ready() {
    if (!resumption_.keeps()) return former_->ready();
    auto* const log = resumption_.log();
    for (auto& fresh = former_->ready(); !fresh.empty(); fresh.pop_front())
      log != nullptr ? log->add(std::move(fresh.front())) : gather(std::move(fresh.front()));
    while (auto block = log == nullptr ? std::nullopt : log->take()) gather(*std::move(block));
    return gathered_;
  }
  /// Up to which position batches can have what came.
  [[nodiscard]] std::uint64_t readyTo() {
    const Ready& there = ready();
    return resumption_.behind(there.empty() ? planned_ : there.back().end);
  }
  /// Up to which position anything came.
  [[nodiscard]] std::uint64_t receivedTo() {
    if (resumption_.keeps()) return resumption_.reached(former_->received());
    std::uint64_t waiting = former_->bytesWaiting();
    for (const Block& block : ready()) waiting += block.text().size();
    return planned_ + waiting;
  }
  [[nodiscard]] bool empty() const {
    return former_->ready().empty() && former_->bytesWaiting() == 0 && gathered_.empty() && (resumption_.log() == nullptr || resumption_.log()->empty());
  }

  /// What the batch has: what an earlier run gave it, or what is ready, at most so many bytes (0: all) but a block at least.
  InputInfo plan(std::size_t id, const Batch& batch, std::size_t mostBytes) {
    const auto again = resumption_.endOf(batch.seq);
    BlockList<Use> blocks;
    planned_ = resumption_.behind(planned_);
    InputInfo info{id, {}, planned_, planned_, 0};
    Ready& there = ready();
    blocks.reserve(there.size());
    while (!there.empty()) {
      const std::size_t bytes = there.front().text().size();
      if (again ? there.front().end > *again : mostBytes != 0 && !blocks.empty() && info.to - info.from + bytes > mostBytes) break;
      info.to = resumption_.keeps() ? there.front().end : info.to + bytes;
      there.front().fit();
      blocks.push_back(std::move(there.front()));
      there.pop_front();
    }
    info.blocks = blocks.size();
    planned_ = info.to;
    resumption_.planned(batch.seq, planned_);
    batches_.add(batch.seq, std::move(blocks));
    return info;
  }
  /// The records of a batch that was planned. One that may be repeated is kept until it is forgotten.
  [[nodiscard]] Blocks blocksOf(const Batch& batch) {
    if (given_ && givenTo_ == batch.seq) return *given_;
    auto planned = batches_.take(batch.seq);
    auto blocks = framing_.template blocks<Use>(planned ? *std::move(planned) : BlockList<Use>{}, runtime_->runner);
    if (runtime_->repeats) {
      given_.emplace(blocks);
      givenTo_ = batch.seq;
    }
    return blocks;
  }
  /// Also what was planned for a batch that could not be formed.
  void forget(const Batch& batch) {
    batches_.forget(batch.seq);
    resumption_.forget(batch.seq);
    given_.reset();
  }

  /// Some of what waits goes: the oldest block, or every other one; gives its bytes. 0: nothing does.
  std::uint64_t dropSome(bool oldest) {
    Ready& there = former_->ready();
    std::uint64_t bytes = 0;
    for (std::size_t i = 0, count = there.size(); i < count; ++i) {
      Block block = std::move(there.front());
      there.pop_front();
      if (oldest ? i == 0 : i % 2 == 0) {
        bytes += block.text().size();
      } else {
        there.push_back(std::move(block));
      }
    }
    return bytes;
  }

  /// All that no batch has goes; gives its bytes.
  std::uint64_t close() {
    std::uint64_t bytes = former_->breakOff();
    Ready& there = ready();
    if (auto* const log = resumption_.log()) {
      runtime_->world.retire(*log);
      bytes += log->close();
    } else {
      for (const Block& block : there) bytes += block.text().size();
    }
    there.clear();
    batches_.clear();
    return bytes;
  }

 private:
  void gather(Block block) {
    const std::string_view text = block.text();
    if (gathered_.empty() || gathered_.back().capacity() - gathered_.back().size < text.size() || resumption_.ends(gathered_.back().end))
      return gathered_.push_back(std::move(block));
    Block& last = gathered_.back();
    std::memcpy(last.data() + last.size, text.data(), text.size());
    last.size += text.size();
    last.end = block.end;
  }

  const Framing framing_;
  BasicRuntime<Use>* runtime_ = nullptr;
  Deferred<std::optional<Former>, Use> former_;
  BasicResumption<Use> resumption_;
  Ready gathered_;  // in no batch yet; where positions are kept
  std::uint64_t planned_ = 0;
  Planned<BlockList<Use>> batches_;
  std::optional<Blocks> given_;  // the jobs lane's: the batch that may come again
  std::uint64_t givenTo_ = 0;
};

}  // namespace dstream::inline v0::detail
