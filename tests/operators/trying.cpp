// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/trying.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/core/chain.hpp>
#include <dstream/core/dead_letter.hpp>
#include <dstream/core/tried.hpp>
#include <dstream/dstream.hpp>
#include <dstream/testing/world.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::contains;
using Texts = std::vector<std::string>;
using Numbers = std::vector<int>;
using Letter = DeadLetter<std::string>;
using Letters = std::vector<Letter>;

int parse(std::string_view text) {
  int number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') throw std::invalid_argument("no digit: " + std::string(1, c));
    number = number * 10 + (c - '0');
  }
  return number;
}

TEST_CASE("trying: each record is in one part, in order, whole") {
  const Texts texts{"1", "x", "3", "4", "y5"};
  const auto [records, letters] = texts | trying(map(parse));
  CHECK((records | collect()) == Numbers{1, 3, 4});
  CHECK((letters | collect())
        == Letters{{"x", "map", "no digit: x"}, {"y5", "map", "no digit: y"}});

  const auto [all, none] = Texts{"1"} | trying(map(parse)).named("parse");
  CHECK((all | collect()) == Numbers{1});
  CHECK((none | collect()).empty());
  const auto [nothing, noLetters] = Texts{} | trying(map(parse));
  CHECK((nothing | collect()).empty());
  CHECK((noLetters | collect()).empty());
}

TEST_CASE(
    "trying: the operators of a pipeline as one; what they gave before they threw is taken back") {
  const auto halves = [](int x) {
    return std::vector{x, x + 1} | flatMap([x](int y) {
             if (y == 8) throw std::runtime_error("eight");
             return Numbers{x, y};
           })
           | collect();
  };
  // flatMap's element 70 comes before the one that throws
  const auto lazy = [](int x) {
    return support::contains(std::to_string(x), "7") ? Numbers{x, -1} : Numbers{x};
  };
  const auto refuse = [](int x) {
    if (x == -1) throw 1;
    return x;
  };
  const auto [records, letters] =
      Texts{"5", "7", "9", "70", "71x"}
      | trying(map(parse) | (flatMap(lazy) | map(refuse)) | filter([](int x) { return x != 9; }))
            .named("numbers");
  CHECK((records | collect()) == Numbers{5});
  CHECK((letters | collect())
        == Letters{{"7", "numbers", "an exception of unknown type"},
                   {"70", "numbers", "an exception of unknown type"},
                   {"71x", "numbers", "no digit: x"}});
  const auto [pairs, refused] = Numbers{5, 7} | trying(flatMap(halves));
  CHECK((pairs | collect()) == Numbers{5, 5, 5, 6});
  CHECK((refused | collect()) == std::vector<DeadLetter<int>>{{7, "flatMap", "eight"}});
}

TEST_CASE(
    "trying: functions are called once, whatever asks; partitions stay, at any number of tasks") {
  Texts texts;
  for (int i = 0; i < 100; ++i)
    texts.push_back(i % 7 == 3 ? "x" + std::to_string(i) : std::to_string(i));
  Numbers numbers;
  Texts refused;
  for (const std::string& text : texts)
    if (text[0] == 'x') {
      refused.push_back(text);
    } else {
      numbers.push_back(parse(text));
    }
  for (const std::size_t slices : std::vector<std::size_t>{1, 2, 7}) {
    support::SlicingRunner runner(2, slices, 3);
    int calls = 0;
    auto [records, letters] =
        parallelize(texts, 5) | on(runner)
        | trying(map([&calls](const std::string& text) { return ++calls, parse(text); }));
    CHECK((letters | map([](const Letter& letter) { return letter.record; }) | collect())
          == refused);
    CHECK((records | collect()) == numbers);
    CHECK((letters | count() | value()) == static_cast<std::int64_t>(refused.size()));
    CHECK(calls == 100);
    CHECK(records.partitions() == 5);
    CHECK(letters.partitions() == 5);
  }
}

TEST_CASE(
    "trying: a record is as it came, although functions would move it away; views are owned") {
  Texts owned{"a long text that lies on the heap", "b"};
  const auto take = [](auto&& text) -> int {
    const std::string taken = std::forward<decltype(text)>(text);
    throw std::runtime_error(std::to_string(taken.size()));
  };
  const auto [records, letters] = std::move(owned) | trying(map(take));
  CHECK((letters | collect())
        == Letters{{"a long text that lies on the heap", "map", "33"}, {"b", "map", "1"}});
  const auto [numbers, words] = Texts{"1 zwei 3"} | flatMap(splitWords) | trying(map(parse));
  CHECK((numbers | collect()) == Numbers{1, 3});
  CHECK((words | collect()) == Letters{{"zwei", "map", "no digit: z"}});
}

TEST_CASE("trying: want of memory is no fault of a record") {
  const auto [records, letters] =
      Texts{"1"} | trying(map([](const std::string&) -> int { throw std::bad_alloc(); }));
  CHECK_THROWS_AS(records | collect(), std::bad_alloc);
}

TEST_CASE("trying: nor is it a record's fault that a service is away") {
  const auto [records, letters] =
      Texts{"1"} | trying(map([](const std::string&) -> int { throw Outage("away"); }));
  CHECK_THROWS_AS(records | collect(), Outage);
}

