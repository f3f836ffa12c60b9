// SPDX-License-Identifier: BSL-1.0
#pragma once
// Disk: a tree of files and directories, and beside it what of it a crash of the machine would
// leave. Part of testing/files.hpp.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/runtime/files.hpp>
#include <dstream/testing/random.hpp>

namespace dstream::inline v0::testing::detail {

struct DiskNode;
using DiskNodeRef = std::shared_ptr<DiskNode>;
using DiskEntries = std::map<std::string, DiskNodeRef, std::less<>>;

struct DiskNode {
  struct Write {
    std::size_t offset;
    std::string bytes;
    bool lost = false;  // a sync of it has failed: no later one reaches it
    bool cuts = false;  // the file ends at the offset
  };

  FileInfo::Kind kind = FileInfo::Kind::Regular;
  std::int64_t modified = 0;
  bool foreign = false;
  std::uint64_t lockedBy = 0;  // the process; 0: nobody
  std::string content;
  std::string durable;  // without the writes below
  std::vector<Write> unsynced;
  DiskEntries entries;         // of a directory
  DiskEntries durableEntries;  // without the changes that the disk still holds back
};

/// **meaning** content is durable when the file was synced after it was written, a name when its
/// directory was synced after it was made, moved or removed; no sync does more than it must. A move
/// from one directory to another is one change: a sync of either makes it durable.
/// **source** the weakest disk that POSIX and a journal allow together; the common ones are kinder.
class Disk {
 public:
  static constexpr std::size_t sector = 512;

  Disk() {
    root_ = std::make_shared<DiskNode>();
    root_->kind = FileInfo::Kind::Directory;
  }

  struct Place {
    DiskNodeRef directory;  // null: there is none above the name
    std::string name;
  };
  [[nodiscard]] Place place(std::string_view path) const {
    while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    const std::size_t slash = path.rfind('/');
    const bool top = slash == std::string_view::npos || slash == 0;
    Place found{top ? root_ : find(path.substr(0, slash)),
                std::string(slash == std::string_view::npos ? path : path.substr(slash + 1))};
    return found;
  }
  [[nodiscard]] DiskNodeRef find(std::string_view path) const {
    DiskNodeRef at = root_;
    while (at != nullptr && !path.empty()) {
      const std::size_t slash = path.find('/');
      const std::string_view name = path.substr(0, slash);
      path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
      if (name.empty() || name == ".") continue;
      const auto next = at->entries.find(name);
      at = next == at->entries.end() ? nullptr : next->second;
    }
    return at;
  }

  void link(const Place& to, DiskNodeRef node) { change({{}, to, std::move(node)}); }
  void unlink(const Place& from) { change({from, {}, from.directory->entries.at(from.name)}); }
  void move(const Place& from, const Place& to) {
    change({from, to, from.directory->entries.at(from.name)});
  }

  void write(const DiskNodeRef& file, std::size_t offset, std::string_view bytes) {
    holdBack(file, {offset, std::string(bytes)});
    put(file->content, offset, bytes);
  }
  void truncate(const DiskNodeRef& file, std::size_t size) {
    holdBack(file, {.offset = size, .bytes = {}, .cuts = true});
    file->content.resize(size);
  }
  /// A size is the file system's own, which a later sync keeps although an earlier one failed.
  void sync(const DiskNodeRef& file) {
    std::vector<DiskNode::Write> lost;
    for (const DiskNode::Write& write : file->unsynced) {
      if (write.lost && !write.cuts) {
        lost.push_back(write);
      } else {
        carryOut(*file, write);
        if (!lost.empty()) lost = besides(lost, write);
      }
    }
    file->unsynced = std::move(lost);
    if (file->unsynced.empty()) std::erase(heldBack_, file);
  }
  static void failSync(DiskNode& file) {
    for (DiskNode::Write& write : file.unsynced) write.lost = true;
  }
  void syncDirectory(const DiskNodeRef& directory) {
    std::vector<bool> kept(changes_.size());
    for (std::size_t i = 0; i < changes_.size(); ++i)
      kept[i] = changes_[i].from.directory == directory || changes_[i].to.directory == directory;
    makeDurable(std::move(kept));
  }

  /// It and all below it are there after any crash, as they are now.
  [[nodiscard]] bool isDurable(std::string_view path) const {
    DiskNodeRef at = root_;
    while (!path.empty()) {
      const std::size_t slash = path.find('/');
      const std::string_view name = path.substr(0, slash);
      path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
      if (name.empty()) continue;
      const auto now = at->entries.find(name);
      const auto then = at->durableEntries.find(name);
      if (now == at->entries.end() || then == at->durableEntries.end() || now->second != then->second) return false;
      at = now->second;
    }
    return isDurable(*at);
  }

  /// The machine stops: what was not synced is kept, lost or torn.
  void crash(Random& random) {
    std::vector<bool> kept(changes_.size());
    switch (random.below(3)) {
      case 0:
        break;  // none
      case 1:
        std::fill_n(kept.begin(), random.below(kept.size() + 1), true);
        break;
      default:
        for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = random.below(2) == 0;
    }
    const std::vector<Change> changes = changes_;
    makeDurable(std::move(kept));
    changes_.clear();
    for (const Change& change : changes) {
      restore(change.from);
      restore(change.to);
    }
    for (const DiskNodeRef& file : heldBack_) {
      tear(*file, random);
      file->unsynced.clear();
      file->content = file->durable;
    }
    heldBack_.clear();
  }

