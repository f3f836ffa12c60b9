// SPDX-License-Identifier: BSL-1.0
// Word count over real TCP: the sum of all batches is what a plain loop over the whole text counts,
// for every word.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/dstream.hpp>

#include "integration/loopback.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/random.hpp"

using namespace std::chrono_literals;
using integration::Counter;
using integration::Port;
using integration::Socket;

namespace {

using Counts = std::map<std::string, std::int64_t>;

/// Words between isspace's six characters, as the standard library reads them.
Counts countedPlainly(const std::string& text) {
  Counts counts;
  std::istringstream words(text);
  for (std::string word; words >> word;) ++counts[word];
  return counts;
}

/// CRLF and LF, sequences of one to four bytes, bytes that are no UTF-8, NUL, empty lines, all six
/// blanks; the last line does not end.
std::string generatedText(std::size_t lines, std::uint64_t seed) {
  constexpr std::string_view pieces[]{"a",
                                      "Z",
                                      "7",
                                      "ñ",
                                      "é",
                                      "¿",
                                      "—",
                                      "日本",
                                      "𝄞",
                                      "\xFF",
                                      "\xC3",
                                      "\x80",
                                      std::string_view("\0", 1)};
  constexpr std::string_view blanks[]{" ", "  ", "\t", "\v", "\f", "\r", " \t "};
  support::Random random(seed);
  std::string text = "\xEF\xBB\xBF";
  for (std::size_t line = 0; line < lines; ++line) {
    for (std::size_t words = random.below(12); words > 0; --words) {
      for (std::size_t length = 1 + random.below(6); length > 0; --length)
        text += pieces[random.below(std::size(pieces))];
      text += blanks[random.below(std::size(blanks))];
    }
    text += random.below(8) == 0 ? "\n" : "\r\n";
  }
  return text + "un final sin fin";
}

const std::string& book() {
  static const std::string text = [] {
    if (auto read = support::testData("donQuijote.txt")) return *std::move(read);
    WARN("the book is not there; a generated text takes its place");
    return generatedText(30'000, 1);
  }();
  return text;
}

const Counts& bookCounts() {
  static const Counts counts = countedPlainly(book());
  return counts;
}

struct Counted {
  Counts words;
  std::uint64_t bytes = 0;
  std::size_t batchesWithWords = 0;
};

/// `completed`: bytes of whole lines in the batches that are done.
using Sender = std::function<void(const Socket& client, Counter& completed)>;

Counted countedOverTcp(std::chrono::milliseconds interval, std::size_t workers,
                       const Sender& sender) {
  Port port;
  port.listen();
  Counter completed;
  Counted counted;
  auto server = std::async(std::launch::async, [&] { sender(port.accept(), completed); });

  dstream::Context context("local[" + std::to_string(workers) + "]", "word count",
                           {.stopOnSignals = false});
  dstream::StreamingContext stream(context, interval);
  stream.addStreamingListener([&](const dstream::Event& event) {
    if (const auto* const batch = event.as<dstream::BatchCompleted>())
      for (const auto& input : batch->info.inputs) completed.raise(input.to - input.from);
  });

  stream.socketTextStream("127.0.0.1", port.number(), {.onEnd = dstream::EndOfStream::Finish})
      | dstream::flatMap(dstream::splitWords)
      | dstream::map([](auto word) { return std::pair{word, std::int64_t{1}}; })
      | dstream::reduceByKey(dstream::plus) | dstream::foreachRDD([&](auto batch) {
          const auto counts = batch.collect();
          for (const auto& [word, count] : counts) counted.words[word] += count;
          if (!counts.empty()) ++counted.batchesWithWords;
        });
  stream.start();
  stream.awaitTermination();
  server.get();
  counted.bytes = stream.receivers().front().bytes;
  return counted;
}

/// The first words of which the counts differ; empty when none does.
std::string difference(const Counts& counted, const Counts& expected) {
  Counts all = counted;
  all.insert(expected.begin(), expected.end());
  std::string text;
  int found = 0;
  for (const auto& [word, ignored] : all) {
    const auto has = counted.find(word);
    const auto should = expected.find(word);
    const std::int64_t got = has == counted.end() ? 0 : has->second;
    const std::int64_t want = should == expected.end() ? 0 : should->second;
    if (got != want && ++found <= 5)
      text += '"' + word + "\": " + std::to_string(got) + ", not " + std::to_string(want) + "; ";
  }
  return found == 0 ? "" : text + std::to_string(found) + " words in all";
}

void compareBook(std::chrono::milliseconds interval, const Sender& sender) {
  for (const std::size_t workers : {1U, 2U, 4U}) {
    INFO(interval.count() << " ms, " << workers << " workers");
    const Counted counted = countedOverTcp(interval, workers, sender);
    CHECK(difference(counted.words, bookCounts()) == "");
    CHECK(counted.bytes == book().size());
  }
}

}  // namespace

TEST_CASE("word count over TCP: the book at full speed", "[integration]") {
  for (const auto interval : {10ms, 100ms, 1000ms})
    compareBook(interval, [](const Socket& client, Counter&) { client.send(book()); });
}

TEST_CASE("word count over TCP: the book cut at random places", "[integration]") {
  for (const auto interval : {10ms, 100ms, 1000ms}) {
    for (const std::uint64_t seed : {1U, 2U}) {
      INFO("seed " << seed);
      if (interval == 1000ms && seed != 1) continue;
      compareBook(interval, [&](const Socket& client, Counter&) {
        support::Random random(seed);
        client.sendInPieces(book(), random);
      });
    }
  }
}

TEST_CASE("word count over TCP: every batch gets a part that begins and ends anywhere",
          "[integration]") {
  constexpr std::size_t parts = 40;
  for (const std::size_t workers : {1U, 2U, 4U}) {
    INFO(workers << " workers");
    const Counted counted =
        countedOverTcp(10ms, workers, [&](const Socket& client, Counter& completed) {
          support::Random random(workers);
          std::string_view rest = book();
          for (std::size_t part = 1; part < parts; ++part) {
            const std::size_t bytes = random.below(2 * rest.size() / (parts - part + 1));
            client.sendInPieces(rest.substr(0, bytes), random);
            rest.remove_prefix(bytes);
            const std::string_view sent = std::string_view(book()).substr(0, book().size() - rest.size());
            completed.await(sent.rfind('\n') + 1);  // no whole line: 0
          }
          client.send(rest);
        });
    CHECK(difference(counted.words, bookCounts()) == "");
    CHECK(counted.batchesWithWords > parts / 2);
  }
}

TEST_CASE("word count over TCP: bytes that are no text pass unchanged", "[integration]") {
  for (const std::uint64_t seed : {11U, 12U, 13U}) {
    INFO("seed " << seed);
    const std::string text = generatedText(5'000, seed);
    const Counted counted = countedOverTcp(10ms, 2, [&](const Socket& client, Counter&) {
      support::Random random(seed);
      client.sendInPieces(text, random);
    });
    CHECK(difference(counted.words, countedPlainly(text)) == "");
    CHECK(counted.bytes == text.size());
  }
}

TEST_CASE("word count over TCP: a sender that sends nothing and closes", "[integration]") {
  const Counted counted = countedOverTcp(10ms, 1, [](const Socket&, Counter&) {});
  CHECK(counted.words.empty());
  CHECK(counted.bytes == 0);
}
