// SPDX-License-Identifier: BSL-1.0
#pragma once
// DirectoryWatch: which files of some directories belong to the batch of a time.

#include <fnmatch.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>
#include <dstream/core/function.hpp>
#include <dstream/core/function_ref.hpp>
#include <dstream/core/merge_sort.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/runtime/files.hpp>
#include <dstream/sources/braces.hpp>
#include <dstream/stream/batch.hpp>

namespace dstream::inline v0 {

struct FileOptions {
  /// Files modified before the stream was made are passed over.
  bool newFilesOnly = true;
  /// No file is too old, and each is remembered for as long as it is there; else what minRememberDuration says. Where nothing is said: with a checkpoint directory.
  std::optional<bool> allUnseen = {};
  /// Rounded up to whole batches: files older than that when their batch comes are passed over; for so long a file that was taken is known.
  std::chrono::nanoseconds minRememberDuration = std::chrono::seconds(60);
  /// The path of a file → whether to take it. Empty: files whose name does not begin with a dot.
  Function<bool(std::string_view)> filter = {};
  /// Text only: a byte-order mark at the start of a file is taken away; without this it is data.
  bool stripBom = false;
};

/// **meaning** a file as it was when a batch took it.
struct FoundFile {
  std::string path;
  std::uint64_t bytes = 0;
  /// **units** nanoseconds of the wall clock.
  std::int64_t modified = 0;
};

namespace detail {

/// **meaning** `take(time)`, called with rising times, gives the files of that batch, sorted by path: regular, not empty, accepted by the filter, modified
/// after the threshold and not after `time`, and not taken within the remembered time. A path is a file's identity: what is appended to one
/// that was taken is not seen.
/// **kept** per file that is listed: its path, and why it was passed over; while there is a gap, per file that was taken since. **cost** a listing, and an examination per file not yet taken.
template <class Use = OnUse>
class BasicDirectoryWatch {
  using Paths = Deferred<std::vector<std::string>, Use>;
  using Found = Deferred<std::vector<FoundFile>, Use>;

 public:
  /// Once per file and reason, and once per trouble with a directory. trouble: not what the options ask for.
  using Report = FunctionRef<void(const std::string& path, const std::string& reason, bool trouble)>;

  BasicDirectoryWatch(Files& files, const std::string& glob, const FileOptions& options, Time made, std::int64_t batch)
      : files_(files), glob_(glob), options_(options), allUnseen_(options.allUnseen.value_or(false)) {
    batch_ = batch;
    const std::int64_t least = options.minRememberDuration.count();
    const std::int64_t batches = least / batch + (least % batch != 0 ? 1 : 0);
    const std::int64_t most = std::numeric_limits<std::int64_t>::max() / batch;
    remember_ = (batches < most ? batches : most) * batch;
    if (options.newFilesOnly) since_ = made.nanoseconds - files.stampLag();
  }

  /// How long a file that was taken is known. **units** nanoseconds.
  [[nodiscard]] std::int64_t remember() const { return remember_; }

  /// What throws has taken nothing.
  Found take(Time time, Report report) {
    Paths paths = listed(report);
    const Time oldAt = ageing(time);
    know(std::move(paths), oldAt);
    Found found;
    for (Entry& entry : known_)
      if (!remembers(entry, oldAt)) judge(entry, time, oldAt, found, report);
    auto next = known_.begin();
    for (const FoundFile& file : found) {
      while (next->path != file.path) ++next;
      next->taken = time.nanoseconds;
    }
    if (gaps_.empty()) listedAt_ = time.nanoseconds;
    return found;
  }

  // For checkpoints.

