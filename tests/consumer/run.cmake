cmake_minimum_required(VERSION 3.25)
# Installs dstream where only the test sees it; configures, builds and runs one consumer from nothing.
set(source "${CMAKE_CURRENT_LIST_DIR}/${PROJECT}")
set(folder "${DSTREAM_BUILD}/consumer/${PROJECT}")
file(REMOVE_RECURSE "${folder}")

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

if(NOT PROJECT STREQUAL "add_subdirectory")
  run("${CMAKE_COMMAND}" --install "${DSTREAM_BUILD}" --prefix "${folder}/prefix")
endif()
run("${CMAKE_COMMAND}" -S "${source}" -B "${folder}/build" -G "${GENERATOR}"
  "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}"
  "-DCMAKE_PREFIX_PATH=${folder}/prefix" "-DDSTREAM_SOURCE=${DSTREAM_SOURCE}")
run("${CMAKE_COMMAND}" --build "${folder}/build")
run("${folder}/build/consumer")
