// SPDX-License-Identifier: BSL-1.0
#include <dstream/connect/postgres.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <dstream/connect/postgres_database.hpp>
#include <dstream/connect/postgres_table.hpp>
#include <dstream/dstream.hpp>
#include <dstream/testing/world.hpp>

#include "connect/postgres_here.hpp"
#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/postgres_proxy.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::Cut;
using support::server;
using Rows = std::vector<std::string>;

struct Fixture {
  std::string database = server().newDatabase();
  testing::World world;
  testing::Files& files = static_cast<testing::Files&>(world.files());

  Fixture() {
    files.put("/in/.keep", "x");
    world.advance(1s);
  }
  [[nodiscard]] Rows rows(const std::string& query) const { return server().rows(query, database); }
};

/// One run of a job that counts words of files into PostgreSQL, by state and by sum.
struct Run {
  explicit Run(Fixture& fixture, CheckpointOptions options = {}, const std::string& address = {})
      : context("local[2]", "job", support::quiet(), fixture.world),
        stream(context, 1s),
        database(address.empty() ? server().address(fixture.database) : address,
                 support::unsynced()) {
    static_cast<void>(
        fixture.rows("SET client_min_messages = warning; CREATE TABLE IF NOT EXISTS counts(word "
                     "text PRIMARY KEY, n bigint)"));
    static_cast<void>(fixture.rows(
        "SET client_min_messages = warning; CREATE TABLE IF NOT EXISTS log(word text, n bigint)"));
    stream.addStreamingListener([this](const Event& event) { told.events.push_back(event); });
    stream.checkpoint("/checkpoint", options);
    const auto words = stream.textFileStream("/in").named("in") | flatMap(splitWords)
                       | map([this](auto word) {
                           if (onWord) onWord(word);
                           return std::pair{std::string(word), 1L};
                         })
                       | reduceByKey(plus);
    words
        | mapWithState(StateSpec::function<long>([](const std::string& word, std::optional<long> n,
                                                    State<long>& state) {
            state.update(state.getOption().value_or(0) + *n);
            return std::pair{word, state.get()};
          })).named("counts")
        | postgres::upsert(database, "counts").named("upsert").exactlyOnce();
    words | postgres::append(database, "public.log").named("append").exactlyOnce();
  }

  std::function<void(std::string_view)> onWord;
  support::Told told;  // told until the stream has gone
  Context context;
  StreamingContext stream;
  postgres::Database database;
};

/// Throws for "bad" so many times.
auto failing(int times) {
  return [times](std::string_view word) mutable {
    if (word == "bad" && times-- > 0) throw std::runtime_error("bad word");
  };
}

TEST_CASE("postgres: rows and place are one transaction, and a restart goes on behind them") {
  if (!support::haveServer()) return;
  Fixture fixture;
  for (int run = 0; run < 3; ++run) {
    Run job(fixture);
    job.stream.start();
    fixture.world.advance(1s);
    fixture.files.put("/in/" + std::to_string(run), "a b a\n");
    fixture.world.advance(2s);
    job.stream.stop();
  }
  CHECK(fixture.rows("SELECT word || n FROM counts ORDER BY word") == Rows{"a6", "b3"});
  CHECK(fixture.rows("SELECT word || n FROM log ORDER BY word")
        == Rows{"a2", "a2", "a2", "b1", "b1", "b1"});
  CHECK(fixture.rows("SELECT job || '/' || epoch || '/' || seq FROM dstream_commit")
        == Rows{"job/3/9"});
}

TEST_CASE("postgres: a batch that fails is rolled back and repeated, with nothing twice") {
  if (!support::haveServer()) return;
  for (const std::size_t every : {std::size_t{1}, std::size_t{3}}) {
    CAPTURE(every);
    Fixture fixture;
    Run job(fixture, {.commitEvery = every});
    job.onWord = failing(2);
    job.stream.start();
    fixture.world.advance(1s);
    fixture.files.put("/in/1", "a bad a\n");
    fixture.world.advance(5s);
    job.stream.stop();
    CHECK(job.told.all<BatchRepeated>().size() == 2);
    CHECK(fixture.rows("SELECT word || n FROM log ORDER BY word") == Rows{"a2", "bad1"});
    CHECK(fixture.rows("SELECT word || n FROM counts ORDER BY word") == Rows{"a2", "bad1"});
    CHECK(fixture.rows("SELECT seq FROM dstream_commit") == Rows{"6"});
  }
}

