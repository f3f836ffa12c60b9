// SPDX-License-Identifier: BSL-1.0
#include <dstream/connect/postgres_link.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/connect/postgres_database.hpp>
#include <dstream/connect/postgres_result.hpp>
#include <dstream/connect/postgres_words.hpp>
#include <dstream/stream/batch.hpp>

#include "connect/postgres_here.hpp"
#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::contains;
using support::messageOf;
using support::server;
using Link = postgres::BasicLink<>;

/// Takes connections and never says a word.
struct SilentServer {
  SilentServer() {
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof own;
    REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&own), sizeof own) == 0);
    REQUIRE(::listen(listener, 8) == 0);
    REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&own), &size) == 0);
    address = "host=127.0.0.1 sslmode=disable gssencmode=disable dbname=x user=x port="
              + std::to_string(ntohs(own.sin_port));
  }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  ~SilentServer() { ::close(listener); }
  int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  std::string address;
};

TEST_CASE(
    "postgres_result: what may pass by itself is an outage, what would be refused again is an "
    "error") {
  CHECK(postgres::mayPass(""));
  for (const char* code : {"08006", "40001", "40P01", "53100", "53300", "55P03", "57P01", "57P03",
                           "58030", "25006", "25P03"})
    CHECK(postgres::mayPass(code));
  for (const char* code :
       {"22021", "23505", "28P01", "3D000", "42P01", "42501", "57014", "0A000", "25P01"})
    CHECK_FALSE(postgres::mayPass(code));
  CHECK_THROWS_AS(Link("nonsense", {}), postgres::Error);
  CHECK(Link("postgresql://me:secret@there:77/base", {}).name() == "there:77/base");
  Link nobody("host=/no/such/directory", {});
  CHECK(contains(messageOf<Outage>([&] { nobody.open(); }),
                 "connect: connection to server on socket"));
  CHECK_THROWS_AS(nobody.run("SELECT 1"), Outage);
  if (!support::haveServer()) return;
  Link other(server().address("no_such_base"), support::unsynced());
  try {
    other.open();
    FAIL("connected");
  } catch (const postgres::Error& error) {
    CHECK(error.code() == "3D000");
    CHECK(contains(error.what(), "database \"no_such_base\" does not exist"));
    CHECK_FALSE(contains(error.what(), "LOCATION"));
  }
}

TEST_CASE(
    "postgres_link: a server whose COMMIT means less, or whose text is none of ours, is refused") {
  if (!support::haveServer()) return;
  Link careful(server().address(), {});
  CHECK(contains(messageOf<postgres::Error>([&] { careful.open(); }), "fsync=off"));
  CHECK_FALSE(careful.isOpen());
  static_cast<void>(server().rows("CREATE DATABASE latin ENCODING LATIN1 TEMPLATE template0"));
  Link latin(server().address("latin"), support::unsynced());
  CHECK(contains(messageOf<postgres::Error>([&] { latin.open(); }),
                 "encoding is LATIN1; UTF8 is needed"));
  const std::string name = server().newDatabase();
  static_cast<void>(server().rows("ALTER DATABASE " + name + " SET synchronous_commit = off"));
  Link link(server().address(name), support::unsynced());
  link.open();
  CHECK(link.run("SHOW synchronous_commit").text(0, 0) == "on");
  static_cast<void>(
      server().rows("ALTER DATABASE " + name + " SET synchronous_commit = remote_apply"));
  link.close();
  link.open();
  CHECK(link.run("SHOW synchronous_commit").text(0, 0) == "remote_apply");
  static_cast<void>(
      server().rows("ALTER DATABASE " + name + " SET default_transaction_read_only = on"));
  link.close();
  CHECK(contains(messageOf<Outage>([&] { link.open(); }),
                 "read-only"));  // as of a primary that has become a replica
}