TEST_CASE("trying: a dead letter has a text form of one line, a Codec, and a plan") {
  std::string line;
  appendText<TextStyle::Scala>(line, Letter{"a\nb\t'", "parse", "no\x01", 7});
  CHECK(line == "7\tparse\t'no\\x01'\t\"a\\nb\\t'\"");
  line.clear();
  appendText<TextStyle::Scala>(line,
                               DeadLetter<std::pair<std::string, int>>{{"a", 1}, "map", "no", 0});
  CHECK(line == "0\tmap\t'no'\t('a', 1)");
  std::string bytes;
  const Letter letter{"a", "parse", "no", 7};
  Codec<Letter>::encode(letter, bytes);
  std::string_view in = bytes;
  CHECK(Codec<Letter>::decode(in) == letter);
  CHECK(in.empty());
  CHECK(planOf(trying(map(parse))).stages == 2);
  CHECK(explain(map(parse) | trying(map(plus))) == "#1 input\n   #1 | map\n#2 wide trying\n");
}

TEST_CASE("trying: on a stream both parts are streams; a letter names its batch") {
  support::Stage stage;
  BatchQueue<std::string> queue;
  Texts seen;
  const auto [records, letters] =
      stage.stream.queueStream(queue) | trying(map(parse)).named("parse");
  records | reduce(plus) | foreachRDD([&](const auto& batch) {
    for (const int sum : batch.collect())
      seen.push_back(std::to_string(batch.batch().seq) + " " + std::to_string(sum));
  });
  letters | foreachRDD([&](const auto& batch) {
    for (const Letter& letter : batch.collect()) seen.push_back(toText(letter));
  });
  queue.push(Texts{"1", "x", "3"});
  queue.push(Texts{"y"});
  stage.stream.start();
  CHECK(contains(stage.stream.explain(), "trying \"parse\""));
  stage.world.advance(2s);
  CHECK(seen == Texts{"1 4", "1\tparse\t'no digit: x'\t'x'", "2\tparse\t'no digit: y'\t'y'"});
  CHECK(stage.told.all<BatchFailed>().empty());
}

TEST_CASE("trying: with an output for the letters a pipeline goes on, and needs no source") {
  support::Stage stage;
  BatchQueue<std::string> queue;
  Texts dead;
  Numbers sums;
  const auto summed = trying(map(parse), map([](const Letter& letter) { return letter.record; })
                                             | foreachRDD([&](const auto& batch) {
                                                 for (const std::string& record : batch.collect())
                                                   dead.push_back(record);
                                               }))
                          .named("parse")
                      | reduce(plus);
  stage.stream.queueStream(queue) | summed
      | foreachRDD([&](const auto& batch) { sums.push_back(batch.value()); });
  queue.push(Texts{"1", "x", "3"});
  stage.stream.start();
  stage.world.advance(1s);
  CHECK(dead == Texts{"x"});
  CHECK(sums == Numbers{4});
}

/// One run of a job with poison in it, until its end, its disk's, or so many batches.
void live(testing::World& world, int failures, int batches) {
  static const Texts texts{"1", "x", "3", "4", "y", "6"};
  try {
    Context context("local[2]", "job", support::quiet(), world);
    StreamingContext stream(context, 1s);
    stream.checkpoint("/checkpoint");
    const auto [records, letters] =
        stream.rangeStream(texts, 2).named("range") | trying(map(parse));
    records | foreachRDD([&](const auto& batch) {
      static_cast<void>(batch.collect());
      if (failures-- > 0) throw std::runtime_error("no");
    });
    records | saveAsTextFiles("/out/good").exactlyOnce();
    letters | saveAsTextFiles("/out/dead").exactlyOnce();
    stream.start();
    for (int second = 0; second < batches && !world.files().stopped(); ++second) world.advance(1s);
  } catch (const std::exception&) {
    if (!world.files().stopped()) throw;
  }
}

/// The lines that are shown under a name.
Texts shown(testing::World& world, std::string_view name) {
  Texts lines;
  for (const std::string& path : world.files().paths())
    if (contains(path, name) && contains(path, "/part-")) {
      std::string text = world.files().content(path);
      for (std::size_t end = text.find('\n'); end != std::string::npos;
           text.erase(0, end + 1), end = text.find('\n'))
        lines.push_back(text.substr(0, end));
    }
  return lines;
}

TEST_CASE(
    "trying: batches that are repeated, and processes that end at any call of the disk: each dead "
    "letter is shown once, with its batch") {
  const Texts good{"1", "3", "4", "6"};
  const Texts dead{"1\tmap\t'no digit: x'\t'x'", "3\tmap\t'no digit: y'\t'y'"};
  testing::World calm;
  live(calm, 2, 8);
  CHECK(shown(calm, "/out/good") == good);
  CHECK(shown(calm, "/out/dead") == dead);
  const std::uint64_t calls = calm.files().calls();
  REQUIRE(calls > 50);
  for (const auto when : {testing::StopPoint::When::Before, testing::StopPoint::When::Halfway,
                          testing::StopPoint::When::After})
    for (std::uint64_t n = 1; n <= calls; n += 3) {
      testing::World world;
      world.files().stopAt(
          {.call = n, .when = when, .how = testing::StopPoint::How::PowerLoss, .seed = n});
      live(world, 1, 8);
      world.files().restart();
      live(world, 0, 8);
      INFO("call " << n);
      CHECK(shown(world, "/out/good") == good);
      CHECK(shown(world, "/out/dead") == dead);
    }
}

}  // namespace
