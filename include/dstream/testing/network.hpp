// SPDX-License-Identifier: BSL-1.0
#pragma once
// Network: connections whose other side is a test; no socket is behind them.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0::testing {

/// **meaning** one side of a connection in a test: what the other side, the library's, reads and wrote. A value; copies are the same peer.
class Peer {
 public:
  /// What the library reads next; in pieces as the test sends them, never joined.
  void send(std::string bytes) {
    if (!bytes.empty()) state_->toLibrary.push_back(std::move(bytes));
    if (unread() >= state_->wakeAt) state_->wakeOwner();
  }
  /// Closes in order, behind what was sent.
  void close() {
    state_->fin = true;
    state_->wakeOwner();
  }
  /// Breaks the connection: what has arrived can still be read, as after a TCP reset on Linux; then nothing succeeds.
  void reset(std::string reason = "connection reset by peer") {
    state_->error = std::move(reason);
    state_->wakeOwner();
  }
  [[nodiscard]] const std::string& received() const { return state_->fromLibrary; }
  /// True once the library has closed its side.
  [[nodiscard]] bool closedByLibrary() const { return state_->closed; }
  /// Bytes sent that the library has not read.
  [[nodiscard]] std::size_t unread() const {
    std::size_t bytes = 0;
    for (const auto& piece : state_->toLibrary) bytes += piece.size();
    return bytes - state_->readOfFirst;
  }

 private:
  friend class Network;
  struct State {
    std::deque<std::string> toLibrary;
    std::size_t readOfFirst = 0;
    std::size_t wakeAt = 0;
    std::string fromLibrary;
    std::string error;
    bool connecting = false;
    bool givenUp = false;
    bool fin = false;
    bool closed = false;
    dstream::World* world = nullptr;
    Actor* owner = nullptr;
    void wakeOwner() const {
      if (owner != nullptr) world->wake(*owner);
    }
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// **meaning** the endpoints that a test listens on, and who has connected to them. **threads** one.
class Network {
 public:
  /// From now on connections to the endpoint wait for `accept`; before, they are refused.
  void listen(const std::string& host, std::uint16_t port) { listening_[{host, port}]; }
  /// From now on they are refused again, those that wait too.
  void refuse(const std::string& host, std::uint16_t port) {
    const auto found = listening_.find({host, port});
    if (found == listening_.end()) return;
    for (Peer& peer : found->second) peer.reset("connection refused");
    listening_.erase(found);
  }
  /// The next connection made to the endpoint, of which none is that was given up as nobody accepted it in time. **errors** std::logic_error when there is none.
  Peer accept(const std::string& host, std::uint16_t port) {
    const auto found = listening_.find({host, port});
    if (found != listening_.end()) std::erase_if(found->second, isGivenUp);
    if (found == listening_.end() || found->second.empty()) throw std::logic_error("dstream: testing::World: nobody connects to " + host);
    Peer peer = found->second.front();
    found->second.pop_front();
    peer.state_->connecting = false;
    peer.state_->wakeOwner();
    return peer;
  }
  /// Connections waiting for accept.
  [[nodiscard]] std::size_t connecting(const std::string& host, std::uint16_t port) const {
    const auto found = listening_.find({host, port});
    return found == listening_.end() ? 0 : found->second.size() - static_cast<std::size_t>(std::count_if(found->second.begin(), found->second.end(), isGivenUp));
  }

  /// The library's side of a new connection; `world` wakes its owner.
  std::unique_ptr<Connection> connect(const Endpoint& endpoint, dstream::World& world, Actor& owner) {
    Peer peer;
    if (const auto found = listening_.find({endpoint.host, endpoint.port}); found != listening_.end()) {
      peer.state_->connecting = true;
      found->second.push_back(peer);
    } else {
      peer.state_->error = "connection refused";
    }
    return join(peer, endpoint.host + ":" + std::to_string(endpoint.port), world, owner);
  }
  /// The library's side of this peer, which errors call `where`.
  static std::unique_ptr<Connection> join(const Peer& peer, const std::string& where, dstream::World& world, Actor& owner) {
    peer.state_->world = &world;
    peer.state_->owner = &owner;
    return std::make_unique<ScriptedConnection>(peer, where);
  }

 private:
  static bool isGivenUp(const Peer& peer) { return peer.state_->givenUp; }

  class ScriptedConnection final : public Connection {
   public:
    ScriptedConnection(Peer peer, std::string where) : peer_(std::move(peer)), where_(std::move(where)) {}
    ~ScriptedConnection() override {
      peer_.state_->closed = true;
      peer_.state_->owner = nullptr;
    }

    Transfer read(char* into, std::size_t capacity) override {
      Peer::State& state = *peer_.state_;
      if (state.toLibrary.empty() && !state.error.empty()) return {Transfer::Status::Error, 0};
      if (state.connecting) return {Transfer::Status::Connecting, 0};
      if (state.toLibrary.empty()) return {state.fin ? Transfer::Status::Fin : Transfer::Status::WouldBlock, 0};
      std::string& piece = state.toLibrary.front();
      const std::size_t bytes = std::min(capacity, piece.size() - state.readOfFirst);
      std::copy_n(piece.data() + state.readOfFirst, bytes, into);
      state.readOfFirst += bytes;
      if (state.readOfFirst == piece.size()) {
        state.toLibrary.pop_front();
        state.readOfFirst = 0;
      }
      return {Transfer::Status::Bytes, bytes};
    }
    Transfer write(const char* from, std::size_t bytes) override {
      if (!peer_.state_->error.empty()) return {Transfer::Status::Error, 0};
      if (peer_.state_->connecting) return {Transfer::Status::Connecting, 0};
      peer_.state_->fromLibrary.append(from, bytes);
      return {Transfer::Status::Bytes, bytes};
    }
    void wakeAt(std::size_t bytes) override { peer_.state_->wakeAt = bytes; }
    /// A name has one address here.
    [[nodiscard]] std::size_t address() const override { return peer_.state_->connecting && peer_.state_->error.empty() ? 1 : 0; }
    void nextAddress() override {
      if (address() == 0) return;
      peer_.state_->error = "connection timed out";
      peer_.state_->givenUp = true;
    }
    [[nodiscard]] std::string error() const override { return peer_.state_->error.empty() ? "" : where_ + ": " + peer_.state_->error; }

   private:
    Peer peer_;
    std::string where_;
  };

  std::map<std::pair<std::string, std::uint16_t>, std::deque<Peer>> listening_;
};

}  // namespace dstream::inline v0::testing