TEST_CASE(
    "postgres: a batch that fails for good stops the stream, or is given up if that was asked "
    "for") {
  if (!support::haveServer()) return;
  Fixture fixture;
  {
    Run job(fixture, {.repeats = 1});
    job.onWord = failing(100);
    job.stream.start();
    fixture.world.advance(1ms);
    fixture.files.put("/in/1", "a bad a\n");
    fixture.world.advance(3s);
    CHECK_THROWS_AS(job.stream.awaitTermination(), std::runtime_error);
  }
  CHECK(fixture.rows("SELECT word || n FROM log").empty());
  {
    Run job(fixture, {.repeats = 1, .afterRepeats = AfterRepeats::Skip});
    job.onWord = failing(100);
    job.stream.start();
    fixture.world.advance(3s);
    fixture.files.put("/in/2", "c\n");
    fixture.world.advance(3s);
    job.stream.stop();
    CHECK(job.told.all<BatchSkipped>().size() == 1);
  }
  CHECK(fixture.rows("SELECT word || n FROM log") == Rows{"c1"});
}

TEST_CASE("postgres: what does not belong together is refused at start") {
  if (!support::haveServer()) return;
  Fixture fixture;
  {
    Run job(fixture);
    job.stream.start();
    fixture.world.advance(1ms);
    fixture.files.put("/in/1", "a\n");
    fixture.world.advance(3s);
    job.stream.stop();
  }
  const auto refusal = [&](const std::string& change) {
    static_cast<void>(fixture.rows(change));
    Run job(fixture);
    return support::messageOf<CheckpointError>([&] { job.stream.start(); });
  };
  SECTION("the row was lost") {
    CHECK(
        support::contains(refusal("DELETE FROM dstream_commit"), "it has never heard of the job"));
  }
  SECTION("the database was restored") {
    CHECK(support::contains(refusal("UPDATE dstream_commit SET seq = 1"),
                            "is known to have committed more"));
  }
  SECTION("the database has gone on") {
    CHECK(support::contains(refusal("UPDATE dstream_commit SET seq = 100"),
                            "it has committed batch 100"));
  }
  SECTION("its last batch is another one") {
    CHECK(support::contains(refusal("UPDATE dstream_commit SET crc = crc + 1"),
                            "is another one there"));
  }
  SECTION("the epoch went back") {
    CHECK(support::contains(refusal("UPDATE dstream_commit SET epoch = 0"), "its epoch is 1"));
  }
}

TEST_CASE("postgres: a process that was taken over from commits nothing") {
  if (!support::haveServer()) return;
  Fixture fixture;
  Run job(fixture, {.repeats = 0});
  job.stream.start();
  fixture.world.advance(2s);
  static_cast<void>(fixture.rows("UPDATE dstream_commit SET epoch = epoch + 1"));
  fixture.files.put("/in/1", "a\n");
  fixture.world.advance(3s);
  CHECK(
      support::contains(support::messageOf<postgres::Error>([&] { job.stream.awaitTermination(); }),
                        "another process has taken over the job \"job\""));
  CHECK(fixture.rows("SELECT word FROM log").empty());
}

