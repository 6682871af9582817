/* Numbers on their way into a web page: the bytes of all elements plane by plane (as HDF5's shuffle lays them), gzip, base64.
 * A browser undoes it with atob and DecompressionStream. Numbers are little endian.
 */
#ifndef MSW_FORMATS_PACKED_H
#define MSW_FORMATS_PACKED_H

#include <stddef.h>

#include "msw/base/mem.h"
#include "msw/base/str.h"

/* RFC 4648, with padding and without line breaks. */
void msw_base64(const void *bytes, size_t n_bytes, msw_buf *out);

/* n elements of elem_size bytes. In the arena; "" for none. Equal numbers give equal texts. */
const char *msw_pack(const void *elements, size_t n, size_t elem_size, msw_arena *arena);

/* A JSON text that may stand in an HTML document's script element whatever its strings hold: every '<' becomes \u003c, so that
 * neither "</script>" nor "<!--" can occur, and the line ends that only JSON allows in strings are escaped. */
void msw_json_for_html(const char *json, msw_buf *out);

#endif
