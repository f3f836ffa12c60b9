// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/event_bus.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <dstream/testing/world.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;

std::string textOf(const Event& event) { return event.as<Warning>()->text; }

TEST_CASE("event_bus: every listener hears every event, in order") {
    testing::World world;
    EventBus bus(world);
    std::vector<std::string> heard;
    bus.add([&](const Event& event) { heard.push_back("1" + textOf(event)); });
    bus.add([&](const Event& event) { heard.push_back("2" + textOf(event)); });
    world.spawn(bus, Lane::Events);
    for (const char* text : {"a", "b", "c"}) bus.post(Warning{text});
    CHECK(heard.empty());  // on the events lane, not in post
    world.runUntilQuiet();
    CHECK(heard == std::vector<std::string>{"1a", "2a", "1b", "2b", "1c", "2c"});
    bus.post(Warning{"d"});
    world.runUntilQuiet();
    CHECK(heard.size() == 8);
    world.retire(bus);
}

TEST_CASE("event_bus: what was posted before the bus lives is told when it does") {
    testing::World world;
    EventBus bus(world);
    std::vector<std::string> heard;
    bus.add([&](const Event& event) { heard.push_back(textOf(event)); });
    bus.post(Warning{"early"});
    world.runUntilQuiet();
    CHECK(heard.empty());
    world.spawn(bus, Lane::Events);
    world.runUntilQuiet();
    CHECK(heard == std::vector<std::string>{"early"});
    world.retire(bus);
}

TEST_CASE("event_bus: deliver on any thread once it is retired; nothing twice") {
    testing::World world;
    EventBus bus(world);
    int heard = 0;
    bus.add([&](const Event&) { ++heard; });
    world.spawn(bus, Lane::Events);
    bus.post(Warning{"x"});
    world.retire(bus);
    world.runUntilQuiet();
    CHECK(heard == 0);
    bus.deliver();
    bus.deliver();
    CHECK(heard == 1);
}