TEST_CASE("postgres: the connection is cut around COMMIT, again and again") {
  if (!support::haveServer()) return;
  Fixture fixture;
  static constexpr Cut all[] = {Cut::Before,  Cut::InCommit,   Cut::Behind,  Cut::BeforeReply,
                                Cut::InReply, Cut::LateCommit, Cut::LateCut, Cut::None};
  support::PostgresProxy proxy(server().socket(), [](long n) {
    return n < 2 ? Cut::None : all[n % 8];
  });  // the first one is the claim's
  Run job(fixture, {.repeats = 0}, proxy.address(fixture.database));
  job.stream.start();
  fixture.world.advance(1s);
  long batches = 0;
  for (; proxy.cuts() < 56; ++batches) {
    fixture.files.put("/in/" + std::to_string(batches), "a b a\n");
    fixture.world.advance(1s);
  }
  fixture.world.advance(60s);
  job.stream.stop();
  const std::string n = std::to_string(batches);
  CHECK(fixture.rows(
            "SELECT word || sum(n) || ' of ' || count(*) FROM log GROUP BY word ORDER BY word")
        == Rows{"a" + std::to_string(2 * batches) + " of " + n, "b" + n + " of " + n});
  CHECK(fixture.rows("SELECT word || n FROM counts ORDER BY word")
        == Rows{"a" + std::to_string(2 * batches), "b" + n});
  CHECK(job.told.all<BatchRepeated>().size() >= 20);  // those that were cut before the server knew
}

TEST_CASE(
    "postgres: a stop while nobody knows whether a batch is committed, and a restart that finds "
    "out") {
  if (!support::haveServer()) return;
  for (const Cut cut : {Cut::Before, Cut::BeforeReply}) {
    CAPTURE(static_cast<int>(cut));
    Fixture fixture;
    {
      support::PostgresProxy proxy(server().socket(), [&, cut](long n) {
        if (n == 3) proxy.refuse(true);  // the first is the claim's, the second an empty batch's
        return n == 3 ? cut : Cut::None;
      });
      Run job(fixture, {}, proxy.address(fixture.database));
      job.stream.start();
      fixture.world.advance(1s);
      fixture.files.put("/in/1", "a\n");
      fixture.world.advance(20s);
      CHECK(job.told.warnings("is not known yet, and is asked again") > 3);
      CHECK(job.told.all<BatchRepeated>().empty());
      job.stream.stop();
    }
    Run job(fixture);
    job.stream.start();
    fixture.world.advance(3s);
    job.stream.stop();
    CHECK(fixture.rows("SELECT word || n FROM log") == Rows{"a1"});
  }
}

TEST_CASE("postgres: the server is killed and comes back, and the job has only waited") {
  if (!support::haveServer()) return;
  Fixture fixture;
  Run job(fixture, {.repeats = 0});
  bool armed = false;
  job.onWord = [&](std::string_view word) {
    if (word == "kill" && std::exchange(armed, false)) server().kill();  // in the middle of a batch
  };
  job.stream.start();
  fixture.world.advance(1s);
  for (int round = 0; round < 3; ++round) {
    armed = true;
    fixture.files.put("/in/kill" + std::to_string(round), "a kill a\n");
    fixture.world.advance(30s);
    CHECK(job.told.all<BatchRepeated>().size() >= 8);
    server().start();
    fixture.world.advance(10s);
    server().kill();  // between two
    server().start();
    fixture.files.put("/in/" + std::to_string(round), "b\n");
    fixture.world.advance(10s);
    job.told.events.clear();
  }
  job.stream.stop();
  CHECK(fixture.rows("SELECT word || n FROM counts ORDER BY word") == Rows{"a6", "b3", "kill3"});
  CHECK(fixture.rows(
            "SELECT word || sum(n) || ' of ' || count(*) FROM log GROUP BY word ORDER BY word")
        == Rows{"a6 of 3", "b3 of 3", "kill3 of 3"});
}