  /// A batch that is repeated takes what it took. **errors** FileError: one of these files is not there any more, or is not what it was.
  Found retake(Time time, const Found& planned, Report report) {
    const Paths paths = listed(report);
    Found found;
    for (const FoundFile& file : planned) {
      const std::string* const path = firstFrom(file.path, paths);  // of the listing: what a checkpoint says is compared, never opened
      const auto changed = [&](const std::string& why) { throw FileError(FileError::Why::Other, "read again", file.path, why); };
      if (path == nullptr || *path != file.path) {
        const Gap* const gap = gapAbove(file.path);
        changed("a batch that must be repeated had taken it, and " + (gap == nullptr ? "it is not there" : "there is no listing: " + gap->trouble));
      }
      const FileInfo info = files_.info(*path);
      if (info.kind != FileInfo::Kind::Regular || info.bytes != file.bytes || info.modified != file.modified)
        changed("a batch that must be repeated had taken it, and it has changed since");
      found.push_back({*path, info.bytes, info.modified});
    }
    restoreTaken(time, gaps_.empty(), planned);
    return found;
  }
  [[nodiscard]] bool listedCompletely(Time time) const { return listedAt_ == time.nanoseconds; }
  void restoreTaken(Time time, bool complete, const Found& files) {
    const Time oldAt = ageing(time);
    if (!allUnseen_) std::erase_if(known_, [&](const Entry& entry) { return !remembers(entry, oldAt); });
    for (const FoundFile& file : files) {
      inOrder_ = inOrder_ && (known_.empty() || known_.back().path < file.path);
      known_.push_back(Entry{file.path, time.nanoseconds});
    }
    if (complete) listedAt_ = time.nanoseconds;
  }
  void save(std::string& out) {
    order();
    putNumber(static_cast<std::uint64_t>(since_), out);
    putNumber(static_cast<std::uint64_t>(listedAt_), out);
    for (const Entry& entry : known_) {
      if (entry.taken == Entry::never) continue;
      Codec<std::string>::encode(entry.path, out);
      putNumber(static_cast<std::uint64_t>(entry.taken), out);
    }
  }
  void load(std::string_view in) {
    const auto taken = [&] { return static_cast<std::int64_t>(takeNumber<std::uint64_t>(in)); };
    since_ = taken();
    listedAt_ = taken();
    known_.clear();
    inOrder_ = true;
    while (!in.empty()) {
      Entry entry{Codec<std::string>::decode(in)};
      entry.taken = taken();
      if (!known_.empty() && known_.back().path >= entry.path) throw DecodeError("dstream: decode: the paths of a file source are not in order");
      known_.push_back(std::move(entry));
    }
  }

 private:
  struct Entry {
    std::string path;
    std::int64_t taken = never;  // the time of its batch
    std::string reason = {};     // why it was passed over last
    static constexpr std::int64_t never = -1;
  };
  using Known = Deferred<std::vector<Entry>, Use>;
  /// A directory of which it is not known what it holds; all of them: no path.
  struct Gap {
    std::string path;
    std::string trouble;
    auto operator<=>(const Gap&) const = default;
  };
  using Gaps = Deferred<std::vector<Gap>, Use>;

  /// What is too old is measured from here: not later than one batch behind the last listing without a gap, so that nothing that came while there was none
  /// (the program was down, the machine slept, a directory was away) is passed over.
  [[nodiscard]] Time ageing(Time time) const {
    if (listedAt_ == Entry::never || listedAt_ + batch_ >= time.nanoseconds) return time;
    return {listedAt_ + batch_};
  }
  [[nodiscard]] bool remembers(const Entry& entry, Time time) const {
    return entry.taken != Entry::never && (allUnseen_ || entry.taken > lastForgotten(time));
  }
  [[nodiscard]] std::int64_t lastForgotten(Time time) const {
    constexpr auto first = std::numeric_limits<std::int64_t>::min();
    return time.nanoseconds < first + remember_ ? first : time.nanoseconds - remember_;
  }

