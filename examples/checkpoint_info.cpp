// SPDX-License-Identifier: BSL-1.0
// checkpoint_info DIRECTORY: what a checkpoint holds, and whether all of it is whole.

#include <exception>
#include <iostream>

#include <dstream/dstream.hpp>

using namespace dstream;

int main(int argc, char* argv[]) try {
  if (argc != 2) {
    std::cerr << "usage: checkpoint_info DIRECTORY\n";
    return 2;
  }
  Context context{"local"};
  const CheckpointInfo info = checkpointInfo(context.world().files(), argv[1]);

  std::cout << "job \"" << info.job << "\", a batch every " << info.interval / 1'000'000 << " ms, epoch " << info.epoch << '\n'
            << "snapshot of batch " << info.snapshot << ", journal up to batch " << info.last << " (time " << info.lastTime.milliseconds() << " ms)\n";
  if (info.skipped != 0) std::cout << info.skipped << " batches were given up\n";
  if (info.planned != 0) std::cout << info.planned << " batches were planned and will come again\n";
  if (info.torn != 0) std::cout << "a write of " << info.torn << " bytes was cut short\n";
  for (const auto& node : info.nodes)
    std::cout << "  " << node.name << ": " << node.schema << "; " << node.snapshotBytes << " bytes, changed by " << node.changes << " batches in " << node.changedBytes << " bytes\n";
  for (const auto& why : info.damaged) std::cout << "damaged, and not needed: " << why << '\n';
  std::cout << "whole\n";
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