TEST_CASE(
    "postgres: a connection that breaks between two outputs of a batch leaves nothing of either") {
  if (!support::haveServer()) return;
  Fixture fixture;
  static_cast<void>(fixture.rows("CREATE TABLE t(n int)"));
  static_cast<void>(
      fixture.rows("CREATE FUNCTION cut() RETURNS trigger AS $$ BEGIN PERFORM "
                   "pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$ LANGUAGE plpgsql"));
  static_cast<void>(fixture.rows("CREATE TABLE cuts(n int)"));
  static_cast<void>(fixture.rows(
      "CREATE TRIGGER cuts BEFORE INSERT ON cuts FOR EACH ROW EXECUTE FUNCTION cut()"));
  Context context("local[2]", "job", support::quiet(), fixture.world);
  StreamingContext stream(context, 1s);
  postgres::Database database(server().address(fixture.database), support::unsynced());
  stream.checkpoint("/checkpoint");
  const auto numbers = stream.textFileStream("/in").named("in") | map([](auto) { return 1; });
  numbers | postgres::append(database, "cuts").exactlyOnce();
  numbers | postgres::append(database, "t").exactlyOnce();
  stream.start();
  fixture.world.advance(1s);
  fixture.files.put("/in/1", "x\n");
  fixture.world.advance(5s);
  CHECK(fixture.rows("SELECT n FROM t").empty());
  static_cast<void>(fixture.rows("DROP TRIGGER cuts ON cuts"));
  fixture.world.advance(5s);
  stream.stop();
  CHECK(fixture.rows("SELECT n FROM t") == Rows{"1"});
  CHECK(fixture.rows("SELECT n FROM cuts") == Rows{"1"});
}

TEST_CASE(
    "postgres: a unit of several batches whose connection breaks ends the stream, and a restart "
    "repeats it") {
  if (!support::haveServer()) return;
  const int batches = GENERATE(1, 2);  // before it breaks
  CAPTURE(batches);
  Fixture fixture;
  {
    Run job(fixture, {.commitEvery = 4});
    job.stream.start();
    fixture.world.advance(1ms);
    fixture.files.put("/in/1", "a\n");
    fixture.world.advance(std::chrono::seconds(batches));
    static_cast<void>(
        fixture.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                     "current_database() AND application_name = 'dstream'"));
    fixture.files.put("/in/2", "b\n");
    fixture.world.advance(6s);
    CHECK(support::contains(
        support::messageOf<postgres::Error>([&] { job.stream.awaitTermination(); }),
        "held earlier batches of the unit"));
  }
  CHECK(fixture.rows("SELECT word FROM log").empty());
  Run job(fixture, {.commitEvery = 4});
  job.stream.start();
  fixture.world.advance(8s);
  job.stream.stop();
  CHECK(fixture.rows("SELECT word || n FROM log ORDER BY word") == Rows{"a1", "b1"});
}

enum class Colour { Red = 3 };
struct Row {
  std::int64_t id;
  std::optional<std::string> text;
  double number;
  Colour colour;
  std::chrono::milliseconds time;
  std::chrono::milliseconds period;
  std::vector<unsigned char> bytes;
  bool flag;
};

TEST_CASE(
    "postgres: without a checkpoint each batch is a transaction; every kind of member; the last of "
    "equal keys") {
  if (!support::haveServer()) return;
  const std::string name = server().newDatabase();
  support::Stage stage;
  postgres::Database database(server().address(name), support::unsynced());
  database.execute(
      "CREATE TABLE t(id int PRIMARY KEY, text text, number real, colour smallint, time bigint, "
      "period interval, bytes bytea, twice int GENERATED ALWAYS AS (id * 2) STORED, flag boolean); "
      "CREATE SCHEMA \"s p\"; CREATE TABLE \"s p\".\"a\"\"b\"(\"c d\" int)");
  BatchQueue<int> queue;
  const auto numbers = stage.stream.queueStream(queue);
  numbers | map([](int n) {
    return Row{n % 10,       n == 1 ? std::optional<std::string>{} : "it's\ta \\ \n\r\"é\"",
               n / 10 + 1.5, Colour::Red,
               7ms,          1500ms,
               {0, 255},     true};
  }) | postgres::upsert(database, "t");
  numbers | postgres::append(database, "\"s p\".\"a\"\"b\"");
  stage.stream.start();
  queue.push({1, 2, 12, 22});
  stage.world.advance(1s);
  queue.push({32});
  stage.world.advance(1s);
  stage.stream.stop();
  CHECK(server().rows("SELECT concat_ws('|', id, coalesce(text, 'null'), number, colour, time, "
                      "period, encode(bytes, 'hex'), twice, flag) FROM t ORDER BY id",
                      name)
        == Rows{"1|null|1.5|3|7|00:00:01.5|00ff|2|t",
                "2|it's\ta \\ \n\r\"é\"|4.5|3|7|00:00:01.5|00ff|4|t"});
  CHECK(server().rows("SELECT \"c d\" FROM \"s p\".\"a\"\"b\" ORDER BY 1", name)
        == Rows{"1", "2", "12", "22", "32"});
}

