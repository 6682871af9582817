# msw_layer(NAME SOURCES a.c b.c LINKS lower...): one architectural layer as a static library msw_NAME.
# A layer names the layers below it that it uses; tests of a layer link nothing else, so an upward call cannot link.
# Source lists are explicit; tests/arch finds a .c file that nobody listed.
function(msw_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS;PRIVATE_LINKS")
  add_library(msw_${name} STATIC ${arg_SOURCES})
  target_include_directories(msw_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(msw_${name} PUBLIC ${arg_LINKS} PRIVATE msw_flags ${arg_PRIVATE_LINKS})
endfunction()
