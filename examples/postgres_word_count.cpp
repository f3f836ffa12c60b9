// SPDX-License-Identifier: BSL-1.0
// postgres_word_count --input DIR --database ADDRESS --checkpoint DIR: the words of the files that
// appear in a directory, counted into PostgreSQL; exactly once, however often the program, or the
// server, is killed. ADDRESS is libpq's, e.g. "host=localhost dbname=words".

#include <exception>
#include <optional>
#include <string>
#include <utility>

#include <dstream/connect/postgres.hpp>
#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

namespace {

std::pair<std::string, long> total(const std::string& word, std::optional<long> n,
                                   State<long>& known) {
  known.update(known.getOption().value_or(0) + n.value_or(0));
  return {word, known.get()};
}

}  // namespace

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv,
                                        "--input DIR --database ADDRESS --checkpoint DIR");
  const std::string input = options.text("--input", "input");
  const std::string address = options.text("--database", "dbname=words");
  const std::string directory = options.text("--checkpoint", "checkpoint");

  Context context{options.master, "PostgresWordCount"};
  StreamingContext stream{context, options.interval};

  // [job]
  postgres::Database database(address);
  database.execute("CREATE TABLE IF NOT EXISTS counts(word text PRIMARY KEY, n bigint)");

  stream.checkpoint(directory);
  stream.textFileStream(input).named("input") | flatMap(splitWords)
      | map([](auto word) { return std::pair{word, 1L}; })
      | mapWithState(StateSpec::function<long>(total)).named("counts")
      | postgres::upsert(database, "counts").deadLetters("refused").exactlyOnce();
  // [/job]

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
