# Time, files, threads, sockets and randomness enter through runtime/real_world*.hpp and nowhere else.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/lines.cmake")

set(word "(^|[^A-Za-z0-9_])")        # no identifier continues to the left
set(call "(^|[^A-Za-z0-9_.>])")      # nor is it a member of something
set(edges
  "# *include <(sys/|arpa/|netinet/|fcntl|unistd|poll|netdb|signal|fstream|filesystem|random|thread>)"
  "::now *\\("
  "${word}(u|nano)?sleep(_for|_until)? *\\("
  "std::j?thread${word}"
  "random_device"
  "${call}::(open|poll) *\\("
  "${word}O_(RDONLY|WRONLY|RDWR)"
  "${call}(fopen|fwrite|fsync|socket|getaddrinfo) *\\("
  "${word}[io]?fstream${word}")

# Comments and literals may speak of anything. A block comment stays open over lines.
macro(strip line)
  if(in_comment)
    if(NOT ${line} MATCHES "\\*/")
      continue()
    endif()
    string(REGEX REPLACE "^.*\\*/" "" ${line} "${${line}}")
    set(in_comment FALSE)
  endif()
  string(REGEX REPLACE "\"([^\"${backslash}]|${backslash}.)*\"" "\"\"" ${line} "${${line}}")
  string(REGEX REPLACE "//.*$" "" ${line} "${${line}}")
  string(REGEX REPLACE "/\\*.*\\*/" "" ${line} "${${line}}")
  if(${line} MATCHES "/\\*")
    string(REGEX REPLACE "/\\*.*$" "" ${line} "${${line}}")
    set(in_comment TRUE)
  endif()
endmacro()

file(GLOB_RECURSE headers RELATIVE "${ROOT}" "${ROOT}/include/*.hpp")
list(FILTER headers EXCLUDE REGEX "^include/dstream/runtime/real_world[a-z_]*\\.hpp$")
foreach(header IN LISTS headers)
  read_lines("${ROOT}/${header}" lines)
  set(number 0)
  set(in_comment FALSE)
  foreach(line IN LISTS lines)
    math(EXPR number "${number} + 1")
    strip(line)
    foreach(edge IN LISTS edges)
      if(line MATCHES "${edge}")
        string(STRIP "${line}" line)
        complain("${header}:${number}" "${line}")
        break()
      endif()
    endforeach()
  endforeach()
endforeach()
finish()
