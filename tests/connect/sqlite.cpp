// SPDX-License-Identifier: BSL-1.0
#include <dstream/connect/sqlite.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/connect/sqlite_database.hpp>
#include <dstream/connect/sqlite_row.hpp>
#include <dstream/connect/storable.hpp>
#include <dstream/dstream.hpp>
#include <dstream/operators/trying.hpp>
#include <dstream/testing/files.hpp>
#include <dstream/testing/world.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;

std::vector<std::string> rowsOf(const std::string& path, const std::string& query) {
  sqlite::Database database(path);
  const auto statement = database.connection()->prepare(query);
  std::vector<std::string> rows;
  while (statement->step()) rows.push_back(statement->text(0));
  return rows;
}

struct Fixture {
  support::TemporaryDirectory directory;
  std::string path = directory.path() + "/db";
  testing::World world;
  testing::Files& files = static_cast<testing::Files&>(world.files());
};

/// One run of a job that counts words of files into SQLite, by state and by sum.
struct Run {
  explicit Run(Fixture& fixture, CheckpointOptions options = {})
      : context("local[2]", "job", support::quiet(), fixture.world), stream(context, 1s), database(fixture.path) {
    database.execute("CREATE TABLE IF NOT EXISTS counts(word TEXT PRIMARY KEY, n INTEGER); CREATE TABLE IF NOT EXISTS log(word TEXT, n INTEGER)");
    stream.addStreamingListener([this](const Event& event) { told.events.push_back(event); });
    stream.checkpoint("/checkpoint", options);
    const auto words = stream.textFileStream("/in").named("in") | flatMap(splitWords) | map([this](auto word) {
                         if (failures > 0 && word == "bad") {
                           --failures;
                           throw std::runtime_error("bad word");
                         }
                         return std::pair{std::string(word), 1L};
                       }) | reduceByKey(plus);
    words | mapWithState(StateSpec::function<long>([](const std::string& word, std::optional<long> n, State<long>& state) {
              state.update(state.getOption().value_or(0) + *n);
              return std::pair{word, state.get()};
            })).named("counts")
          | sqlite::upsert(database, "counts").named("upsert").exactlyOnce();
    words | sqlite::append(database, "log").named("append").exactlyOnce();
  }

  int failures = 0;
  support::Told told;  // told until the stream has gone
  Context context;
  StreamingContext stream;
  sqlite::Database database;
};

void makeInput(Fixture& fixture) {
  fixture.files.put("/in/.keep", "x");
  fixture.world.advance(1s);
}

TEST_CASE("sqlite: rows and place are one transaction, and a restart goes on behind them") {
  Fixture fixture;
  makeInput(fixture);
  for (int run = 0; run < 3; ++run) {
    Run job(fixture);
    job.stream.start();
    fixture.world.advance(1s);
    fixture.files.put("/in/" + std::to_string(run), "a b a\n");
    fixture.world.advance(2s);
    job.stream.stop();
  }
  CHECK(rowsOf(fixture.path, "SELECT word || n FROM counts ORDER BY word") == std::vector<std::string>{"a6", "b3"});
  CHECK(rowsOf(fixture.path, "SELECT word || n FROM log ORDER BY word") == std::vector<std::string>{"a2", "a2", "a2", "b1", "b1", "b1"});
  CHECK(rowsOf(fixture.path, "SELECT job || '/' || epoch || '/' || seq FROM dstream_commit") == std::vector<std::string>{"job/3/9"});
}

TEST_CASE("sqlite: a batch that fails is rolled back and repeated, with nothing twice") {
  Fixture fixture;
  makeInput(fixture);
  for (const std::size_t every : {std::size_t{1}, std::size_t{3}}) {
    CAPTURE(every);
    Fixture one;
    makeInput(one);
    Run job(one, {.commitEvery = every});
    job.failures = 2;
    job.stream.start();
    one.world.advance(1s);
    one.files.put("/in/1", "a bad a\n");
    one.world.advance(5s);
    job.stream.stop();
    CHECK(job.told.all<BatchRepeated>().size() == 2);
    CHECK(rowsOf(one.path, "SELECT word || n FROM log ORDER BY word") == std::vector<std::string>{"a2", "bad1"});
    CHECK(rowsOf(one.path, "SELECT word || n FROM counts ORDER BY word") == std::vector<std::string>{"a2", "bad1"});
    CHECK(rowsOf(one.path, "SELECT seq FROM dstream_commit") == std::vector<std::string>{"6"});
  }
}

