// SPDX-License-Identifier: BSL-1.0
#pragma once
// What must be durable before what rests on it is done, and how much may be held: seen from
// outside, call by call.

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

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
    unit_.clear();
    snapshotWhole_ = false;
  }
  // With the last batch of a unit what follows a commit is done: what its batches have published is there for good.
  void completed(std::uint64_t seq, std::int64_t time, std::uint64_t unit) {
    times_[seq] = time;
    unit_.push_back(time);
    if (unit_.size() == unit) requirePublished();
  }
  // Without a fault: a unit that was not full is committed too.
  void stoppedGracefully() { requirePublished(); }
  void snapshotWritten() {
    snapshotWhole_ = true;
    ++written_;
  }
  // Snapshots since the disk was damaged.
  [[nodiscard]] std::size_t written() const { return written_; }
  void forgetWritten() { written_ = 0; }
  void snapshotFailed() { snapshotWhole_ = false; }
  void damaged(std::uint64_t seq) { damaged_.insert(seq); }

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
      damaged_.erase(numberAfter(call.path, '-'));
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

  // The first batch of "/job/journal-SEQ-EPOCH.log".
  static std::uint64_t firstOf(std::string_view segment) {
    return numberAfter(segment.substr(0, segment.rfind('-')), '-');
  }

  void publishes(const std::string& stage, std::string_view to) {
    published_.emplace(numberAfter(to, '-'), to);
    ledger_.require(files_.durable(stage), "(7) ", stage, " is published, and not durable");
    if (!files_.exists(journal_) || files_.unsynced(journal_) > known)
      ledger_.violated("(7) " + stage + " is published before its batch is durable in " + journal_);
  }
  void requirePublished() {
    for (const std::int64_t time : unit_)
      for (const char* sink : sinks) {
        const std::string path = std::string("/out/") + sink + "-" + std::to_string(time);
        if (sink == sinks[0] || files_.exists(path))  // others have no result at some times
          ledger_.require(files_.durable(path), "(7) the batch at ", time, " is completed, and ", path, " is not durable");
      }
    unit_.clear();
  }
  void removes(std::string_view path) {
    if (path.starts_with("/job/journal-") && numberAfter(path, '-') != numberAfter(journal_, '-'))
      return ledger_.require(files_.durable(journal_), "(7) ", path, " is removed before ", journal_, " is durable");
    const auto whole = wholeSnapshots();
    if (path.starts_with("/job/snapshot-") && damaged_.contains(numberAfter(path, '-')))
      return ledger_.require(!whole.empty(), "(7) ", path, " is removed, and no other snapshot is whole");
    if (whole.size() < 2) return ledger_.violated("(7) " + std::string(path) + " is removed before there are two snapshots");
    forgets(path, (++whole.rbegin())->first, (++whole.rbegin())->second);
  }
  // All that the older of the two newest snapshots has is needed no more.
  void forgets(std::string_view path, std::uint64_t older, const std::string& snapshot) {
    ledger_.require(files_.durable(snapshot), "(7) what ", snapshot, " stands for is removed before it is durable");
    const bool needed = path.starts_with("/job/snapshot-") ? numberAfter(path, '-') >= older : endOf(path) > older;
    if (needed) ledger_.violated("(7) " + std::string(path) + " is removed, which a recovery from " + snapshot + " needs");
    const auto batch = times_.upper_bound(older);
    if (batch == times_.begin()) return;
    const auto last = published_.upper_bound(static_cast<std::uint64_t>(std::prev(batch)->second));
    for (auto of = published_.begin(); of != last; of = published_.erase(of))
      if (files_.exists(of->second))
        ledger_.require(files_.durable(of->second), "(7) what ", of->second, " is made of is removed before it is durable");
  }
  // The one before was written without trouble, and what it makes needless is gone.
  void requireTrimmed() {
    const auto all = snapshots();
    ledger_.require(all.size() <= 2, "(9) more than two snapshots are held");
    if (all.size() < 2) return;
    const std::uint64_t older = (++all.rbegin())->first;
    for (const std::string& path : segments())
      ledger_.require(endOf(path) > older, "(9) ", path, " is held, which no recovery needs");
  }
  // Of the journal, those of this epoch.
  [[nodiscard]] std::vector<std::string> segments() const {
    std::vector<std::string> found;
    for (const std::string& name : files_.names("/job"))
      if (name.starts_with("journal-") && !name.ends_with(tmp)) found.push_back("/job/" + name);
    return found;
  }
  // The last batch of a segment, as the next one's name says it.
  [[nodiscard]] std::uint64_t endOf(std::string_view segment) const {
    std::uint64_t end = ~std::uint64_t{0};
    for (const std::string& other : segments())
      if (numberAfter(other, '-') == numberAfter(segment, '-') && firstOf(other) > firstOf(segment)) end = std::min(end, firstOf(other) - 1);
    return end;
  }
  [[nodiscard]] std::map<std::uint64_t, std::string> wholeSnapshots() const {
    auto all = snapshots();
    for (const std::uint64_t seq : damaged_) all.erase(seq);
    return all;
  }

  const dstream::testing::Files& files_;
  Ledger& ledger_;
  std::string journal_;  // that is written
  bool snapshotWhole_ = false;
  std::size_t written_ = 0;
  std::set<std::uint64_t> damaged_;  // snapshots, by the disk
  std::vector<std::int64_t> unit_;  // times of the batches that are completed, and perhaps not yet published
  std::map<std::uint64_t, std::int64_t> times_;  // of batches, milliseconds
  std::multimap<std::uint64_t, std::string> published_;  // by time: what may still have to be made anew
};

}  // namespace simulate