TEST_CASE("postgres_link: no wait is longer than it may be") {
  const SilentServer silent;
  Link mute(silent.address, {.connectTimeout = 50ms});
  CHECK(contains(messageOf<Outage>([&] { mute.open(); }), "connect: no answer in time"));
  Link hurried(silent.address, {.connectTimeout = 1h});
  hurried.hurry(true);
  CHECK(contains(messageOf<Outage>([&] { hurried.open(); }), "connect: given up for a stop"));
  if (!support::haveServer()) return;
  const std::string name = server().newDatabase();
  Link link(server().address(name),
            {.timeout = 100ms, .lockTimeout = 50ms, .idleTimeout = 100ms, .allowUnsynced = true});
  link.open();
  CHECK(contains(messageOf<postgres::Error>([&] { link.run("SELECT pg_sleep(60)"); }),
                 "canceling statement due to statement timeout (57014)"));
  CHECK(link.isOpen());
  link.run("CREATE TABLE t(n int)");
  Link other(server().address(name), support::unsynced());
  other.open();
  other.run("BEGIN; LOCK TABLE t");
  CHECK(contains(messageOf<Outage>([&] { link.run("INSERT INTO t VALUES (1)"); }),
                 "canceling statement due to lock timeout (55P03)"));
  CHECK(link.isOpen());
  other.hurry(true);
  CHECK(contains(messageOf<Outage>([&] { other.run("SELECT pg_sleep(60)"); }),
                 "given up for a stop"));
  CHECK_FALSE(other.isOpen());
  other.hurry(false);
  other.open();
  CHECK(other.generation() == 2);
  other.run("SELECT 1");
}