TEST_CASE("event_bus: of what happens while 10,000 events wait, the number is told, and what matters most") {
    testing::World world;
    EventBus bus(world);
    std::vector<Event> heard;
    bus.add([&](const Event& event) { heard.push_back(event); });
    for (int i = 0; i < 10'003; ++i) bus.post(Warning{std::to_string(i)});
    bus.post(ReceiverChanged{});
    bus.post(StreamingStopped{});
    world.spawn(bus, Lane::Events);
    world.runUntilQuiet();
    REQUIRE(heard.size() == 10'003);
    CHECK(textOf(heard.front()) == "3 events were not told: the listeners are slower than what happens");
    CHECK(textOf(heard[1]) == "0");
    CHECK(textOf(heard[10'000]) == "9999");
    CHECK(heard[10'001].is<ReceiverChanged>());
    CHECK(heard[10'002].is<StreamingStopped>());
    bus.post(Warning{"there is room again"});
    world.runUntilQuiet();
    CHECK(textOf(heard.back()) == "there is room again");
    world.retire(bus);
}

TEST_CASE("event_bus: who waits for the last events waits for a second, however slow the listeners are") {
    testing::World world;
    EventBus bus(world);
    std::vector<Event> heard;
    bus.add([&](const Event& event) {
        heard.push_back(event);
        world.advance(10ms);
    });
    for (int i = 0; i < 1000; ++i) bus.post(Warning{std::to_string(i)});
    bus.post(StreamingStopped{});
    bus.deliver();
    REQUIRE(heard.size() == 102);
    CHECK(textOf(heard[99]) == "99");
    CHECK(textOf(heard[100]) == "900 events were not told: the listeners are slower than what happens");
    CHECK(heard[101].is<StreamingStopped>());
    bus.deliver();
    CHECK(heard.size() == 102);
    bus.post(Warning{"later"});  // has a second of its own
    bus.deliver();
    CHECK(textOf(heard.back()) == "later");
}

TEST_CASE("event_bus: who hurries is waited for in the midst of a step too, and what is always told is told in its order") {
    testing::World world;
    EventBus bus(world);
    std::vector<Event> heard;
    bus.add([&](const Event& event) {
        if (heard.size() == 5) bus.hurry();
        heard.push_back(event);
        world.advance(300ms);
    });
    for (int i = 0; i < 64; ++i) {
        if (i % 8 == 0) bus.post(ReceiverChanged{});
        else bus.post(Warning{std::to_string(i)});
    }
    bus.post(StreamingStopped{});
    bus.step(world);
    CHECK(heard.size() == 9);
    bus.deliver();
    REQUIRE(heard.size() == 17);
    CHECK(textOf(heard[9]) == "49 events were not told: the listeners are slower than what happens");
    for (std::size_t i = 10; i < 16; ++i) CHECK(heard[i].is<ReceiverChanged>());
    CHECK(heard[16].is<StreamingStopped>());
}

TEST_CASE("event_bus: a listener that throws disturbs neither the others nor the next event") {
    testing::World world;
    EventBus bus(world);
    int heard = 0;
    bus.add([](const Event& event) {
        if (textOf(event) == "a") throw std::runtime_error("broken");
        throw 5;
    });
    bus.add([&](const Event&) { ++heard; });
    world.spawn(bus, Lane::Events);
    bus.post(Warning{"a"});
    bus.post(Warning{"b"});
    world.runUntilQuiet();
    CHECK(heard == 2);
    CHECK(world.err() == "dstream: a listener threw: broken\ndstream: a listener threw: an exception of unknown type\n");
    CHECK(world.out().empty());
    world.retire(bus);
}

TEST_CASE("event_bus: listeners and events added during delivery come next") {
    testing::World world;
    EventBus bus(world);
    std::vector<std::string> heard;
    bool once = true;
    bus.add([&](const Event& event) {
        heard.push_back("first " + textOf(event));
        if (!std::exchange(once, false)) return;
        bus.add([&](const Event& later) { heard.push_back("second " + textOf(later)); });
        bus.post(Warning{"answer"});
    });
    world.spawn(bus, Lane::Events);
    bus.post(Warning{"question"});
    world.runUntilQuiet();
    CHECK(heard == std::vector<std::string>{"first question", "first answer", "second answer"});
    world.retire(bus);
}

TEST_CASE("event_bus: calledFromListener is true there and nowhere else") {
    testing::World world;
    EventBus bus(world);
    EventBus other(world);
    bool inside = false, ofOther = true;
    bus.add([&](const Event&) {
        inside = bus.calledFromListener();
        ofOther = other.calledFromListener();
    });
    bus.post(Warning{"x"});
    CHECK_FALSE(bus.calledFromListener());
    bus.deliver();
    CHECK(inside);
    CHECK_FALSE(ofOther);
    CHECK_FALSE(bus.calledFromListener());
    bus.add([](const Event&) { throw 1; });
    bus.post(Warning{"x"});
    bus.deliver();
    CHECK_FALSE(bus.calledFromListener());
}

TEST_CASE("event_bus: calledFromListener is true too where a listener has the events of another bus told") {
    testing::World world;
    EventBus outer(world);
    EventBus inner(world);
    bool inOuter = false, inInner = false;
    inner.add([&](const Event&) {
        inOuter = outer.calledFromListener();
        inInner = inner.calledFromListener();
    });
    outer.add([&](const Event&) { inner.deliver(); });
    inner.post(Warning{"x"});
    outer.post(Warning{"x"});
    outer.deliver();
    CHECK(inOuter);
    CHECK(inInner);
}

// --- remove ---

TEST_CASE("event_bus: a listener that is removed hears no more, and its function goes with it; the others hear on") {
    testing::World world;
    EventBus bus(world);
    EventBus another(world);
    std::vector<std::string> heard;
    const auto held = std::make_shared<int>();
    CHECK_FALSE(bus.listened());
    const ListenerId first = bus.add([&, held](const Event& event) { heard.push_back("1" + textOf(event)); });
    const ListenerId second = bus.add([&](const Event& event) { heard.push_back("2" + textOf(event)); });
    bus.addForTrouble([&](const Event& event) { heard.push_back("3" + textOf(event)); });
    bus.post(Warning{"a"});
    bus.deliver();
    bus.post(Warning{"b"});  // nobody was told of it yet
    CHECK(held.use_count() == 2);
    CHECK(bus.remove(first));
    CHECK(held.use_count() == 1);
    bus.deliver();
    CHECK(heard == std::vector<std::string>{"1a", "2a", "3a", "2b", "3b"});
    CHECK_FALSE(bus.remove(first));
    CHECK_FALSE(bus.remove(ListenerId{}));
    CHECK_FALSE(another.remove(second));  // a bus takes no other's for its own
    CHECK(bus.listened());
    CHECK(bus.remove(second));
    CHECK_FALSE(bus.listened());
    bus.post(Warning{"c"});
    bus.deliver();
    CHECK(heard.back() == "3c");
    CHECK(heard.size() == 6);
}

TEST_CASE("event_bus: a listener may remove itself, another one, and one that hears the same event later") {
    testing::World world;
    EventBus bus(world);
    std::vector<std::string> heard;
    const auto held = std::make_shared<int>();
    ListenerId self{}, later{};
    self = bus.add([&, held](const Event& event) {
        heard.push_back("self " + textOf(event));
        CHECK(bus.remove(self));
        CHECK_FALSE(bus.remove(self));
        CHECK(bus.remove(later));
        heard.push_back("self is still here " + std::to_string(held.use_count()));
    });
    bus.add([&](const Event& event) { heard.push_back("other " + textOf(event) + " " + std::to_string(held.use_count())); });
    later = bus.add([&](const Event&) { heard.push_back("later"); });
    world.spawn(bus, Lane::Events);
    bus.post(Warning{"a"});
    bus.post(Warning{"b"});
    world.runUntilQuiet();
    CHECK(heard == std::vector<std::string>{"self a", "self is still here 2", "other a 1", "other b 1"});
    world.retire(bus);
}

TEST_CASE("event_bus: a listener is removed by what happens within its own call on another bus") {
    testing::World world;
    EventBus outer(world);
    EventBus inner(world);
    int heard = 0;
    const ListenerId id = outer.add([&](const Event&) {
        ++heard;
        inner.deliver();
    });
    inner.add([&](const Event&) { CHECK(outer.remove(id)); });
    inner.post(Warning{"x"});
    outer.post(Warning{"a"});
    outer.post(Warning{"b"});
    outer.deliver();
    CHECK(heard == 1);
}

TEST_CASE("event_bus: who removes a listener while it runs waits for that call, and none follows") {
    for (int run = 0; run < 50; ++run) {
        testing::World world;
        EventBus bus(world);
        std::atomic<bool> runs{false}, released{false};
        int ended = 0;  // as plain as what a program has: the one that removes may read it, or destroy it
        const ListenerId id = bus.add([&](const Event&) {
            runs = true;
            runs.notify_all();
            released.wait(false);
            ++ended;
        });
        for (const char* text : {"a", "b", "c"}) bus.post(Warning{text});
        std::thread lane([&] { bus.deliver(); });
        runs.wait(false);
        std::atomic<bool> removing{false};
        bool removed = false;
        int endedBefore = 0;
        std::thread remover([&] {
            removing = true;
            removing.notify_all();
            removed = bus.remove(id);
            endedBefore = std::exchange(ended, -1);
        });
        removing.wait(false);
        released = true;
        released.notify_all();
        lane.join();
        remover.join();
        CHECK(removed);
        CHECK(endedBefore >= 1);
        CHECK(ended == -1);
    }
}

// --- the default listener ---

ReceiverChanged changedTo(ReceiverState state) {
    ReceiverInfo info;
    info.name = "r";
    info.state = state;
    return {info};
}

struct Default {
    testing::World world;
    DefaultListener listener{world, "app"};
    std::string tell(const Event& event) {
        const std::size_t before = world.err().size();
        listener(event);
        return world.err().substr(before);
    }
};

TEST_CASE("event_bus: the default listener writes trouble and is silent about the usual") {
    Default test;
    for (const Event& usual : std::vector<Event>{StreamingStarted{}, BatchSubmitted{}, BatchStarted{}, BatchCompleted{}, OutputStarted{},
                                                 OutputCompleted{}, StreamingStopped{},
                                                 changedTo(ReceiverState::Up),
                                                 changedTo(ReceiverState::Connecting),
                                                 changedTo(ReceiverState::Stopped),
                                                 changedTo(ReceiverState::Finished)})
        CHECK(test.tell(usual).empty());
    const Batch batch{.seq = 3, .time = {1'500'000'000}};
    CHECK(test.tell(Warning{"careful"}) == "app: warning: careful\n");
    CHECK(test.tell(BatchFailed{batch, "why"}) == "app: batch 3 (time 1500 ms) failed before any output ran: why\n");
    CHECK(test.tell(OutputCompleted{batch, 0, "counts", 5000, "boom"}) == "app: counts of batch 3 (time 1500 ms) failed: boom\n");
    CHECK(test.tell(DataDropped{"source", 7, "reason"}) == "app: source: 7 bytes dropped, reason\n");
    CHECK(test.tell(TicksMissed{12, {2'000'000'000}}) == "app: 12 batch times passed without a batch; the next is 2000 ms\n");
    CHECK(test.tell(StreamingStopped{{.droppedBatches = 1, .droppedBytes = 10}})
          == "app: streaming stopped; not processed: 1 batches, 10 bytes\n");
    ReceiverChanged refused = changedTo(ReceiverState::BackingOff);
    refused.info.lastError = "h:1: refused";
    refused.info.retries = 1;
    CHECK(test.tell(refused) == "app: receiver r: backing off, h:1: refused (1 failed connect)\n");
    CHECK(test.world.out().empty());
}

TEST_CASE("event_bus: at most a line a second of each kind, and then how many there were") {
    Default test;
    CHECK(test.tell(Warning{"1"}) == "app: warning: 1\n");
    CHECK(test.tell(Warning{"2"}).empty());
    CHECK(test.tell(DataDropped{"s", 1, "r"}) == "app: s: 1 bytes dropped, r\n");  // another kind
    test.world.advance(999'999'999ns);
    CHECK(test.tell(Warning{"3"}).empty());
    test.world.advance(1ns);
    CHECK(test.tell(Warning{"4"}) == "app: warning: 4 (and 2 more like it)\n");
    test.world.advance(1s);
    CHECK(test.tell(Warning{"5"}) == "app: warning: 5\n");
}

TEST_CASE("event_bus: what one output, receiver or source says does not hide what another does") {
    Default test;
    const auto failed = [](std::size_t id, std::string why) { return OutputCompleted{{.seq = 3, .time = {1'500'000'000}}, id, "saved", 5000, std::move(why)}; };
    CHECK(test.tell(failed(0, "disk full")) == "app: saved of batch 3 (time 1500 ms) failed: disk full\n");
    CHECK(test.tell(failed(1, "no such table")) == "app: saved of batch 3 (time 1500 ms) failed: no such table\n");
    CHECK(test.tell(failed(0, "disk full")).empty());

    const auto backingOff = [](std::size_t id, const char* name) {
        ReceiverChanged changed = changedTo(ReceiverState::BackingOff);
        changed.info.id = id;
        changed.info.name = name;
        return changed;
    };
    CHECK(test.tell(backingOff(1, "a")) == "app: receiver a: backing off\n");
    CHECK(test.tell(backingOff(2, "b")) == "app: receiver b: backing off\n");
    CHECK(test.tell(backingOff(1, "a")).empty());
    CHECK(test.tell(backingOff(2, "b")).empty());
    CHECK(test.tell(backingOff(2, "b")).empty());

    CHECK(test.tell(DataDropped{"s", 1, "r"}) == "app: s: 1 bytes dropped, r\n");
    CHECK(test.tell(DataDropped{"t", 2, "r"}) == "app: t: 2 bytes dropped, r\n");
    CHECK(test.tell(DataDropped{"t", 3, "r"}).empty());
    CHECK(test.tell(FileIgnored{"t", "x", "y", true}) == "app: t: x is ignored: y\n");
    CHECK(test.tell(FileIgnored{"t", "z", "y", true}).empty());
    CHECK(test.tell(FileIgnored{"u", "z", "y", true}) == "app: u: z is ignored: y\n");

    test.world.advance(1s);
    CHECK(test.tell(backingOff(1, "a")) == "app: receiver a: backing off (and 1 more like it)\n");
    CHECK(test.tell(backingOff(2, "b")) == "app: receiver b: backing off (and 2 more like it)\n");
    ReceiverChanged gone = backingOff(2, "b");
    gone.info.state = ReceiverState::Failed;
    CHECK(test.tell(backingOff(2, "b")).empty());
    CHECK(test.tell(gone) == "app: receiver b: failed (and 1 more like it)\n");
    CHECK(test.world.out().empty());
}

TEST_CASE("event_bus: what was held back is said when the stream stops") {
    Default test;
    test.tell(Warning{"1"});
    CHECK(test.tell(StreamingStopped{}).empty());
    test.tell(Warning{"2"});
    CHECK(test.tell(StreamingStopped{}) == "app: held back: 1 more line like those above\n");
    CHECK(test.tell(StreamingStopped{}).empty());
    for (int i = 0; i < 2; ++i) test.tell(DataDropped{"s", 1, "r"});
    test.tell(Warning{"3"});
    test.tell(Warning{"4"});
    CHECK(test.tell(StreamingStopped{{.droppedBatches = 1, .droppedBytes = 10}})
          == "app: held back: 3 more lines like those above\napp: streaming stopped; not processed: 1 batches, 10 bytes\n");
    test.world.advance(1s);
    CHECK(test.tell(Warning{"5"}) == "app: warning: 5\n");  // those were told
}

TEST_CASE("event_bus: sources without end are told of by a line of their kind, and take no memory") {
    Default test;
    const auto dropped = [](int source) { return DataDropped{std::to_string(source), 1, "r"}; };
    for (int i = 0; i < 33; ++i) CHECK(test.tell(dropped(i)) == "app: " + std::to_string(i) + ": 1 bytes dropped, r\n");
    for (int i = 33; i < 1000; ++i) CHECK(test.tell(dropped(i)).empty());
    CHECK(test.tell(dropped(0)).empty());
    CHECK(test.tell(Warning{"1"}) == "app: warning: 1\n");
    test.world.advance(1s);
    CHECK(test.tell(dropped(1)) == "app: 1: 1 bytes dropped, r\n");
    for (int i = 2000; i < 2031; ++i) CHECK(test.tell(dropped(i)) == "app: " + std::to_string(i) + ": 1 bytes dropped, r\n");  // in the places of the others
    CHECK(test.tell(dropped(2031)) == "app: 2031: 1 bytes dropped, r (and 967 more like it)\n");
    CHECK(test.tell(dropped(1)).empty());
    CHECK(test.tell(StreamingStopped{}) == "app: held back: 2 more lines like those above\n");
}

TEST_CASE("event_bus: the wall clock does not matter to that") {
    Default test;
    test.tell(Warning{"1"});
    test.world.setWall(0);
    CHECK(test.tell(Warning{"2"}).empty());
    test.world.setWall(1'000'000'000'000'000);
    CHECK(test.tell(Warning{"3"}).empty());
}

}  // namespace