TEST_CASE("sqlite: a batch that fails for good stops the stream, or is given up if that was asked for") {
  Fixture fixture;
  makeInput(fixture);
  {
    Run job(fixture, {.repeats = 1});
    job.failures = 100;
    job.stream.start();
    fixture.world.advance(1ms);
    fixture.files.put("/in/1", "a bad a\n");
    fixture.world.advance(3s);
    CHECK_THROWS_AS(job.stream.awaitTermination(), std::runtime_error);
  }
  CHECK(rowsOf(fixture.path, "SELECT word || n FROM log").empty());
  {
    Run job(fixture, {.repeats = 1, .afterRepeats = AfterRepeats::Skip});
    job.failures = 100;
    job.stream.start();
    fixture.world.advance(3s);
    fixture.files.put("/in/2", "c\n");
    fixture.world.advance(3s);
    job.stream.stop();
    CHECK(job.told.all<BatchSkipped>().size() == 1);
  }
  CHECK(rowsOf(fixture.path, "SELECT word || n FROM log") == std::vector<std::string>{"c1"});
}

TEST_CASE("sqlite: what does not belong together is refused at start") {
  Fixture fixture;
  makeInput(fixture);
  {
    Run job(fixture);
    job.stream.start();
    fixture.world.advance(1ms);
    fixture.files.put("/in/1", "a\n");
    fixture.world.advance(3s);
    job.stream.stop();
  }
  const auto refusal = [&] {
    Run job(fixture);
    return support::messageOf<CheckpointError>([&] { job.stream.start(); });
  };
  SECTION("the row was lost") {
    sqlite::Database(fixture.path).execute("DELETE FROM dstream_commit");
    CHECK(support::contains(refusal(), "it has never heard of the job"));
  }
  SECTION("the database was restored") {
    sqlite::Database(fixture.path).execute("UPDATE dstream_commit SET seq = 1");
    CHECK(support::contains(refusal(), "is known to have committed more"));
  }
  SECTION("the database has gone on") {
    sqlite::Database(fixture.path).execute("UPDATE dstream_commit SET seq = 100");
    CHECK(support::contains(refusal(), "it has committed batch 100"));
  }
  SECTION("its last batch is another one") {
    sqlite::Database(fixture.path).execute("UPDATE dstream_commit SET crc = crc + 1");
    CHECK(support::contains(refusal(), "is another one there"));
  }
  SECTION("the epoch went back") {
    sqlite::Database(fixture.path).execute("UPDATE dstream_commit SET epoch = 0");
    CHECK(support::contains(refusal(), "its epoch is 1"));
  }
  SECTION("the directory was lost") {
    for (const std::string& path : fixture.files.paths())
      if (path.starts_with("/checkpoint/")) fixture.files.remove(path);
    CHECK(support::contains(refusal(), "the directory is empty"));
  }
}

TEST_CASE("sqlite: a transaction that SQLite rolls back between two outputs of a batch leaves nothing of either") {
  Fixture fixture;
  makeInput(fixture);
  Context context("local[2]", "job", support::quiet(), fixture.world);
  StreamingContext stream(context, 1s);
  sqlite::Database database(fixture.path);
  database.execute("CREATE TABLE keyed(n INTEGER PRIMARY KEY); CREATE TABLE log(n INTEGER)");
  stream.checkpoint("/checkpoint", {.repeats = 2});
  const auto numbers = stream.textFileStream("/in").named("in") | map([](auto) { return 1; });
  numbers | sqlite::execute(database, "INSERT OR ROLLBACK INTO keyed VALUES (?1)").exactlyOnce();
  numbers | sqlite::append(database, "log").exactlyOnce();
  stream.start();
  fixture.world.advance(1s);
  fixture.files.put("/in/1", "x\nx\n");
  fixture.world.advance(5s);
  CHECK_THROWS_AS(stream.awaitTermination(), sqlite::Error);
  CHECK(rowsOf(fixture.path, "SELECT n FROM log").empty());
}

