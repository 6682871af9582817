# msw_embed(TARGET FILE SYMBOL): FILE's bytes as `const unsigned char SYMBOL[]` and `const size_t SYMBOL_size` in TARGET.
# Written again when the file changes. (An array of bytes, because a string literal may not be that long.)
function(msw_embed target file symbol)
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -D IN=${source} -D OUT=${out} -D SYMBOL=${symbol} -P ${PROJECT_SOURCE_DIR}/cmake/EmbedWrite.cmake
    DEPENDS ${source} ${PROJECT_SOURCE_DIR}/cmake/EmbedWrite.cmake VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
