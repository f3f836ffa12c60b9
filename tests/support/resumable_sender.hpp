// SPDX-License-Identifier: BSL-1.0
#pragma once
// ResumableSender: in a testing::World, a sender with one text that goes on where it is told.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <dstream/testing/world.hpp>

namespace support {

class ResumableSender {
 public:
  ResumableSender(dstream::testing::World& world, std::string text) : world_(world), text_(std::move(text)) { world.listen("sender", 9); }

  /// Takes the connection that waits, if one does, and answers it. False when it was not told where to begin.
  bool accept() {
    if (world_.connecting("sender", 9) == 0) return peer_.has_value();
    while (world_.connecting("sender", 9) != 0) peer_ = world_.accept("sender", 9);  // those before are of runs that ended
    read_ = 0;
    world_.runUntilQuiet();
    const auto from = nextNumber();
    if (!from) return false;
    at_ = *from;
    asked.push_back(at_);
    peer_->send(std::to_string(at_) + "\n");
    world_.runUntilQuiet();
    return true;
  }
  /// The next bytes of the text.
  void send(std::size_t bytes) {
    peer_->send(text_.substr(at_, bytes));
    at_ = at_ + bytes < text_.size() ? at_ + bytes : text_.size();
    world_.runUntilQuiet();
  }
  void reset() {
    peer_->reset();
    peer_.reset();
    world_.runUntilQuiet();
  }
  void close() {
    peer_->close();
    peer_.reset();
    world_.runUntilQuiet();
  }
  /// What the receiver said may be forgotten since the last call.
  std::vector<std::uint64_t> settled() {
    std::vector<std::uint64_t> numbers;
    while (const auto number = nextNumber()) numbers.push_back(*number);
    return numbers;
  }

  [[nodiscard]] bool connected() const { return peer_.has_value() && !peer_->closedByLibrary(); }
  [[nodiscard]] bool done() const { return at_ == text_.size(); }
  dstream::testing::Peer& peer() { return *peer_; }

  std::vector<std::uint64_t> asked;

 private:
  std::optional<std::uint64_t> nextNumber() {
    const std::string& said = peer_->received();
    const std::size_t end = said.find('\n', read_);
    if (end == std::string::npos) return std::nullopt;
    const std::uint64_t number = std::stoull(said.substr(read_, end - read_));
    read_ = end + 1;
    return number;
  }

  dstream::testing::World& world_;
  std::string text_;
  std::uint64_t at_ = 0;
  std::size_t read_ = 0;
  std::optional<dstream::testing::Peer> peer_;
};

}  // namespace support