 private:
  struct Change {
    Place from;
    Place to;
    DiskNodeRef node;
  };

  // Each keeps what it had when memory runs out.
  void change(Change made) {
    changes_.push_back(std::move(made));
    try {
      apply(changes_.back(), &DiskNode::entries);
    } catch (...) {
      changes_.pop_back();
      throw;
    }
  }
  static void apply(const Change& made, DiskEntries DiskNode::* side) {
    if (made.to.directory != nullptr) ((*made.to.directory).*side)[made.to.name] = made.node;
    if (made.from.directory == nullptr) return;
    DiskEntries& names = (*made.from.directory).*side;
    const auto there = names.find(made.from.name);
    if (there != names.end() && there->second == made.node) names.erase(there);
  }
  /// And what happened to the same nodes before.
  void makeDurable(std::vector<bool> kept) {
    for (std::size_t i = changes_.size(); i-- > 0;)
      for (std::size_t later = i + 1; later < changes_.size() && !kept[i]; ++later)
        kept[i] = kept[later] && changes_[later].node == changes_[i].node;
    for (std::size_t i = 0; i < changes_.size(); ++i)
      if (kept[i]) apply(changes_[i], &DiskNode::durableEntries);
    std::size_t left = 0;
    for (std::size_t i = 0; i < changes_.size(); ++i)
      if (!kept[i]) std::swap(changes_[left++], changes_[i]);
    changes_.resize(left);
  }

  static bool isDurable(const DiskNode& node) {
    if (!node.unsynced.empty() || node.entries != node.durableEntries) return false;
    return std::all_of(node.entries.begin(), node.entries.end(), [](const auto& entry) { return isDurable(*entry.second); });
  }
  /// The name stands for what it durably stands for.
  static void restore(const Place& place) {
    if (place.directory == nullptr) return;
    const DiskEntries& durable = place.directory->durableEntries;
    if (const auto there = durable.find(place.name); there != durable.end())
      place.directory->entries[place.name] = there->second;
    else
      place.directory->entries.erase(place.name);
  }

  /// Keeps what it had when memory runs out.
  void holdBack(const DiskNodeRef& file, DiskNode::Write write) {
    if (file->unsynced.empty()) heldBack_.push_back(file);
    try {
      file->unsynced.push_back(std::move(write));
    } catch (...) {
      if (file->unsynced.empty()) heldBack_.pop_back();
      throw;
    }
  }
  static void put(std::string& content, std::size_t offset, std::string_view bytes) {
    if (bytes.empty()) return;
    if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
    std::copy(bytes.begin(), bytes.end(), content.begin() + static_cast<std::ptrdiff_t>(offset));
  }
  static void tear(DiskNode& node, Random& random) {
    const std::size_t how = random.below(4);
    const std::size_t whole = how == 0   ? 0
                              : how == 1 ? node.unsynced.size()
                                         : random.below(node.unsynced.size());
    for (std::size_t i = 0; i < whole && how < 3; ++i) carryOut(node, node.unsynced[i]);
    if (how == 2) {  // the one after them in part
      const DiskNode::Write& torn = node.unsynced[whole];
      eachSector(torn, [&, left = random.below(torn.bytes.size() / sector + 2)](
                           std::size_t offset, std::string_view bytes) mutable {
        if (left == 0) return;
        --left;
        put(node.durable, offset, bytes);
      });
    }
    if (how == 3)  // any of them, in any order: what is missing between two reads as zeros
      for (const DiskNode::Write& write : node.unsynced) {
        if (write.cuts && random.below(2) == 0) carryOut(node, write);
        eachSector(write, [&](std::size_t offset, std::string_view bytes) {
          if (random.below(2) == 0) put(node.durable, offset, bytes);
        });
      }
  }
  /// What of the writes a later one leaves: its bytes are durable, and what was there before them never comes back.
  static std::vector<DiskNode::Write> besides(const std::vector<DiskNode::Write>& writes, const DiskNode::Write& later) {
    std::vector<DiskNode::Write> left;
    for (const DiskNode::Write& write : writes) {
      const std::size_t size = write.bytes.size();
      const std::size_t before = later.offset <= write.offset ? 0 : std::min(later.offset - write.offset, size);
      const std::size_t end = later.offset + later.bytes.size();
      const std::size_t behind = later.cuts ? size : end <= write.offset ? 0 : std::min(end - write.offset, size);
      if (before != 0) left.push_back({write.offset, write.bytes.substr(0, before), true});
      const std::size_t from = std::max(before, behind);
      if (from < size) left.push_back({write.offset + from, write.bytes.substr(from), true});
    }
    return left;
  }
  static void carryOut(DiskNode& node, const DiskNode::Write& write) {
    if (write.cuts) node.durable.resize(write.offset);
    put(node.durable, write.offset, write.bytes);
  }
  template <class Do>
  static void eachSector(const DiskNode::Write& write, Do act) {
    for (std::size_t at = 0; at < write.bytes.size();) {
      const std::size_t end = std::min(
          write.bytes.size(), (write.offset + at) / sector * sector + sector - write.offset);
      act(write.offset + at, std::string_view(write.bytes).substr(at, end - at));
      at = end;
    }
  }

  DiskNodeRef root_;
  std::vector<Change> changes_;
  std::vector<DiskNodeRef> heldBack_;  // files with unsynced writes, in the order of their first
};

}  // namespace dstream::inline v0::testing::detail