TEST_CASE("sqlite: a process that was taken over from commits nothing") {
  Fixture fixture;
  makeInput(fixture);
  Run job(fixture, {.repeats = 0});
  job.stream.start();
  fixture.world.advance(2s);
  sqlite::Database(fixture.path).execute("UPDATE dstream_commit SET epoch = epoch + 1");
  fixture.files.put("/in/1", "a\n");
  fixture.world.advance(3s);
  CHECK_THROWS_AS(job.stream.awaitTermination(), sqlite::Error);
  CHECK(rowsOf(fixture.path, "SELECT word FROM log").empty());
}

TEST_CASE("sqlite: a database that somebody else has locked, or that has no room for the rows, is waited for, and nothing is lost or doubled") {
  Fixture fixture;
  makeInput(fixture);
  Context context("local[2]", "job", support::quiet(), fixture.world);
  StreamingContext stream(context, 1s);
  support::Told told;
  stream.addStreamingListener([&](const Event& event) { told.events.push_back(event); });
  sqlite::Database database(fixture.path, {.busyTimeout = 0ms});
  database.execute("CREATE TABLE log(text, n)");
  stream.checkpoint("/checkpoint", {.repeats = 0});
  stream.textFileStream("/in").named("in") | map([](auto line) { return std::pair{std::string(line), 1L}; }) | sqlite::append(database, "log").named("log").exactlyOnce();
  stream.start();
  fixture.world.advance(1s);
  std::string text = "a";
  sqlite::Database other(fixture.path);
  SECTION("locked") {
    other.execute("BEGIN IMMEDIATE");
    fixture.files.put("/in/1", text + "\n");
    fixture.world.advance(60s);
    other.execute("ROLLBACK");
  }
  SECTION("full") {
    text = std::string(100'000, 'b');
    database.execute("PRAGMA max_page_count = 10");
    fixture.files.put("/in/1", text + "\n");
    fixture.world.advance(60s);
    database.execute("PRAGMA max_page_count = 1000000");
  }
  CHECK(told.all<BatchRepeated>().size() > 10);
  CHECK(rowsOf(fixture.path, "SELECT text FROM log").empty());
  fixture.world.advance(10s);
  stream.stop();
  CHECK(rowsOf(fixture.path, "SELECT length(text) FROM log") == std::vector<std::string>{std::to_string(text.size())});
}

TEST_CASE("sqlite: without a checkpoint each batch is a transaction; every kind of member") {
  enum class Colour { Red = 3 };
  struct Row {
    std::int64_t id;
    std::optional<std::string> text;
    double number;
    Colour colour;
    std::chrono::milliseconds time;
    std::vector<unsigned char> bytes;
    bool flag;
  };
  Fixture fixture;
  support::Stage stage;
  sqlite::Database database(fixture.path);
  database.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, text TEXT, number REAL, colour INTEGER, time INTEGER, bytes BLOB, flag INTEGER); CREATE TABLE sums(n INTEGER); INSERT INTO sums VALUES (0)");
  BatchQueue<int> queue;
  const auto numbers = stage.stream.queueStream(queue);
  numbers | map([](int n) {
    return Row{n, n == 1 ? std::optional<std::string>{} : "it's", 1.5, Colour::Red, 7ms, {0, 255}, true};
  }) | sqlite::upsert(database, "t");
  numbers | sqlite::execute(database, "UPDATE sums SET n = n + ?1");
  stage.stream.start();
  queue.push({1, 2, 2});
  stage.world.advance(1s);
  stage.stream.stop();
  CHECK(rowsOf(fixture.path, "SELECT id || '|' || coalesce(text, 'null') || '|' || number || '|' || colour || '|' || time || '|' || hex(bytes) || '|' || flag FROM t ORDER BY id") ==
        std::vector<std::string>{"1|null|1.5|3|7|00FF|1", "2|it's|1.5|3|7|00FF|1"});
  CHECK(rowsOf(fixture.path, "SELECT n FROM sums") == std::vector<std::string>{"5"});
}

