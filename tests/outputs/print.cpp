// SPDX-License-Identifier: BSL-1.0
#include <dstream/outputs/print.hpp>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "outputs/forwarding_world.hpp"
#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using namespace std::string_literals;
using support::messageOf;
using support::quiet;
using Pair = std::pair<std::string, long>;

const std::string rule = "-------------------------------------------\n";

/// What a pipeline over T prints of these batches, a second apart.
template <class T, class Pipeline>
std::string printed(const Pipeline& pipeline, const std::vector<std::vector<T>>& batches, std::chrono::nanoseconds interval = 1s,
                    Nanos start = 1'415'037'599'000'000'000) {
    testing::World world(start);
    Context context("local[2]", "print", quiet(), world);
    StreamingContext stream(context, interval);
    BatchQueue<T> queue;
    for (const auto& batch : batches) queue.push(batch);
    queue.close();
    stream.queueStream(queue) | pipeline;
    stream.start();
    stream.awaitTermination();
    CHECK(world.err().empty());
    return world.out();
}

/// Nobody can see that it owns what it refers to, and it only moves; print keeps none.
struct Ticket {
    explicit Ticket(int given) : number(std::make_unique<int>(given)) {}
    std::unique_ptr<int> number;
};
std::string toText(const Ticket& ticket) { return "ticket " + std::to_string(*ticket.number); }

TEST_CASE("print: the layout, byte for byte") {
    CHECK(printed<Pair>(print(), {{{"a", 1}, {"b", 2}}})
          == "-------------------------------------------\n"
             "Time: 1415037600000 ms\n"
             "-------------------------------------------\n"
             "(a,1)\n"
             "(b,2)\n"
             "\n");
    CHECK(rule.size() == 44);
}

TEST_CASE("print: records that nothing may keep") {
    CHECK(printed<int>(map([](int number) { return Ticket(number); }) | print(), {{7}}) == rule + "Time: 1415037600000 ms\n" + rule + "ticket 7\n\n");
}

TEST_CASE("print: an empty batch prints its head and an empty line, batch after batch") {
    CHECK(printed<Pair>(print(), {{}, {{"a", 1}}, {}})
          == rule + "Time: 1415037600000 ms\n" + rule + "\n" + rule + "Time: 1415037601000 ms\n" + rule + "(a,1)\n\n" + rule
                 + "Time: 1415037602000 ms\n" + rule + "\n");
}

TEST_CASE("print: ten records unless told otherwise, and dots only if there were more") {
    std::vector<Pair> records;
    std::string lines;
    const std::string head = rule + "Time: 1415037600000 ms\n" + rule;
    for (long n = 0; n < 10; ++n) {
        records.emplace_back("k", n);
        lines += "(k," + std::to_string(n) + ")\n";
    }
    CHECK(printed<Pair>(print(), {records}) == head + lines + "\n");
    records.emplace_back("k", 10);
    CHECK(printed<Pair>(print(), {records}) == head + lines + "...\n\n");
    CHECK(printed<Pair>(print(11), {records}) == head + lines + "(k,10)\n\n");
    CHECK(printed<Pair>(print(1), {records}) == head + "(k,0)\n...\n\n");
    CHECK(printed<Pair>(print(0), {records}) == head + "...\n\n");
    CHECK(printed<Pair>(print(0), {{}}) == head + "\n");
}

TEST_CASE("print: partitions in order") {
    testing::World world(1'415'037'599'000'000'000);
    Context context("local[4]", "print", quiet(), world);
    StreamingContext stream(context, 1s);
    BatchQueue<Pair> queue;
    queue.push(std::vector<std::vector<Pair>>{{{"a", 1}}, {}, {{"b", 2}, {"c", 3}}, {{"d", 4}}});
    stream.queueStream(queue) | print(3);
    stream.start();
    world.advance(1s);
    CHECK(world.out() == rule + "Time: 1415037600000 ms\n" + rule + "(a,1)\n(b,2)\n(c,3)\n...\n\n");
}

TEST_CASE("print: computes no record behind those it shows and the one that asks for the dots") {
    int computed = 0;
    const auto counted = map([&](const Pair& record) {
        ++computed;
        return record;
    });
    printed<Pair>(counted | print(2), {{{"a", 1}, {"b", 2}, {"c", 3}, {"d", 4}, {"e", 5}}});
    CHECK(computed == 3);
}

TEST_CASE("pprint: local date and time, and Python's forms") {
    ::setenv("TZ", "UTC-1", 1);
    ::tzset();
    const std::vector<std::vector<Pair>> batches{{{"a", 1}, {"it's", 2}}};
    CHECK(printed<Pair>(pprint(), batches)
          == rule + "Time: 2014-11-03 19:00:00\n" + rule + "('a', 1)\n(\"it's\", 2)\n\n");
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    CHECK(printed<Pair>(pprint(), batches)
          == rule + "Time: 2014-11-03 18:00:00\n" + rule + "('a', 1)\n(\"it's\", 2)\n\n");
    CHECK(printed<Pair>(pprint(1), batches) == rule + "Time: 2014-11-03 18:00:00\n" + rule + "('a', 1)\n...\n\n");
    // Microseconds only where there are some, and always six digits.
    CHECK(printed<Pair>(pprint(0), {{}}, 100us, 1'415'037'600'000'000'000) == rule + "Time: 2014-11-03 18:00:00.000100\n" + rule + "\n");
    CHECK(printed<Pair>(pprint(0), {{}}, 500ms, 1'415'037'600'000'000'000) == rule + "Time: 2014-11-03 18:00:00.500000\n" + rule + "\n");
    CHECK(printed<Pair>(print(0), {{}}, 500ms, 1'415'037'600'000'000'000) == rule + "Time: 1415037600500 ms\n" + rule + "\n");
    ::unsetenv("TZ");
    ::tzset();
}

TEST_CASE("print: a console that fails, fails the output; the next batch is printed again") {
    support::ForwardingWorld world;
    Context context("local", "print", quiet(), world);
    support::Told told;
    BatchQueue<Pair> queue;
    int others = 0;
    StreamingContext stream(context, 1s);
    stream.addStreamingListener([&](const Event& event) { told.events.push_back(event); });
    const auto pairs = stream.queueStream(queue);
    pairs | print().named("to the console");
    pairs | foreachRDD([&](const auto&) { ++others; });
    stream.start();
    world.consoleFails = true;
    CHECK(messageOf<std::runtime_error>([&] { stream.awaitTermination(); }) == "console: no space left on device");
    world.consoleFails = false;
    world.inner.advance(1s);
    const auto completed = told.all<OutputCompleted>();
    REQUIRE(completed.size() == 4);
    CHECK(completed[0].name == "to the console");
    CHECK(completed[0].failure == "console: no space left on device");
    CHECK(completed[2].failure.empty());
    CHECK(others == 2);
    CHECK(support::contains(world.inner.out(), rule));
}

}  // namespace
