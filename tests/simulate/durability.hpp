// SPDX-License-Identifier: BSL-1.0
#pragma once
// What must be durable before what rests on it is done, and how much may be held: seen from
// outside, call by call.

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

#include <dstream/checkpoint/record_file.hpp>
#include <dstream/testing/files.hpp>

#include "simulate/ledger.hpp"

namespace simulate {

class Durability {
 public:
  Durability(const dstream::testing::Files& files, Ledger& ledger)
      : files_(files), ledger_(ledger) {}

  void processBegins() {
    journal_.clear();
    snapshotWhole_ = false;
    failed_ = 0;
  }
  // With the last batch of a unit what follows a commit is done: what its batches have published is there for good. Which
  // is the last is not known here, but a unit is not longer than this.
  void completed(std::uint64_t seq, std::int64_t time, std::uint64_t unit) {
    times_[seq] = time;
    const auto first = times_.find(seq - unit + 1);
    if (first == times_.end()) return;
    for (const char* sink : sinks) {
      const std::string path = std::string("/out/") + sink + "-" + std::to_string(first->second);
      if (files_.exists(path))
        ledger_.require(files_.durable(path), "(7) batch ", seq, " is completed, and ", path, " is not durable");
    }
  }
  void snapshotWritten() {
    snapshotWhole_ = true;
    ++written_;
  }
  // Snapshots since the disk was damaged.
  [[nodiscard]] std::size_t written() const { return written_; }
  void forgetWritten() { written_ = 0; }
  void snapshotFailed() {
    snapshotWhole_ = false;
    ++failed_;
  }

  // The call is about to be carried out.
  void before(const dstream::testing::FileCall& call) {
    const bool checkpoint = call.path.starts_with("/job/") && !call.path.starts_with("/job/received");
    if (call.operation == "rename") {
      if (call.path.starts_with("/job/journal-"))
        journal_ = call.path.substr(0, call.path.size() - tmp.size());
      if (call.path.starts_with("/out/.")) publishes(std::string(call.path), call.to);
    } else if (checkpoint && call.operation == "remove" && !call.path.ends_with(tmp)) {
      removes(call.path);
    } else if (checkpoint && call.operation == "create"
               && call.path.starts_with("/job/snapshot-")) {
      if (snapshotWhole_) requireTrimmed();
      snapshotWhole_ = false;
    }
  }

  // By seq: the paths.
  [[nodiscard]] std::map<std::uint64_t, std::string> snapshots() const {
    std::map<std::uint64_t, std::string> found;
    for (const std::string& name : files_.names("/job"))
      if (name.starts_with("snapshot-") && !name.ends_with(tmp))
        found[numberAfter(name, '-')] = "/job/" + name;
    return found;
  }

 private:
  static constexpr std::string_view tmp = ".tmp";
  static constexpr const char* sinks[] = {"records", "sums", "largest", "recent", "totals", "running"};
  // A KNOWN is a hint, and never synced by itself.
  static constexpr std::size_t known =
      dstream::detail::RecordLayout::headBytes + dstream::detail::RecordLayout::tailBytes;

  // The number behind the last of these.
  static std::uint64_t numberAfter(std::string_view text, char sign) {
    std::uint64_t number = 0;
    const std::string_view digits = text.substr(text.rfind(sign) + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
  }

  void publishes(const std::string& stage, std::string_view to) {
    published_.emplace(numberAfter(to, '-'), to);
    ledger_.require(files_.durable(stage), "(7) ", stage, " is published, and not durable");
    if (files_.exists(journal_) && files_.unsynced(journal_) > known)
      ledger_.violated("(7) " + stage + " is published before its batch is durable in " + journal_);
  }
  void removes(std::string_view path) {
    if (path.starts_with("/job/journal-") && numberAfter(path, '-') != numberAfter(journal_, '-')) {
      ledger_.require(files_.durable(journal_), "(7) ", path, " is removed before ", journal_, " is durable");
    } else {
      forgets();
    }
  }
  // All that the older of the two newest snapshots has is needed no more.
  void forgets() {
    const auto all = snapshots();
    if (all.size() < 2) return;
    const std::uint64_t older = (++all.rbegin())->first;
    ledger_.require(files_.durable((++all.rbegin())->second),
                    "(7) what snapshot-", older, " stands for is removed before it is durable");
    const auto batch = times_.upper_bound(older);
    if (batch == times_.begin()) return;
    const auto last = published_.upper_bound(static_cast<std::uint64_t>(std::prev(batch)->second));
    for (auto of = published_.begin(); of != last; of = published_.erase(of))
      if (files_.exists(of->second))
        ledger_.require(files_.durable(of->second), "(7) what ", of->second, " is made of is removed before it is durable");
  }
  // The one before was written without trouble, and what it makes needless is gone.
  void requireTrimmed() {
    std::size_t segments = 0;
    for (const std::string& name : files_.names("/job"))
      if (name.starts_with("journal-")) ++segments;
    ledger_.require(snapshots().size() <= 2, "(9) more than two snapshots are held");
    ledger_.require(segments <= 3 + failed_,
                    "(9) ", segments, " segments of the journal are held");
  }

  const dstream::testing::Files& files_;
  Ledger& ledger_;
  std::string journal_;  // that is written
  bool snapshotWhole_ = false;
  std::size_t written_ = 0;
  std::size_t failed_ = 0;  // snapshots of this process, each of which has begun a segment
  std::map<std::uint64_t, std::int64_t> times_;  // of batches, milliseconds
  std::multimap<std::uint64_t, std::string> published_;  // by time: what may still have to be made anew
};

}  // namespace simulate
