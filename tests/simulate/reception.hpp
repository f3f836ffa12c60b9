// SPDX-License-Identifier: BSL-1.0
#pragma once
// What a job receives: the sender, and what must hold between it, the receive log and the batches.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/checkpoint/record_file.hpp>
#include <dstream/checkpoint/segment.hpp>
#include <dstream/testing/world.hpp>

#include "simulate/job.hpp"
#include "simulate/ledger.hpp"
#include "simulate/oracle.hpp"
#include "simulate/sender.hpp"

namespace simulate {

class Reception {
 public:
  static constexpr std::string_view folder = "/job/received/";

  Reception(dstream::testing::World& world, Ledger& ledger, const Job& job, std::uint64_t seed)
      : files_(world.files()),
        ledger_(ledger),
        job_(job),
        sender_(world, ledger, job.source, seed) {}

  void arrive(const std::string& line) { sender_.add(line); }
  void processBegins(bool calm) { sender_.processBegins(calm); }
  // crashed: whatever was not told by then could not be.
  void processEnds(bool graceful, bool crashed) {
    if (!crashed && sender_.deniedUnheard())
      ledger_.violated("(12) nobody heard that the sender cannot go on where it was told");
    examine();
    told();
    sender_.processEnds(graceful, logged_);
  }
  // The call is about to be carried out.
  void before(const dstream::testing::FileCall& call) {
    examine();
    if (!call.path.starts_with(folder)) return;
    if (call.operation == "sync") synced_ = call.path;
    if (call.operation == "rename") synced_ = call.to;
    if (call.operation == "rename" || call.operation == "create")
      copied_ = call.operation == "rename";
    if (call.operation == "sync" || call.operation == "sync directory") examined_ = false;
    if (call.operation == "remove") removes(std::string(call.path));
  }
  void heard(std::string_view event) {
    if (event.find("has that byte no more") != std::string_view::npos
        || event.find("before it said where it begins") != std::string_view::npos)
      sender_.denialHeard();
  }
  void completed() {
    look();
    told();
  }

  // The receiver may have failed for what the sender did.
  [[nodiscard]] bool excuses() const { return job_.socket.failAfter != 0 && sender_.mischief(); }
  // Lines that no batch need have; of what the log has none.
  [[nodiscard]] std::set<std::string> lost() const {
    std::set<std::string> lost = sender_.lost();
    for (const std::string& line : logged_) lost.erase(line);
    return lost;
  }

 private:
  [[nodiscard]] bool hasLog() const { return job_.socket.logBytes != 0; }

  // What was synced, if it was: its lines are acknowledged from now on.
  void examine() {
    if (examined_) return;
    examined_ = true;
    if (!synced_.ends_with(".log") || !files_.exists(synced_) || !files_.durable(synced_)) return;
    for (std::string& line : linesIn(synced_)) logged_.insert(std::move(line));
    std::uint64_t bytes = 0;
    for (const std::string& path : segments()) bytes += files_.content(path).size();
    const std::uint64_t copy = copied_ ? job_.socket.logBytes / 4 + longestLine : 0;
    ledger_.require(bytes <= job_.socket.logBytes + copy + 3 * longestLine,
                    "(9) the receive log holds " + std::to_string(bytes) + " bytes");
  }
  [[nodiscard]] std::vector<std::string> segments() const {
    std::vector<std::string> found;
    for (const std::string& path : files_.paths())
      if (path.starts_with(folder) && path.ends_with(".log")) found.push_back(path);
    return found;
  }
  // Of the blocks of a segment that are whole.
  [[nodiscard]] std::vector<std::string> linesIn(const std::string& path) const {
    using dstream::detail::RecordKind;
    std::vector<std::string> lines;
    const std::string content = files_.content(path);
    try {
      dstream::detail::RecordReader reader(content, dstream::detail::segmentMark, path);
      while (const auto record = reader.next())
        if (record->kind == RecordKind::Block) cut(record->payload, lines);
    } catch (const std::exception&) {  // it is none yet
    }
    return lines;
  }
  void cut(std::string_view text, std::vector<std::string>& lines) const {
    while (!text.empty()) {
      const std::size_t size =
          job_.source == Source::Frames ? Frames::frame(text) : text.find('\n') + 1;
      lines.emplace_back(job_.source == Source::Frames ? Frames::record(text.substr(0, size))
                                                       : text.substr(0, size - 1));
      text.remove_prefix(size);
    }
  }

  // Batches that were published since the last look.
  void look() {
    for (const std::string& path : files_.paths()) {
      const std::size_t slash = path.find('/', std::string_view("/out/").size());
      if (!path.starts_with("/out/records-") || slash != std::string::npos || looked_.contains(path)
          || !files_.durable(path))
        continue;
      looked_.insert(path);
      for (const std::string& part : files_.paths())
        if (part.starts_with(path + "/part-"))
          for (std::string& line : linesOf(files_.content(part))) {
            if (hasLog())
              ledger_.require(
                  logged_.contains(line),
                  "(7) " + line + " is in a batch, and was not durable in the receive log");
            committed_.insert(std::move(line));
          }
    }
  }
  // What the sender was told to forget is durable.
  void told() {
    for (; told_ < sender_.sent().size() && sender_.sent()[told_].end <= sender_.told(); ++told_) {
      const std::string& line = sender_.sent()[told_].line;
      if (line.empty() || logged_.contains(line)) continue;
      if (!committed_.contains(line)) look();
      ledger_.require(committed_.contains(line),
                      "(7) the sender was told to forget " + line + ", which is not durable");
    }
  }
  // What the log has acknowledged is in a batch that no recovery repeats, or in another segment.
  void removes(const std::string& removed) {
    if (!removed.ends_with(".log")) return;
    look();
    std::set<std::string> elsewhere;
    for (const std::string& path : segments())
      if (path != removed)
        for (std::string& line : linesIn(path)) elsewhere.insert(std::move(line));
    for (const std::string& line : linesIn(removed))
      if (logged_.contains(line))
        ledger_.require(committed_.contains(line) || elsewhere.contains(line),
                        "(7) " + removed + " is removed, and no batch has " + line);
  }

  dstream::testing::Files& files_;
  Ledger& ledger_;
  const Job job_;
  Sender sender_;
  std::string synced_;  // the last file of the log that was
  bool examined_ = true;
  bool copied_ = false;  // a start has read the newest segment, which is there twice for a while
  std::set<std::string> logged_;
  std::set<std::string> looked_;
  std::set<std::string> committed_;
  std::size_t told_ = 0;  // so many of the lines were looked at
};

}  // namespace simulate
