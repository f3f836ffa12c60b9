// SPDX-License-Identifier: BSL-1.0
// What a batch allocates once those before it have been like it: nothing.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>
#include <dstream/testing/world.hpp>

#include "support/catch.hpp"
#include "support/counting_new.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;

// AddressSanitizer is to see what is used too late, so nothing is recycled there.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer);
#else
constexpr bool sanitized = false;
#endif

constexpr auto one = [](std::string_view word) { return std::pair{word, 1L}; };

/// Short words and long ones, so many lines of them.
std::string text(int lines) {
  std::string text;
  for (int line = 0; line < lines; ++line)
    text += "to be or not to be incomprehensibilities word" + std::to_string(line % 300)
            + " antidisestablishmentarianism" + std::to_string(line % 70) + "\r\n";
  return text;
}

/// What each batch of a text from a socket allocates, from the 40th on. They differ in size, now
/// and then nothing comes.
template <class Build>
std::vector<std::size_t> allocationsOfBatches(const char* workers, Build build) {
  testing::World world;
  world.listen("server", 9);
  Context context(workers, "allocations", {.stopOnSignals = false, .defaultListener = false},
                  world);
  StreamingContext stream(context, 1s);
  build(stream.socketTextStream("server", 9).named("a name of more than fifteen bytes"));
  stream.start();
  world.runUntilQuiet();
  testing::Peer peer = world.accept("server", 9);
  const std::string large = text(600);
  const std::string small = text(3);
  std::vector<std::size_t> allocations;
  for (int batch = 0; batch < 60; ++batch) {
    if (batch % 5 != 4) peer.send(batch % 3 == 0 ? small : large);
    const std::size_t allocated = support::allocationsOf([&] { world.advance(1s); });
    if (batch >= 40) allocations.push_back(allocated);
  }
  stream.stop();
  return allocations;
}

TEST_CASE("allocations: a word count over a socket makes none per batch once it is warm") {
  if (sanitized) return;
  for (const char* const workers : {"local", "local[2]", "local[3]"}) {
    CAPTURE(workers);
    long words = 0;
    const auto allocations = allocationsOfBatches(workers, [&](const auto& lines) {
      lines | flatMap(splitWords) | map(one) | reduceByKey(plus)
          | foreachRDD([&](const auto& batch) {
              batch.foreach ([&](const auto& pair) { words += pair.second; });
              words += batch | values() | sum();
              words += batch.count();
            });
    });
    CHECK(words > 100'000);
    CHECK(allocations == std::vector<std::size_t>(20, 0));
  }
}

TEST_CASE("allocations: nor does a count of numbers, nor one that is printed") {
  if (sanitized) return;
  const auto numbers = allocationsOfBatches("local[2]", [](const auto& lines) {
    lines | map([](std::string_view line) { return line.size(); }) | countByValue()
        | foreachRDD([](const auto& batch) { batch.foreach ([](const auto&) {}); });
  });
  CHECK(numbers == std::vector<std::size_t>(20, 0));
  const auto printed = allocationsOfBatches("local", [](const auto& lines) {
    lines | flatMap(splitWords) | map(one) | reduceByKey(plus) | print();
  });
  // What is printed, this World keeps: a string that grows.
  CHECK(std::count(printed.begin(), printed.end(), std::size_t{0}) >= 18);
}

}  // namespace
