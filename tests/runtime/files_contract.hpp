// SPDX-License-Identifier: BSL-1.0
#pragma once
// What every Files promises, as cases that take one and an empty directory in it.

#include <dstream/runtime/files.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace contract {

using dstream::File;
using dstream::FileError;
using dstream::FileInfo;
using dstream::Files;
using Mode = dstream::Files::Mode;

// What the call fails with; a call that does not fail is no reason.
template <class Call>
FileError::Why whyOf(Call call, const std::string& path) {
  try {
    call();
  } catch (const FileError& error) {
    CHECK(std::string(error.what()).find(path) != std::string::npos);
    return error.why();
  }
  FAIL("no error for " << path);
  return FileError::Why::Other;
}

inline std::string contentOf(Files& files, const std::string& path, std::size_t piece = 4096) {
  const auto file = files.open(path, Mode::Read);
  std::string content;
  std::vector<char> buffer(piece);
  for (;;) {
    const std::size_t got = file->read(content.size(), buffer.data(), buffer.size());
    if (got == 0) return content;
    content.append(buffer.data(), got);
  }
}

inline void write(Files& files, const std::string& path, const std::string& content) {
  files.open(path, Mode::Create)->append(content);
}

inline void whatIsAppendedCanBeRead(Files& files, const std::string& root) {
  const std::string path = root + "/new\nname with \xFF";
  {
    const auto file = files.open(path, Mode::Create);
    file->append("one ");
    file->startSync();
    file->append("");
    file->append(std::string("t\0o", 3));
    file->sync();
    CHECK(file->info().bytes == 7);
  }
  files.syncDirectory(root);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{7}, std::size_t{100}}) CHECK(contentOf(files, path, piece) == std::string("one t\0o", 7));
  char byte = 'x';
  CHECK(files.open(path, Mode::Read)->read(7, &byte, 1) == 0);
  CHECK(files.open(path, Mode::Read)->read(1'000'000, &byte, 1) == 0);
}

inline void createNeedsAFreeName(Files& files, const std::string& root) {
  write(files, root + "/file", "first");
  CHECK(whyOf([&] { write(files, root + "/file", "second"); }, root + "/file") == FileError::Why::Exists);
  CHECK(contentOf(files, root + "/file") == "first");
  CHECK(whyOf([&] { write(files, root + "/none/file", "x"); }, root + "/none/file") == FileError::Why::NotFound);
  files.makeDirectory(root + "/dir");
  CHECK(whyOf([&] { files.makeDirectory(root + "/dir"); }, root + "/dir") == FileError::Why::Exists);
  CHECK(whyOf([&] { files.makeDirectory(root + "/file"); }, root + "/file") == FileError::Why::Exists);
  CHECK(whyOf([&] { files.makeDirectory(root + "/none/dir"); }, root + "/none/dir") == FileError::Why::NotFound);
}

inline void infoTellsKindSizeAndTime(Files& files, const std::string& root) {
  CHECK(files.info(root + "/none").kind == FileInfo::Kind::None);
  CHECK(files.info(root).kind == FileInfo::Kind::Directory);
  write(files, root + "/file", "12345");
  CHECK(files.info(root + "/file").kind == FileInfo::Kind::Regular);
  CHECK(files.info(root + "/file").bytes == 5);
  CHECK(files.info(root + "/file").modified > 0);
  CHECK(files.open(root + "/file", Mode::Read)->info().modified == files.info(root + "/file").modified);
  CHECK(files.info(root + "/file/below").kind == FileInfo::Kind::None);
}

inline void listNamesEverything(Files& files, const std::string& root) {
  CHECK(files.list(root).empty());
  write(files, root + "/b", "");
  write(files, root + "/.hidden", "");
  files.makeDirectory(root + "/a");
  write(files, root + "/a/below", "");
  auto names = files.list(root);
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{".hidden", "a", "b"});
  CHECK(whyOf([&] { static_cast<void>(files.list(root + "/none")); }, root + "/none") == FileError::Why::NotFound);
  static_cast<void>(whyOf([&] { static_cast<void>(files.list(root + "/b")); }, root + "/b"));
}

inline void renameNeverReplaces(Files& files, const std::string& root) {
  write(files, root + "/one", "1");
  write(files, root + "/two", "2");
  CHECK(whyOf([&] { files.rename(root + "/one", root + "/two"); }, root + "/one") == FileError::Why::Exists);
  CHECK(contentOf(files, root + "/two") == "2");
  const auto modified = files.info(root + "/one").modified;
  files.rename(root + "/one", root + "/three");
  CHECK(files.info(root + "/one").kind == FileInfo::Kind::None);
  CHECK(contentOf(files, root + "/three") == "1");
  CHECK(files.info(root + "/three").modified == modified);
  CHECK(whyOf([&] { files.rename(root + "/none", root + "/four"); }, root + "/none") == FileError::Why::NotFound);
  files.makeDirectory(root + "/dir");
  write(files, root + "/dir/file", "in");
  files.makeDirectory(root + "/other");
  CHECK(whyOf([&] { files.rename(root + "/dir", root + "/other"); }, root + "/dir") == FileError::Why::Exists);
  files.rename(root + "/dir", root + "/moved");
  CHECK(contentOf(files, root + "/moved/file") == "in");
}

