# Build identity. A tree without git (a source tarball, a bare machine) has commit "unknown".
# The header is rewritten only when the commit changes, at every build, by GitCommitWrite.cmake.
set(MSW_VERSION_DIR ${PROJECT_BINARY_DIR}/generated)
set(MSW_BUILD_FLAGS "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${CMAKE_BUILD_TYPE}} -ffp-contract=off")
string(TOUPPER "${CMAKE_BUILD_TYPE}" _upper)
string(STRIP "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${_upper}} -ffp-contract=off" MSW_BUILD_FLAGS)
add_custom_target(msw_git_commit
  COMMAND ${CMAKE_COMMAND} -D SOURCE_DIR=${PROJECT_SOURCE_DIR} -D OUT=${MSW_VERSION_DIR}/msw_git_commit.h
          -P ${CMAKE_CURRENT_LIST_DIR}/GitCommitWrite.cmake
  BYPRODUCTS ${MSW_VERSION_DIR}/msw_git_commit.h VERBATIM)