TEST_CASE(
    "postgres: a record that cannot be a row fails its batch with a sentence, or goes to the dead "
    "letters") {
  if (!support::haveServer()) return;
  using Record = std::tuple<long, std::optional<std::string>, double>;
  const auto poisons = [] {
    return std::vector<Record>{
        {1, "good", 1},     {40'000, "range", 1}, {2, std::string("a\0b", 3), 1},
        {3, "\xff", 1},     {4, std::nullopt, 1}, {5, "toolong", 1},
        {6, "good", 1e300}, {7, "abé  ", 1},      {8, "no", 1},
        {1, "key", 1},      {9, "good", 2}};
  };
  const std::string table =
      "CREATE TABLE t(id smallint PRIMARY KEY, text varchar(4) NOT NULL CHECK (text <> 'no'), "
      "number real)";
  const std::string name = server().newDatabase();
  support::Stage stage;
  postgres::Database database(server().address(name), support::unsynced());
  database.execute(table);
  BatchQueue<Record> queue;
  SECTION("dead letters") {
    stage.stream.queueStream(queue)
        | postgres::append(database, "t").named("rows").deadLetters("dead");
    stage.stream.start();
    queue.push(poisons());
    stage.world.advance(1s);
    stage.stream.stop();
    CHECK(server().rows("SELECT id || text || '|' || number FROM t ORDER BY id", name)
          == Rows{"1good|1", "7abé |1", "9good|2"});
    CHECK(server().rows("SELECT count(*) FROM dead WHERE output = 'rows' AND seq = 1", name)
          == Rows{"8"});
    CHECK(server().rows("SELECT reason FROM dead WHERE reason LIKE 'column%' ORDER BY record", name)
          == Rows{"column \"text\": a text with a NUL", "column \"text\": a text that is not UTF-8",
                  "column \"text\": no value, and the column needs one",
                  "column \"id\": a number outside the column's range",
                  "column \"text\": a text that is longer than the column",
                  "column \"number\": a number outside the column's range"});
    CHECK(server().rows("SELECT convert_from(record, 'UTF8') FROM dead WHERE reason LIKE "
                        "'%(23505)' OR reason LIKE '%(23514)' ORDER BY 1",
                        name)
          == Rows{"1\tkey\t1", "8\tno\t1"});
  }
  SECTION("dead letters of an upsert") {
    stage.stream.queueStream(queue) | postgres::upsert(database, "t").deadLetters("dead");
    stage.stream.start();
    queue.push(poisons());
    queue.push({{1, "new", 1}});
    stage.world.advance(2s);
    stage.stream.stop();
    CHECK(server().rows("SELECT id || text || '|' || number FROM t ORDER BY id", name)
          == Rows{"1new|1", "7abé |1", "9good|2"});
    CHECK(server().rows("SELECT count(*) FROM dead", name) == Rows{"7"});
  }
  SECTION("a sentence") {
    stage.stream.queueStream(queue) | postgres::append(database, "t");
    stage.stream.start();
    queue.push({{1, "good", 1}, {2, std::string("a\0b", 3), 1}});
    stage.world.advance(1s);
    CHECK(support::contains(
        support::messageOf<std::invalid_argument>([&] { stage.stream.awaitTermination(); }),
        "t, column \"text\": a text with a NUL, in the record \"2 a?b 1\"; deadLetters"));
    CHECK(server().rows("SELECT id FROM t", name).empty());
  }
}

TEST_CASE("postgres: dead letters come once, however often their batch is repeated") {
  if (!support::haveServer()) return;
  Fixture fixture;
  static_cast<void>(fixture.rows("CREATE TABLE t(word text CHECK (word <> 'no'))"));
  support::PostgresProxy proxy(server().socket(), [](long n) {
    return n == 1 ? Cut::None : n % 2 == 0 ? Cut::Before : Cut::BeforeReply;
  });
  Context context("local[2]", "job", support::quiet(), fixture.world);
  StreamingContext stream(context, 1s);
  postgres::Database database(proxy.address(fixture.database), support::unsynced());
  stream.checkpoint("/checkpoint");
  stream.textFileStream("/in").named("in") | map([](auto line) { return std::string(line); })
      | postgres::append(database, "t").deadLetters("dead").exactlyOnce();
  stream.start();
  fixture.world.advance(1s);
  for (int file = 0; file < 4; ++file)
    fixture.files.put("/in/" + std::to_string(file), "yes\nno\n\xff\n");
  fixture.world.advance(10s);
  stream.stop();
  CHECK(fixture.rows("SELECT count(*) FROM t") == Rows{"4"});
  CHECK(fixture.rows("SELECT count(*) FROM dead") == Rows{"8"});
}

/// Numbers of a file into tables, in the order of `into`.
struct Family {
  Family() {
    static_cast<void>(fixture.rows(
        "CREATE TABLE parent(id int PRIMARY KEY); CREATE TABLE child(id int REFERENCES parent(id) "
        "DEFERRABLE INITIALLY DEFERRED); CREATE TABLE other(id int CHECK (id <> 9))"));
    stream.checkpoint("/checkpoint", {.repeats = 0});
  }
  void into(const std::string& table, const std::string& letters = {}) {
    const auto numbers = lines | map([](auto line) { return std::stoi(std::string(line)); });
    const auto output = postgres::append(database, table).named(table);
    if (letters.empty())
      numbers | output.exactlyOnce();
    else
      numbers | output.deadLetters(letters).exactlyOnce();
  }
  void run(const std::string& text) {
    stream.start();
    fixture.world.advance(1s);
    fixture.files.put("/in/1", text);
    fixture.world.advance(3s);
  }
  [[nodiscard]] Rows counts() const {
    return fixture.rows("SELECT count(*) FROM child UNION ALL SELECT count(*) FROM parent UNION ALL SELECT count(*) FROM other");
  }

  Fixture fixture;
  Context context{"local[2]", "job", support::quiet(), fixture.world};
  StreamingContext stream{context, 1s};
  postgres::Database database{server().address(fixture.database), support::unsynced()};
  decltype(std::declval<StreamingContext&>().textFileStream("/in").named("in")) lines = stream.textFileStream("/in").named("in");
};

TEST_CASE("postgres: dead letters leave deferred constraints to the end of the transaction") {
  if (!support::haveServer()) return;
  Family family;
  SECTION("of their own table, whose rows come before what they refer to") {
    family.into("child", "dead");
    family.into("parent");
    family.into("other", "dead");
  }
  SECTION("of tables that come later") {
    family.into("other", "dead");
    family.into("child");
    family.into("parent");
  }
  SECTION("of tables that came before") {
    family.into("child");
    family.into("other", "dead");
    family.into("parent");
  }
  family.run("1\n2\n9\n");
  family.stream.stop();
  CHECK(family.counts() == Rows{"3", "3", "2"});
  CHECK(family.fixture.rows("SELECT output || convert_from(record, 'UTF8') FROM dead") == Rows{"other9"});
}

TEST_CASE("postgres: a deferred constraint that is not met in the end fails the batch, dead letters or not") {
  if (!support::haveServer()) return;
  Family family;
  family.into("child", "dead");
  family.into("other");
  family.run("1\n2\n");
  CHECK(support::contains(support::messageOf<postgres::Error>([&] { static_cast<void>(family.stream.awaitTerminationOrTimeout(1s)); }), "(23503)"));
  CHECK(family.counts() == Rows{"0", "0", "0"});
  CHECK(family.fixture.rows("SELECT to_regclass('dead') IS NULL") == Rows{"t"});
}

TEST_CASE("postgres: the reason of a dead letter is text, whatever the columns and the output are called") {
  if (!support::haveServer()) return;
  const std::string name = server().newDatabase();
  // Cut by bytes, the statement with t or the one with tx would be cut within a letter.
  for (const auto& [table, output, told] : {std::tuple<std::string, std::string, std::string>{"t", "rows", "rows"},
                                            {"tx", "rows", "rows"},
                                            {"odd", std::string("o\0\xFF", 3), "o\uFFFD\uFFFD"}}) {
    CAPTURE(table);
    support::Stage stage;
    postgres::Database database(server().address(name), support::unsynced());
    std::string columns;
    for (const char* const letter : {"α", "β", "γ", "δ"}) {
      columns += columns.empty() ? "\"" : " int, \"";
      for (int i = 0; i < 31; ++i) columns += letter;
      columns += '"';
    }
    const std::string last = columns.substr(columns.rfind(' ') + 1);
    database.execute("CREATE TABLE " + table + "(" + columns + " int CHECK (" + last + " > 0))");
    BatchQueue<std::tuple<int, int, int, int>> queue;
    stage.stream.queueStream(queue) | postgres::append(database, table).named(output).deadLetters("dead");
    stage.stream.start();
    queue.push({{1, 1, 1, 1}, {1, 1, 1, -1}, {1, 1, 1, 2}});
    stage.world.advance(1s);
    stage.stream.stop();
    CHECK(server().rows("SELECT " + last + " FROM " + table, name) == Rows{"1", "2"});
    CHECK(server().rows("SELECT output FROM dead WHERE reason LIKE '%: COPY " + table + " (%…: new row%(23514)'", name) == Rows{told});
  }
}

TEST_CASE("postgres: a primary key that includes other columns is one of its own columns only") {
  if (!support::haveServer()) return;
  const std::string name = server().newDatabase();
  support::Stage stage;
  postgres::Database database(server().address(name), support::unsynced());
  database.execute("CREATE TABLE t(note text, a int, b int, more text, PRIMARY KEY (b, a) INCLUDE (note, more))");
  BatchQueue<std::tuple<std::string, int, int, std::string>> queue;
  stage.stream.queueStream(queue) | postgres::upsert(database, "t");
  stage.stream.start();
  queue.push({{"x", 1, 2, "y"}, {"x", 2, 1, "y"}});
  queue.push({{"new", 1, 2, "newer"}});
  stage.world.advance(2s);
  stage.stream.stop();
  CHECK(server().rows("SELECT concat_ws('|', note, a, b, more) FROM t ORDER BY a", name) == Rows{"new|1|2|newer", "x|2|1|y"});
}

TEST_CASE("postgres_table: a table that does not fit fails the batch with a sentence") {
  if (!support::haveServer()) return;
  const std::string name = server().newDatabase();
  const auto failureOf = [&](const std::string& tables, const std::string& table) {
    support::Stage stage;
    postgres::Database database(server().address(name), support::unsynced());
    database.execute(tables);
    BatchQueue<std::pair<int, int>> queue;
    stage.stream.queueStream(queue) | postgres::upsert(database, table);
    stage.stream.start();
    queue.push({{1, 2}});
    stage.world.advance(1s);
    return support::messageOf<std::invalid_argument>([&] { stage.stream.awaitTermination(); });
  };
  CHECK(support::contains(failureOf("CREATE TABLE one(a int PRIMARY KEY)", "one"),
                          "one has 1 columns and the record 2 members"));
  CHECK(support::contains(failureOf("CREATE TABLE two(a int, b int)", "two"),
                          "upsert needs a primary key, and two has none"));
  CHECK(support::contains(failureOf("", "no"), "there is no table no"));
}

TEST_CASE("postgres: a table that is changed while the stream runs is looked at again") {
  if (!support::haveServer()) return;
  Fixture fixture;
  Run job(fixture);
  job.stream.start();
  fixture.world.advance(1s);
  fixture.files.put("/in/1", "a\n");
  fixture.world.advance(1s);
  static_cast<void>(fixture.rows("ALTER TABLE counts RENAME COLUMN n TO m"));
  fixture.files.put("/in/2", "a\n");
  fixture.world.advance(3s);
  job.stream.stop();
  CHECK(fixture.rows("SELECT word || m FROM counts") == Rows{"a2"});
}

}  // namespace
