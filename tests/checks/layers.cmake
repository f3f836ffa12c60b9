# Who may include whom: folder, then the folders it may include besides itself. Nothing includes connect.
set(table
  "core      :"
  "text      : core"
  "operators : core text"
  "actions   : core"
  "shuffle   : core operators"
  "stream    : core text operators actions shuffle"
  "windows   : core text operators actions shuffle stream"
  "state     : core text operators actions shuffle stream"
  "exec      : core"
  "runtime   : core text operators actions shuffle stream exec"
  "checkpoint: core text operators actions shuffle stream exec runtime"
  "sources   : core text operators actions shuffle stream windows state exec runtime checkpoint"
  "outputs   : core text operators actions shuffle stream windows state exec runtime"
  "connect   : core text operators actions shuffle stream windows state exec runtime checkpoint sources outputs"
  "testing   : core text operators actions shuffle stream windows state exec runtime checkpoint sources outputs")

cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/lines.cmake")

foreach(row IN LISTS table)
  string(REGEX MATCHALL "[a-z]+" folders "${row}")
  list(GET folders 0 folder)
  set(may_${folder} ${folders})
endforeach()

# The headers directly in include/dstream are tables of contents and free.
file(GLOB_RECURSE headers RELATIVE "${ROOT}/include/dstream" "${ROOT}/include/dstream/*/*.hpp")
foreach(header IN LISTS headers)
  string(REGEX REPLACE "/.*" "" folder "${header}")
  if(NOT DEFINED may_${folder})
    complain("include/dstream/${header}" "folder '${folder}' is not in the table of layers.cmake")
    continue()
  endif()
  read_lines("${ROOT}/include/dstream/${header}" lines)
  set(number 0)
  foreach(line IN LISTS lines)
    math(EXPR number "${number} + 1")
    if(line MATCHES "^ *# *include *[<\"]dstream/(([a-z_]+)/)?")
      set(other "${CMAKE_MATCH_2}")
      if(NOT other IN_LIST may_${folder})
        complain("include/dstream/${header}:${number}" "${folder} may not say ${line}")
      endif()
    endif()
  endforeach()
endforeach()
finish()
