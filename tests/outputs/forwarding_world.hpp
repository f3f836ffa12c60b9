// SPDX-License-Identifier: BSL-1.0
#pragma once
// ForwardingWorld: a testing::World whose console can be made to fail; others override more of it.

#include <stdexcept>
#include <string_view>

#include <dstream/testing/world.hpp>

namespace support {

class ForwardingWorld : public dstream::World {
public:
    dstream::testing::World inner;
    bool consoleFails = false;

    [[nodiscard]] const void* process() const override { return this; }
    [[nodiscard]] dstream::Nanos now(dstream::Clock clock) const override { return inner.now(clock); }
    std::uint64_t random() override { return inner.random(); }
    [[nodiscard]] std::size_t cores() const override { return inner.cores(); }
    std::unique_ptr<dstream::Workers> hire(std::size_t count) override { return inner.hire(count); }
    void spawn(dstream::Actor& actor, dstream::Lane lane) override { inner.spawn(actor, lane); }
    void retire(dstream::Actor& actor) override { inner.retire(actor); }
    void wake(dstream::Actor& actor) override { inner.wake(actor); }
    std::unique_ptr<dstream::Connection> connect(const dstream::Endpoint& endpoint, dstream::Actor& owner) override {
        return inner.connect(endpoint, owner);
    }
    std::unique_ptr<dstream::Connection> standardInput(dstream::Actor& owner) override { return inner.standardInput(owner); }
    [[nodiscard]] dstream::Files& files() override { return inner.files(); }
    bool await(dstream::FunctionRef<bool()> done, dstream::Nanos deadline) override { return inner.await(done, deadline); }
    void notify() override { inner.notify(); }
    void watchSignals(bool watched) override { inner.watchSignals(watched); }
    [[nodiscard]] bool interrupted() const override { return inner.interrupted(); }
    void write(dstream::Console console, std::string_view text) override {
        if (consoleFails) throw std::runtime_error("console: no space left on device");
        inner.write(console, text);
    }
};

}  // namespace support
