# Beside the five names of the top level stand only files that tools look for, and what was built.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/lines.cmake")

set(known "^(CMakeLists\\.txt|include|examples|tests|bench|README\\.md|LICENSE|CMake(User)?Presets\\.json|compile_commands\\.json|.*build.*)$")

file(GLOB entries RELATIVE "${ROOT}" "${ROOT}/*")
foreach(entry IN LISTS entries)
  if(NOT entry MATCHES "${known}" AND NOT entry MATCHES "^\\.")
    complain("${entry}" "does not belong to the top level")
  endif()
endforeach()
finish()
