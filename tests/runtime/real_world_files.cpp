// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/real_world_files.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <csignal>
#include <ctime>
#include <limits>
#include <string>
#include <utility>

#include "runtime/files_contract.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

namespace {

using contract::Mode;
using dstream::FileError;
using dstream::FileInfo;
using dstream::detail::RealFiles;
using support::TemporaryDirectory;

TEST_CASE("real files: keep the contract of Files") {
  for (const auto& [name, run] : contract::filesCases) {
    DYNAMIC_SECTION(name) {
      const TemporaryDirectory directory;
      RealFiles files;
      run(files, directory.path());
    }
  }
}

TEST_CASE("real files: a pipe that nobody writes to is opened at once, and known for what it is") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  RealFiles files;
  CHECK(files.info(path).kind == FileInfo::Kind::Other);
  CHECK(files.open(path, Mode::Read)->info().kind == FileInfo::Kind::Other);
}

TEST_CASE("real files: links are followed, and a loop of them is an error") {
  const TemporaryDirectory directory;
  const std::string& root = directory.path();
  RealFiles files;
  contract::write(files, root + "/file", "content");
  REQUIRE(::symlink("file", (root + "/link").c_str()) == 0);
  REQUIRE(::symlink("loop", (root + "/loop").c_str()) == 0);
  REQUIRE(::symlink("none", (root + "/dangling").c_str()) == 0);
  CHECK(contract::contentOf(files, root + "/link") == "content");
  CHECK(files.info(root + "/link").kind == FileInfo::Kind::Regular);
  CHECK(files.info(root + "/dangling").kind == FileInfo::Kind::None);
  CHECK(contract::whyOf([&] { static_cast<void>(files.info(root + "/loop")); }, root + "/loop") == FileError::Why::Other);
  CHECK(contract::whyOf([&] { contract::write(files, root + "/dangling", "x"); }, root + "/dangling") == FileError::Why::Exists);
}

TEST_CASE("real files: what is private is nobody else's, and what others could have put there is refused") {
  const TemporaryDirectory directory;
  const std::string& root = directory.path();
  RealFiles files;
  const mode_t before = ::umask(0);
  files.makePrivateDirectory(root + "/own");
  files.open(root + "/own/file", Mode::CreatePrivate)->append("secret");
  const auto held = files.lock(root + "/own/LOCK");
  ::umask(before);
  struct stat found {};
  for (const auto& [path, mode] : {std::pair{root + "/own", 0700U}, std::pair{root + "/own/file", 0600U}, std::pair{root + "/own/LOCK", 0600U}}) {
    REQUIRE(::stat(path.c_str(), &found) == 0);
    CHECK((found.st_mode & 07777U) == mode);
  }

  const auto denied = [&](const std::string& path) {
    CHECK(contract::whyOf([&] { static_cast<void>(files.open(path, Mode::ReadPrivate)); }, path) == FileError::Why::Denied);
    CHECK(contract::whyOf([&] { static_cast<void>(files.lock(path)); }, path) == FileError::Why::Denied);
    CHECK(contract::whyOf([&] { files.makePrivateDirectory(path); }, path) == FileError::Why::Denied);
  };
  REQUIRE(::symlink("own/file", (root + "/link").c_str()) == 0);
  REQUIRE(::symlink("own", (root + "/linkToDirectory").c_str()) == 0);
  REQUIRE(::symlink("none", (root + "/dangling").c_str()) == 0);
  REQUIRE(::mkfifo((root + "/pipe").c_str(), 0600) == 0);
  for (const char* name : {"/link", "/linkToDirectory", "/dangling", "/pipe"}) denied(root + name);
  CHECK(files.info(root + "/none").kind == FileInfo::Kind::None);  // a lock makes no file through a link

  REQUIRE(::chmod((root + "/own/file").c_str(), 0620) == 0);
  denied(root + "/own/file");
  files.makePrivateDirectory(root + "/shared");
  REQUIRE(::chmod((root + "/shared").c_str(), 0777) == 0);
  denied(root + "/shared");
  if (::geteuid() != 0) return;  // the rest needs files of somebody else
  REQUIRE(::chmod((root + "/own/file").c_str(), 0600) == 0);
  REQUIRE(::chown((root + "/own/file").c_str(), 1, 1) == 0);
  REQUIRE(::chown((root + "/own").c_str(), 1, 1) == 0);
  denied(root + "/own/file");
  denied(root + "/own");
}

TEST_CASE("real files: a stamp lies behind the wall clock by at most stampLag") {
  const TemporaryDirectory directory;
  RealFiles files;
  timespec now{};
  REQUIRE(::clock_gettime(CLOCK_REALTIME, &now) == 0);
  contract::write(files, directory.path() + "/file", "x");
  const auto before = std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  CHECK(files.info(directory.path() + "/file").modified >= before - files.stampLag());
}

TEST_CASE("real files: a stamp that nanoseconds do not reach is the last that they do") {
  const auto modified = [](std::time_t seconds, long nanoseconds) {
    struct stat found {};
    found.st_mtim = {seconds, nanoseconds};
    return dstream::detail::infoOf(found).modified;
  };
  using Limits = std::numeric_limits<std::int64_t>;
  CHECK(modified(9'223'372'035, 999'999'999) == 9'223'372'035'999'999'999);
  CHECK(modified(9'223'372'036, 854'775'808) == Limits::max());
  CHECK(modified(13'569'465'600, 0) == Limits::max());  // the year 2400
  CHECK(modified(-9'223'372'036, 1) == -9'223'372'035'999'999'999);
  CHECK(modified(-9'223'372'037, 0) == Limits::min());
  CHECK(modified(std::numeric_limits<std::time_t>::min(), 0) == Limits::min());
}

TEST_CASE("real files: a file that cannot grow is an error, not a signal") {
  const TemporaryDirectory directory;
  RealFiles files;
  rlimit was{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &was) == 0);
  rlimit small = was;
  small.rlim_cur = 1000;
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  const auto file = files.open(directory.path() + "/file", Mode::Create);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  CHECK_THROWS_AS(file->append(std::string(2000, 'x')), FileError);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &was) == 0);
  std::signal(SIGXFSZ, handler);
  CHECK(file->info().bytes == 1000);
}

TEST_CASE("real files: /dev/full is a full disk") {
  if (::access("/dev/full", W_OK) != 0) return;
  const dstream::detail::Descriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  dstream::detail::RealFile file(dstream::detail::Descriptor(::dup(full.get())), "/dev/full");
  CHECK(contract::whyOf([&] { file.append("x"); }, "/dev/full") == FileError::Why::NoSpace);
}

}  // namespace
