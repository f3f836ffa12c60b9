// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/fileStream.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::Stage;

// A user's format: each file one record, its name and its size.
struct Names {
  using value_type = std::pair<std::string, std::size_t>;
  static constexpr bool cuttable = false;

  template <class Part, class Accumulator, class Step>
  Accumulator fold(Part& part, Accumulator accumulator, Step& step) const {
    std::string content(part.size() + 10, '\0');
    const std::size_t got = part.read(0, content.data(), content.size());
    return step(std::move(accumulator), value_type{part.path() + suffix, got});
  }
  std::string suffix;
};
struct NamesSeen : Names {
  using reference = const value_type&;
};
static_assert(FileFormat<Names> && std::is_same_v<FileBatch<Names>::reference, Names::value_type>);
static_assert(FileFormat<NamesSeen> && std::is_same_v<FileBatch<NamesSeen>::reference, const Names::value_type&>);
static_assert(!FileFormat<int>);

TEST_CASE("fileStream: a user's format, asked for each file as a whole") {
  Stage stage;
  stage.world.files().makeDirectory("/in");
  std::vector<std::pair<std::string, std::size_t>> records;
  stage.stream.fileStream("/in", Names{"!"}, {.newFilesOnly = false, .filter = [](std::string_view path) { return path.ends_with(".dat"); }}) |
      foreachRDD([&](const auto& batch) { records = batch.collect(); });
  stage.world.files().put("/in/a.dat", std::string(500, 'x'));
  stage.world.files().put("/in/b.dat", "y");
  stage.world.files().put("/in/c.txt", "z");
  stage.stream.start();
  stage.world.advance(1s);
  CHECK(records == std::vector<std::pair<std::string, std::size_t>>{{"/in/a.dat!", 500}, {"/in/b.dat!", 1}});
}

TEST_CASE("fileStream: an ignored file is an event with its reason, on stderr only when it is trouble") {
  Stage stage({.stopOnSignals = false});
  stage.world.files().put("/in/.hidden", "x");
  stage.world.files().putSpecial("/in/pipe");
  const auto unused = stage.stream.fileStream("/in", Names{}, {.newFilesOnly = false});
  stage.stream.fileStream("/in", Names{}, {.newFilesOnly = false}) | foreachRDD([](const auto&) {});
  stage.stream.start();
  stage.world.advance(3s);
  CHECK(stage.told.all<FileIgnored>().size() == 2);
  CHECK(stage.world.err() == "stage: files 1: /in/pipe is ignored: it is not a regular file\n");
}

}  // namespace