TEST_CASE("sqlite: records that a column cannot hold are set aside, committed with the batch, and the others are written") {
  struct Row {
    std::string text;
    std::uint64_t number = 0;
    std::optional<std::string> note;
  };
  constexpr std::uint64_t tooMuch = 0x8000'0000'0000'0000U;
  const std::vector<Row> input{{"good", tooMuch - 1, {}}, {"not\xFFthat", 1, {}}, {"good too", 2, "ä"}, {std::string("n\0l", 3), 3, {}}, {"many", tooMuch, {}}, {"note", 4, "\xC3"}};
  Fixture fixture;
  {
    sqlite::Database database(fixture.path);
    database.execute("CREATE TABLE rows(text, number, note); CREATE TABLE dead(text, number, note, message, seq)");
    Context context("local[2]", "job", support::quiet(), fixture.world);
    StreamingContext stream(context, 1s);
    stream.checkpoint("/checkpoint");
    const auto [rows, refused] = stream.rangeStream(input, 4).named("range") | trying(sqlite::storable());
    rows | sqlite::append(database, "rows").exactlyOnce();
    refused | map([](const DeadLetter<Row>& letter) { return std::pair{letter.message, letter.seq}; }) | sqlite::execute(database, "INSERT INTO dead(message, seq) VALUES (?, ?)").exactlyOnce();
    stream.start();
    fixture.world.advance(3s);
  }
  CHECK(rowsOf(fixture.path, "SELECT text || ' ' || number || ifnull(note, '') FROM rows") == std::vector<std::string>{"good 9223372036854775807", "good too 2ä"});
  CHECK(rowsOf(fixture.path, "SELECT seq || ' ' || message FROM dead") ==
        std::vector<std::string>{"1 dstream: no UTF-8 at byte 3 of a text", "1 dstream: a NUL at byte 1 of a text", "2 dstream: sqlite: 9223372036854775808 is more than a column can hold",
                                 "2 dstream: no UTF-8 at byte 0 of a text"});
  CHECK(planOf(sqlite::storable()).fused == 1);
}

TEST_CASE("sqlite::storable: a NaN, which would come back as NULL, is refused") {
  const std::vector<std::pair<int, double>> rows{{1, std::numeric_limits<double>::quiet_NaN()}};
  CHECK_THROWS_WITH(rows | sqlite::storable() | count() | value(), "dstream: SQLite would make NULL of a NaN");
  const std::vector<std::pair<int, double>> fine{{1, std::numeric_limits<double>::infinity()}};
  CHECK((fine | sqlite::storable() | count() | value()) == 1);
}

TEST_CASE("storable: what text a database holds") {
  CHECK_NOTHROW(dstream::detail::requireStorable(""));
  CHECK_NOTHROW(dstream::detail::requireStorable("aä€𐍈"));
  for (const std::string_view bad : {std::string_view("\0", 1), std::string_view("a\0", 2), std::string_view("\xC0\x80"), std::string_view("\xED\xA0\x80"), std::string_view("12345678\xE2\x82")})
    CHECK_THROWS_AS(dstream::detail::requireStorable(bad), std::invalid_argument);
}

TEST_CASE("sqlite: a table that does not fit fails the batch with a sentence") {
  const auto failureOf = [](const std::string& tables, const std::string& table) {
    Fixture fixture;
    support::Stage stage;
    sqlite::Database database(fixture.path);
    database.execute(tables);
    BatchQueue<std::pair<int, int>> queue;
    stage.stream.queueStream(queue) | sqlite::upsert(database, table);
    stage.stream.start();
    queue.push({{1, 2}});
    stage.world.advance(1s);
    return support::messageOf<std::invalid_argument>([&] { stage.stream.awaitTermination(); });
  };
  CHECK(support::contains(failureOf("CREATE TABLE t(a INTEGER PRIMARY KEY)", "t"), "the statement has 1 parameters and the record 2 members"));
  CHECK(support::contains(failureOf("CREATE TABLE t(a, b)", "t"), "upsert needs a primary key"));
  CHECK(support::contains(failureOf("CREATE TABLE t(a, b)", "no"), "has no table no"));
}

}  // namespace