inline void removeTakesFilesAndEmptyDirectories(Files& files, const std::string& root) {
  files.makeDirectory(root + "/dir");
  write(files, root + "/dir/file", "x");
  CHECK(whyOf([&] { files.remove(root + "/dir"); }, root + "/dir") == FileError::Why::Exists);
  const auto open = files.open(root + "/dir/file", Mode::Read);
  files.remove(root + "/dir/file");
  char byte = 0;
  CHECK(open->read(0, &byte, 1) == 1);  // who has it open keeps it
  files.remove(root + "/dir");
  CHECK(files.list(root).empty());
  CHECK(whyOf([&] { files.remove(root + "/dir"); }, root + "/dir") == FileError::Why::NotFound);
  CHECK(whyOf([&] { static_cast<void>(files.open(root + "/dir", Mode::Read)); }, root + "/dir") == FileError::Why::NotFound);
  CHECK(whyOf([&] { files.syncDirectory(root + "/dir"); }, root + "/dir") == FileError::Why::NotFound);
}

inline void whatIsPrivateIsReadAsSuch(Files& files, const std::string& root) {
  const std::string dir = root + "/own";
  files.makePrivateDirectory(dir);
  files.makePrivateDirectory(dir);  // it may be there
  files.open(dir + "/file", Mode::CreatePrivate)->append("secret");
  CHECK(whyOf([&] { static_cast<void>(files.open(dir + "/file", Mode::CreatePrivate)); }, dir + "/file") == FileError::Why::Exists);
  CHECK(contentOf(files, dir + "/file") == "secret");
  std::array<char, 10> bytes{};
  CHECK(files.open(dir + "/file", Mode::ReadPrivate)->read(0, bytes.data(), bytes.size()) == 6);
  CHECK(whyOf([&] { static_cast<void>(files.open(dir, Mode::ReadPrivate)); }, dir) == FileError::Why::Denied);
  CHECK(whyOf([&] { static_cast<void>(files.open(dir + "/none", Mode::ReadPrivate)); }, dir + "/none") == FileError::Why::NotFound);
  CHECK(whyOf([&] { files.makePrivateDirectory(dir + "/file"); }, dir + "/file") == FileError::Why::Denied);
  CHECK(whyOf([&] { files.makePrivateDirectory(root + "/none/dir"); }, root + "/none/dir") == FileError::Why::NotFound);
}

inline void oneHoldsALock(Files& files, const std::string& root) {
  const std::string path = root + "/LOCK";
  {
    const auto held = files.lock(path);
    CHECK(files.info(path).kind == FileInfo::Kind::Regular);
    CHECK(whyOf([&] { static_cast<void>(files.lock(path)); }, path) == FileError::Why::Locked);
    const auto other = files.lock(root + "/OTHER");
  }
  CHECK(files.info(path).kind == FileInfo::Kind::Regular);
  const auto again = files.lock(path);
  CHECK(whyOf([&] { static_cast<void>(files.lock(path)); }, path) == FileError::Why::Locked);
  CHECK(whyOf([&] { static_cast<void>(files.lock(root + "/none/LOCK")); }, root + "/none/LOCK") == FileError::Why::NotFound);
  files.makeDirectory(root + "/dir");
  static_cast<void>(whyOf([&] { static_cast<void>(files.lock(root + "/dir")); }, root + "/dir"));
}

inline void aFileKnowsWhetherAPathLeadsToIt(Files& files, const std::string& root) {
  files.makeDirectory(root + "/dir");
  const std::string path = root + "/dir/LOCK";
  const auto held = files.lock(path);
  CHECK(held->isAt(path));
  CHECK_FALSE(held->isAt(root + "/dir"));
  CHECK_FALSE(held->isAt(root + "/none/LOCK"));
  CHECK_FALSE(held->isAt(path + "/below"));
  files.rename(root + "/dir", root + "/moved");
  CHECK_FALSE(held->isAt(path));
  CHECK(held->isAt(root + "/moved/LOCK"));
  files.makeDirectory(root + "/dir");
  const auto other = files.lock(path);
  CHECK_FALSE(held->isAt(path));
  CHECK(other->isAt(path));
  files.remove(root + "/moved/LOCK");
  CHECK_FALSE(held->isAt(root + "/moved/LOCK"));
}

struct FilesCase {
  const char* name;
  void (*run)(Files&, const std::string&);
};

inline constexpr std::array filesCases{
    FilesCase{"what is appended can be read", whatIsAppendedCanBeRead},
    FilesCase{"create needs a free name", createNeedsAFreeName},
    FilesCase{"info tells kind, size and time", infoTellsKindSizeAndTime},
    FilesCase{"list names everything", listNamesEverything},
    FilesCase{"rename never replaces", renameNeverReplaces},
    FilesCase{"remove takes files and empty directories", removeTakesFilesAndEmptyDirectories},
    FilesCase{"what is private is read as such", whatIsPrivateIsReadAsSuch},
    FilesCase{"one holds a lock", oneHoldsALock},
    FilesCase{"a file knows whether a path leads to it", aFileKnowsWhetherAPathLeadsToIt},
};

}  // namespace contract