  /// From now on it is what is listed, and of the rest what must not be forgotten; when memory runs out it is as it was.
  void know(Paths paths, Time time) {
    order();
    Known known;
    known.reserve(known_.size() + paths.size());
    auto before = known_.begin();
    for (std::string& path : paths) {
      for (; before != known_.end() && before->path < path; ++before) keepUnlisted(*before, time, known);
      const bool met = before != known_.end() && before->path == path;
      known.push_back(met ? std::move(*before++) : Entry{std::move(path)});
    }
    for (; before != known_.end(); ++before) keepUnlisted(*before, time, known);
    known_ = std::move(known);
  }
  /// What was restored comes to its place. Of equal paths the last knows when it was taken.
  void order() {
    if (inOrder_) return;
    mergeSort(known_, [](const Entry& left, const Entry& right) { return left.path < right.path; });
    unite(known_, [](Entry& kept, const Entry& next) {
      if (kept.path != next.path) return false;
      kept.taken = next.taken;
      return true;
    });
    inOrder_ = true;
  }
  /// A gap says nothing of what is there. What was not taken need not be kept: it is judged when it is listed.
  void keepUnlisted(Entry& entry, Time time, Known& known) const {
    if (remembers(entry, time) && (!allUnseen_ || gapAbove(entry.path) != nullptr)) known.push_back(std::move(entry));
  }
  [[nodiscard]] const Gap* gapAbove(const std::string& path) const {
    if (gaps_.empty()) return nullptr;
    for (std::size_t end = 0; end < path.size(); ++end) {
      if (end != 0 && path[end] != '/' && path[end - 1] != '/') continue;
      const Gap above{path.substr(0, end), ""};
      if (const Gap* const gap = firstFrom(above, gaps_); gap != nullptr && gap->path == above.path) return gap;
    }
    return nullptr;
  }

  struct Verdict {
    enum { Take, Later, PassOver, TooOld, Trouble } kind;
    std::string reason = {};
  };

  void judge(Entry& entry, Time time, Time oldAt, Found& found, Report report) {
    FoundFile file{entry.path};
    Verdict verdict = verdictOn(file, time, oldAt);
    if (verdict.kind == Verdict::Take) {
      found.push_back(std::move(file));
    } else if (verdict.reason != entry.reason && verdict.kind != Verdict::Later && !(verdict.kind == Verdict::TooOld && entry.taken != Entry::never)) {
      report(entry.path, verdict.reason, verdict.kind >= Verdict::TooOld);  // but that of one that was taken: it lies there and gets old
    }
    entry.reason = std::move(verdict.reason);
  }

  Verdict verdictOn(FoundFile& file, Time time, Time oldAt) {
    try {
      if (!accepts(file.path)) return {Verdict::PassOver, "the filter refuses it"};
      const FileInfo info = files_.info(file.path);
      file.bytes = info.bytes;
      file.modified = info.modified;
      if (info.kind == FileInfo::Kind::None) return {Verdict::Trouble, "it vanished"};
      if (info.kind == FileInfo::Kind::Directory) return {Verdict::PassOver, "it is a directory"};
      if (info.kind == FileInfo::Kind::Other) return {Verdict::Trouble, "it is not a regular file"};
      if (since_ != 0 && info.modified <= since_) return {Verdict::PassOver, "it was modified before the stream was made"};
      if (!allUnseen_ && info.modified <= lastForgotten(oldAt)) return {Verdict::TooOld, "it is older than the remembered time"};
      if (info.modified > time.nanoseconds) return {Verdict::Later};
      if (info.bytes == 0) return {Verdict::Trouble, "there is no data in it"};
      return {Verdict::Take};
    } catch (const std::exception& error) {  // of the file system or the filter: asked again for the next batch
      return {Verdict::Trouble, error.what()};
    }
  }

  [[nodiscard]] bool accepts(const std::string& path) const {
    if (options_.filter) return options_.filter(path);
    return path[path.rfind('/') + 1] != '.';
  }

  /// Every path in every directory that the glob matches and that can be listed, sorted; the others are gaps.
  Paths listed(Report report) {
    Paths paths;
    Gaps gaps;
    const Paths directories = expand(gaps);
    for (const std::string& directory : directories)
      for (const std::string& name : namesIn(directory, gaps)) paths.push_back(below(directory, name));
    if (directories.empty() && gaps.empty() && !isThere(glob_, gaps)) gaps.push_back({"", "no such directory"});
    sortUnique(gaps);
    for (const Gap& gap : gaps) {  // the files may still be found by a later batch
      const Gap* const before = firstFrom(gap, gaps_);
      if (before == nullptr || *before != gap) report(gap.path.empty() ? glob_ : gap.path, gap.trouble, true);
    }
    gaps_ = std::move(gaps);
    mergeSort(paths, [](const std::string& left, const std::string& right) { return left < right; });
    return paths;
  }