TEST_CASE("postgres_link: a time that is longer than any is the longest that the server takes") {
  constexpr auto most = std::chrono::milliseconds::max();
  const postgres::Options options{most, most, most, most, true};
  CHECK(Link("host=x", options).options().timeout == std::chrono::milliseconds(2'147'483'647));
  if (!support::haveServer()) return;
  const std::string name = server().newDatabase();
  postgres::Database database(server().address(name), options);
  auto& connection = *database.connection();
  CHECK(connection.claim("job").epoch == 1);
  const auto set = connection.link().run(
      "SELECT DISTINCT setting FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')");
  REQUIRE(set.rows() == 1);
  CHECK(set.text(0, 0) == "2147483647");
}

TEST_CASE("postgres_words: the front of a text has no half of a character") {
  const std::string text = "aé…\U0001F600b";
  for (const auto& [most, front] : std::vector<std::pair<std::size_t, std::string>>{
           {0, ""}, {1, "a"}, {2, "a"}, {3, "aé"}, {5, "aé"}, {6, "aé…"}, {9, "aé…"}, {10, "aé…\U0001F600"}, {11, text}, {99, text}}) {
    CAPTURE(most);
    CHECK(detail::frontOf(text, most) == front);
  }
  CHECK(detail::frontOf("\x80\x80\x80", 2).empty());
}

TEST_CASE("postgres_words: statements, names and pieces of data of every size") {
  if (!support::haveServer()) return;
  Link link(server().address(server().newDatabase()), support::unsynced());
  link.open();
  CHECK(link.run("SELECT 1; SELECT 2; CREATE TABLE t(a text, b text)").text(0, 0) == "2");
  for (const std::string odd : {"it's", "a\\b", "", "\"", "\\'", "é\n"}) {
    CAPTURE(odd);
    CHECK(link.run("SELECT " + detail::postgresLiteral(odd)).text(0, 0) == odd);
    CHECK(link.run("SELECT $1", {odd}).text(0, 0) == odd);
    if (!odd.empty())
      CHECK(std::string_view(PQfname(link.run("SELECT 1 AS " + detail::postgresName(odd)).get(), 0))
            == odd);
  }
  const std::string big(5'000'000, 'x');
  link.copy("COPY t FROM STDIN",
            std::vector<std::string>{"1\t", big + "\n", "", "2\ty\n3\t" + big.substr(1) + "\n"});
  CHECK(link.run("SELECT count(*) || ' ' || sum(length(b)) FROM t").text(0, 0) == "3 10000000");
  CHECK(contains(messageOf<postgres::Error>([&] {
                   link.copy("COPY t FROM STDIN", std::vector<std::string>{"1\t2\t3\n"});
                 }),
                 "(22P04)"));
  CHECK_THROWS_AS(link.copy("SELECT 1", std::vector<std::string>{}), postgres::Error);
  CHECK(contains(messageOf<postgres::Error>([&] { link.run("COPY t TO STDOUT"); }),
                 "nobody here reads"));
  link.open();
  CHECK(contains(messageOf<postgres::Error>([&] { link.run("SELECT 1; no sql"); }), "(42601)"));
  CHECK(link.run("SELECT 3").number(0, 0) == 3);
}

TEST_CASE(
    "postgres_database: two processes of one job, each of which is fenced by the other's claim") {
  if (!support::haveServer()) return;
  const std::string name = server().newDatabase();
  const postgres::Options options{.idleTimeout = 100ms, .allowUnsynced = true};
  const postgres::Database first(server().address(name), options);
  const postgres::Database second(server().address(name), options);
  const auto commits = [](const postgres::Database& database, std::uint64_t seq) {
    Decider& decider = *database.connection();
    const Batch batch{seq, {static_cast<std::int64_t>(seq)}, 1, 0};
    decider.begin(batch);
    decider.seal(batch, 7);
    return decider.commit(batch);
  };
  const Decider::Position none = first.connection()->claim("job");
  CHECK_FALSE(none.known);
  CHECK(none.epoch == 1);
  CHECK(commits(first, 1));
  const Decider::Position one = second.connection()->claim("job");
  CHECK(one.known);
  CHECK(one.epoch == 2);
  CHECK(one.seq == 1);
  CHECK(one.checksum == 7);
  CHECK(contains(messageOf<postgres::Error>([&] { commits(first, 2); }),
                 "another process has taken over the job \"job\""));
  const Decider::Position seen = first.connection()->look("job");  // no claim: the second one goes on
  CHECK(seen.epoch == 2);
  CHECK(seen.seq == 1);
  CHECK(first.connection()->look("nobody's").seq == 0);
  second.connection()->begin({2, {2}, 1, 0});
  CHECK(first.connection()->look("job").seq == 1);  // nor does it wait for what is being written
  second.connection()->rollback();
  CHECK(commits(second, 2));
  CHECK(first.connection()->claim("job").epoch == 3);
  CHECK_THROWS_AS(commits(second, 3), postgres::Error);
  CHECK(commits(first, 3));

  // One that stands still within a transaction: the server gives it up, then the claim comes
  // through.
  first.connection()->begin({4, {4}, 1, 0});
  CHECK(second.connection()->claim("job").epoch == 4);
  CHECK_THROWS_AS(first.connection()->seal({4, {4}, 1, 0}, 7), Outage);
  first.connection()->rollback();
  CHECK_THROWS_AS(commits(first, 4), postgres::Error);
  CHECK(commits(second, 4));
  CHECK_FALSE(first.connection()->claim("another").known);
  CHECK(commits(first, 1));

  // A database that was restored from a backup beneath the process.
  static_cast<void>(server().rows("UPDATE dstream_commit SET seq = 2 WHERE job = 'job'", name));
  CHECK(contains(messageOf<postgres::Error>([&] { commits(second, 5); }),
                 "the last batch of the job \"job\" is 2 there, and this process has committed 4"));
}

TEST_CASE("postgres_database: a constraint that is checked at COMMIT is known before it") {
  if (!support::haveServer()) return;
  postgres::Database database(server().address(server().newDatabase()), support::unsynced());
  auto& connection = *database.connection();
  database.execute("CREATE TABLE t(n int UNIQUE DEFERRABLE INITIALLY DEFERRED)");
  connection.claim("job");
  const Batch batch{1, {1}, 1, 1};
  connection.begin(batch);
  connection.link().run("INSERT INTO t VALUES (1), (1)");
  CHECK(contains(messageOf<postgres::Error>([&] { connection.seal(batch, 1); }), "(23505)"));
  connection.rollback();
  CHECK_FALSE(connection.inTransaction());
  connection.begin(batch);
  connection.seal(batch, 1);
  CHECK(connection.commit(batch));
}

}  // namespace
