// SPDX-License-Identifier: BSL-1.0
#pragma once
// CheckpointDirectory: the names in a checkpoint's directory, and what a file in it begins with.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/merge_sort.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/runtime/files.hpp>

namespace dstream::inline v0::detail {

inline constexpr std::string_view journalMark = "dstrjrn1";
inline constexpr std::string_view snapshotMark = "dstrsnp1";

/// `journal-SEQ-EPOCH.log`: of one epoch, from batch SEQ on.
struct JournalName {
  std::uint64_t seq;
  std::uint64_t epoch;
};

/// **meaning** the files by their names; others are nobody's and stay, but for those ending in `.tmp`, which a crash left behind. `unreadable-EPOCH-…` were an earlier
/// job's, which began anew.
/// **kept** snapshots by seq, journals by epoch and seq, both rising.
template <class Use = OnUse>
class BasicCheckpointDirectory {
  using Number = Deferred<std::optional<std::uint64_t>, Use>;
  using Journal = Deferred<std::optional<JournalName>, Use>;

 public:
  BasicCheckpointDirectory(Files& files, std::string path) : files_(files), path_(std::move(path)) {}

  /// Reads the directory anew.
  void list() {
    snapshots.clear();
    journals.clear();
    temporary.clear();
    unreadable = 0;
    for (const std::string& name : files_.list(path_)) {
      if (name.ends_with(".tmp")) temporary.push_back(name);
      if (const auto seq = snapshotOf(name)) snapshots.push_back(*seq);
      if (const auto journal = journalOf(name)) journals.push_back(*journal);
      if (const auto epoch = unreadableOf(name); epoch && *epoch > unreadable) unreadable = *epoch;
    }
    mergeSort(temporary, [](const std::string& a, const std::string& b) { return a < b; });
    mergeSort(snapshots, [](std::uint64_t a, std::uint64_t b) { return a < b; });
    mergeSort(journals, [](const JournalName& a, const JournalName& b) { return a.epoch != b.epoch ? a.epoch < b.epoch : a.seq < b.seq; });
  }

  /// Under names that mean nothing, one after another: until the last one is renamed, what is left cannot be read either, so that a crash in between changes nothing.
  /// Blocks of receivers first, which nothing asks for by itself; the newest of the snapshots after the others, which would count without it.
  void setAside() {
    unreadable = !journals.empty() && journals.back().epoch >= unreadable && isFree(journals.back().epoch) ? journals.back().epoch : unreadable + 1;
    if (files_.info(below("received")).kind != FileInfo::Kind::None) setAside("received");
    for (const std::uint64_t seq : snapshots) setAside("snapshot-" + std::to_string(seq));
    for (const JournalName& name : journals) setAside(journalName(name));
    list();
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string parent() const {
    std::size_t end = path_.size();
    while (end > 1 && path_[end - 1] == '/') --end;
    const std::size_t slash = path_.rfind('/', end - 1);
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path_.substr(0, slash);
  }
  [[nodiscard]] std::string below(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] std::string lock() const { return below("LOCK"); }
  [[nodiscard]] std::string snapshot(std::uint64_t seq) const { return below("snapshot-" + std::to_string(seq)); }
  [[nodiscard]] std::string journal(JournalName name) const { return below(journalName(name)); }
  [[nodiscard]] Files& files() const { return files_; }

  Deferred<std::vector<std::uint64_t>, Use> snapshots;
  Deferred<std::vector<JournalName>, Use> journals;
  Deferred<std::vector<std::string>, Use> temporary;
  /// The last epoch of those that were set aside; 0: there are none.
  std::uint64_t unreadable = 0;

 private:
  static std::string journalName(JournalName name) { return "journal-" + std::to_string(name.seq) + "-" + std::to_string(name.epoch) + ".log"; }
  [[nodiscard]] std::string aside(std::uint64_t epoch, const std::string& name) const { return below("unreadable-" + std::to_string(epoch) + "-" + name); }
  /// A database that was lost gives epochs again: what was set aside of one with the same number is not written over.
  [[nodiscard]] bool isFree(std::uint64_t epoch) const {
    for (const std::uint64_t seq : snapshots)
      if (files_.info(aside(epoch, "snapshot-" + std::to_string(seq))).kind != FileInfo::Kind::None) return false;
    for (const JournalName& name : journals)
      if (files_.info(aside(epoch, journalName(name))).kind != FileInfo::Kind::None) return false;
    return true;
  }
  void setAside(const std::string& name) {
    files_.rename(below(name), aside(unreadable, name));
    files_.syncDirectory(path_);
  }
  /// A decimal number as to_string writes it, off the front.
  static Number takeDecimal(std::string_view& text) {
    std::uint64_t number = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
      if (digits > 18) return std::nullopt;
      number = number * 10 + static_cast<std::uint64_t>(text[digits] - '0');
    }
    if (digits == 0 || (digits > 1 && text[0] == '0')) return std::nullopt;
    text.remove_prefix(digits);
    return number;
  }
  static bool takeText(std::string_view& text, std::string_view expected) {
    if (!text.starts_with(expected)) return false;
    text.remove_prefix(expected.size());
    return true;
  }
  static Number snapshotOf(std::string_view name) {
    if (!takeText(name, "snapshot-")) return std::nullopt;
    const auto seq = takeDecimal(name);
    return name.empty() ? seq : std::nullopt;
  }
  static Number unreadableOf(std::string_view name) {
    if (!takeText(name, "unreadable-")) return std::nullopt;
    const auto epoch = takeDecimal(name);
    return name.starts_with('-') ? epoch : std::nullopt;
  }
  static Journal journalOf(std::string_view name) {
    if (!takeText(name, "journal-")) return std::nullopt;
    const auto seq = takeDecimal(name);
    if (!seq || !takeText(name, "-")) return std::nullopt;
    const auto epoch = takeDecimal(name);
    if (!epoch || name != ".log") return std::nullopt;
    return JournalName{*seq, *epoch};
  }

  Files& files_;
  const std::string path_;
};
using CheckpointDirectory = BasicCheckpointDirectory<>;

}  // namespace dstream::inline v0::detail