  /// The directories that the glob names, each once, in order.
  Paths expand(Gaps& gaps) {
    Paths directories;
    for (const std::string& pattern : expandBraces<Use>(glob_))
      for (std::string& directory : matching(pattern, gaps)) directories.push_back(std::move(directory));
    sortUnique(directories);
    return directories;
  }

  /// Component by component.
  Paths matching(const std::string& glob, Gaps& gaps) {
    const bool absolute = glob.starts_with('/');
    Paths matches;
    matches.push_back(absolute ? "/" : "");
    for (std::size_t at = 0; at < glob.size();) {
      const std::size_t end = glob.find('/', at) < glob.size() ? glob.find('/', at) : glob.size();
      const std::string component = glob.substr(at, end - at);
      at = end + 1;
      if (!component.empty()) step(matches, component, gaps);
    }
    std::erase_if(matches, [&](const std::string& path) { return !isDirectory(path, gaps); });
    return matches;
  }

  void step(Paths& matches, const std::string& component, Gaps& gaps) {
    Paths next;
    for (const std::string& above : matches) {
      if (component.find_first_of("*?[") == std::string::npos) {
        next.push_back(below(above, component));
        continue;
      }
      if (!isDirectory(above, gaps)) continue;
      for (const std::string& name : namesIn(above, gaps))
        if (::fnmatch(component.c_str(), name.c_str(), FNM_PERIOD) == 0) next.push_back(below(above, name));
    }
    matches = std::move(next);
  }

  bool isDirectory(const std::string& path, Gaps& gaps) {
    try {
      return files_.info(path.empty() ? "." : path).kind == FileInfo::Kind::Directory;
    } catch (const FileError& error) {
      gaps.push_back({path, error.what()});
      return false;
    }
  }
  /// Something else than a directory, or something of which nothing is known now: a gap of its own.
  bool isThere(const std::string& path, Gaps& gaps) {
    try {
      if (files_.info(path).kind == FileInfo::Kind::None) return false;
      gaps.push_back({"", "it is not a directory"});
    } catch (const FileError& error) {
      gaps.push_back({"", error.what()});
    }
    return true;
  }
  Paths namesIn(const std::string& directory, Gaps& gaps) {
    try {
      return files_.list(directory.empty() ? "." : directory);
    } catch (const FileError& error) {
      gaps.push_back({directory, error.what()});
      return {};
    }
  }

  template <class Item>
  static void sortUnique(std::vector<Item>& items) {
    mergeSort(items, [](const Item& left, const Item& right) { return left < right; });
    unite(items, [](const Item& kept, const Item& next) { return kept == next; });
  }
  /// Leaves out what is taken up by the one before it.
  template <class Item, class TakesUp>
  static void unite(std::vector<Item>& items, TakesUp takesUp) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < items.size(); ++i)
      if (i == 0 || !takesUp(items[kept - 1], items[i])) std::swap(items[kept++], items[i]);
    items.resize(kept);
  }
  /// The first of what is sorted that is not before this one.
  template <class Item>
  static const Item* firstFrom(const Item& item, const std::vector<Item>& sorted) {
    std::size_t from = 0;
    for (std::size_t to = sorted.size(); from < to;) {
      const std::size_t middle = from + (to - from) / 2;
      if (sorted[middle] < item) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from == sorted.size() ? nullptr : &sorted[from];
  }

  static std::string below(const std::string& directory, const std::string& name) {
    return directory.empty() || directory.ends_with('/') ? directory + name : directory + "/" + name;
  }

  Deferred<Files, Use>& files_;
  const std::string glob_;
  const FileOptions& options_;
  const bool allUnseen_;
  std::int64_t remember_ = 0;
  std::int64_t batch_ = 0;
  std::int64_t since_ = 0;
  std::int64_t listedAt_ = Entry::never;
  Known known_;
  bool inOrder_ = true;  // known_, by path: what is restored comes behind it
  Gaps gaps_;  // of the last listing
};
using DirectoryWatch = BasicDirectoryWatch<>;

}  // namespace detail

}  // namespace dstream::inline v0
