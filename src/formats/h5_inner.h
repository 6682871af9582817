/* What the h5_*.c files share. Nobody else includes it: it shows libhdf5's types. */
#ifndef MSW_FORMATS_H5_INNER_H
#define MSW_FORMATS_H5_INNER_H

#include <hdf5.h>

#include "msw/formats/h5.h"

_Static_assert(sizeof(hid_t) == sizeof(msw_h5), "a msw_h5 is a hid_t");

/* Every public function starts with it: libhdf5 prints nothing by itself and leaves no exit handler behind. */
void msw_h5_begin(void);

/* Notes "cannot <what> in <object>: <libhdf5's reason>" for the file of `object`; returns MSW_FAILED. To be called
 * right after the call that failed: the next libhdf5 call wipes the reason. */
msw_status msw_h5_fail(hid_t object, msw_diag *diag, const char *what_fmt, ...) __attribute__((format(printf, 3, 4)));
/* The same for a file that is not open. */
msw_status msw_h5_fail_path(const char *path, msw_diag *diag, const char *what);
/* Notes a sentence of ours about the file of `object`; returns MSW_FAILED. */
msw_status msw_h5_refuse(hid_t object, msw_diag *diag, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* From here on libhdf5's state is not to be trusted: see msw_h5_broken. */
void msw_h5_mark_broken(void);

/* Library constants, not to be closed. On disk little endian, so that every machine writes the same bytes. */
hid_t msw_h5_disk_type(msw_h5_type type);
hid_t msw_h5_memory_type(msw_h5_type type);
/* A new UTF-8 string type of `size` bytes (no terminator needed), or of variable length with H5T_VARIABLE. */
hid_t msw_h5_text_type(size_t size);
/* A new creation list of a property class (file, group, dataset) with what all our objects have: no times, and links
 * and attributes that remember their order, without which netCDF-C cannot append. */
hid_t msw_h5_creation_list(hid_t property_class);
/* A new one-dimensional data space of n elements. */
hid_t msw_h5_line_space(size_t n);

/* The offset of a chunk in libhdf5's type. */
msw_status msw_h5_chunk_offset(msw_h5 dataset, const uint64_t *offset, msw_diag *diag, hsize_t converted[MSW_H5_MAX_RANK]);

/* Does it look, from a sample in the middle, as if compressing these bytes were for nothing? Always the same answer for the
 * same bytes. What is called noise would have become smaller by a few per cent at most. */
bool msw_h5_is_noise(const unsigned char *bytes, size_t n);

/* Values on their way into a new attribute or dataset. All ids are the caller's. */
typedef struct {
  const char *name;
  hid_t disk_type, memory_type, space;
  size_t n;             /* elements in the space */
  const void *values;
} msw_h5_array;

msw_status msw_h5_write_attribute(hid_t object, const msw_h5_array *array, msw_diag *diag);
/* *dataset is open on success, MSW_H5_NONE otherwise. */
msw_status msw_h5_write_dataset(hid_t parent, const msw_h5_array *array, msw_diag *diag, hid_t *dataset);
/* 1-D arrays of numbers, or of variable-length texts. Fixed-length ones would corrupt the heap of netCDF-C 4.9.0. */
msw_status msw_h5_write_number_line(hid_t parent, const char *name, msw_h5_type type, const void *values, size_t n,
                                    msw_diag *diag, hid_t *dataset);
msw_status msw_h5_write_text_line(hid_t parent, const char *name, const char *const *values, size_t n, msw_diag *diag,
                                  hid_t *dataset);

/* Reads the one string in an attribute or dataset `holder` into the arena. `name` is for the message. */
msw_status msw_h5_read_one_text(hid_t holder, const char *name, msw_arena *arena, msw_diag *diag, const char **value);

#endif
