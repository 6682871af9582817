/* A thin layer over libhdf5: handles that close themselves in the right order, errors that reach the diag, and the recipes
 * (reference: docs/result-file.md) that make one file plain HDF5, netCDF-4 and NXdata at once. Files are created with
 * libver V18/V18, tracked creation order and no object times, so that equal calls give equal bytes.
 * Not thread-safe, encoders and decoders excepted: one thread at a time.
 */
#ifndef MSW_FORMATS_H5_H
#define MSW_FORMATS_H5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"

typedef int64_t msw_h5;   /* an HDF5 identifier; negative means none */
#define MSW_H5_NONE ((msw_h5)-1)
#define MSW_H5_MAX_RANK 20   /* dimensions of a variable */

typedef enum { MSW_H5_F32, MSW_H5_F64, MSW_H5_U8, MSW_H5_U32, MSW_H5_I32, MSW_H5_I64, MSW_H5_U64 } msw_h5_type;
size_t msw_h5_type_size(msw_h5_type type);

/* File-level calls. Errors are msw_fail with libhdf5's own text, file name first. */
msw_status msw_h5_create(const char *path, msw_diag *diag, msw_h5 *file);         /* truncates */
msw_status msw_h5_open_read(const char *path, msw_diag *diag, msw_h5 *file);      /* not an HDF5 file: MSW_BAD_INPUT */
msw_status msw_h5_open_update(const char *path, msw_diag *diag, msw_h5 *file);    /* the same, to be read and written */
/* Closes and checks; a failed close means that the file must not be used. Afterwards no handle of it is open. After a
 * failed close libhdf5 must not run its exit handler: msw_h5_broken() becomes true and main leaves through _exit. */
msw_status msw_h5_close_file(msw_h5 file, msw_diag *diag);
bool msw_h5_broken(void);

msw_status msw_h5_create_group(msw_h5 parent, const char *name, msw_diag *diag, msw_h5 *group);
msw_status msw_h5_open_group(msw_h5 parent, const char *path, msw_diag *diag, msw_h5 *group);
void msw_h5_close(msw_h5 object);                                                /* group or dataset; MSW_H5_NONE is fine */
bool msw_h5_exists(msw_h5 parent, const char *path);

/* What a group holds, in order of creation. Links that lead nowhere are MSW_H5_OTHER. */
typedef enum { MSW_H5_GROUP, MSW_H5_DATASET, MSW_H5_OTHER } msw_h5_kind;
typedef struct { const char *name; msw_h5_kind kind; } msw_h5_member;
msw_status msw_h5_list(msw_h5 group, msw_arena *arena, msw_diag *diag, const msw_h5_member **members, size_t *n);

/* Attributes on a group or dataset. Text is a scalar fixed-length UTF-8 string (a netCDF text attribute). */
msw_status msw_h5_attr_text(msw_h5 object, const char *name, const char *value, msw_diag *diag);
msw_status msw_h5_attr_numbers(msw_h5 object, const char *name, msw_h5_type type, const void *values, size_t n, msw_diag *diag);
msw_status msw_h5_attr_texts(msw_h5 object, const char *name, const char *const *values, size_t n, msw_diag *diag); /* 1-D VL */
/* Reads a text attribute into the arena; *value is NULL when it is absent. */
msw_status msw_h5_read_attr_text(msw_h5 object, const char *name, msw_arena *arena, msw_diag *diag, const char **value);

/* Reads an integer attribute of one element; *found is false, *value untouched, when it is absent. */
msw_status msw_h5_read_attr_int(msw_h5 object, const char *name, msw_diag *diag, int64_t *value, bool *found);
/* Gives new values to an attribute that is there with n elements. */
msw_status msw_h5_rewrite_attr(msw_h5 object, const char *name, msw_h5_type type, const void *values, size_t n, msw_diag *diag);

/* Reads an attribute of numbers into the arena, as `type`; *n is 0 when it is absent. */
msw_status msw_h5_read_attr_numbers(msw_h5 object, const char *name, msw_h5_type type, msw_arena *arena, msw_diag *diag,
                                    const void **values, size_t *n);

/* Coordinates: 1-D datasets made dimension scales (H5DS), name = dimension name. String ones are variable-length UTF-8. */
msw_status msw_h5_coord_numbers(msw_h5 group, const char *name, msw_h5_type type, const void *values, size_t n, msw_diag *diag, msw_h5 *dataset);
msw_status msw_h5_coord_texts(msw_h5 group, const char *name, const char *const *values, size_t n, msw_diag *diag, msw_h5 *dataset);

/* A dataset of a group, for more attributes; and the coordinate that its dimension i_dim runs along. */
msw_status msw_h5_open_dataset(msw_h5 group, const char *path, msw_diag *diag, msw_h5 *dataset);
msw_status msw_h5_attach_scale(msw_h5 dataset, msw_h5 scale, size_t i_dim, msw_diag *diag);

/* Is the dataset a dimension scale? Are its elements texts? */
bool msw_h5_is_scale(msw_h5 dataset);
bool msw_h5_is_text(msw_h5 dataset);
/* The path of the scale that dimension i_dim runs along, in the arena; NULL where none is attached. */
msw_status msw_h5_scale_of(msw_h5 dataset, size_t i_dim, msw_arena *arena, msw_diag *diag, const char **path);

/* An n-dimensional chunked variable whose dimensions carry the given scales; without dimensions a single number. `deflate`: shuffle + deflate filters are set,
 * `fletcher32`: a checksum filter after them (chunks are written already filtered). Cells of chunks that are never written
 * read as NaN for float types, which get a _FillValue too, and as `fill` for integer ones. */
typedef struct {
  const char *name;
  msw_h5_type type;
  size_t rank;
  const uint64_t *dims, *chunk;    /* [rank] */
  const msw_h5 *scales;            /* [rank] coordinate datasets */
  bool deflate, fletcher32;
  uint64_t fill;
} msw_h5_variable;
msw_status msw_h5_create_variable(msw_h5 group, const msw_h5_variable *variable, msw_diag *diag, msw_h5 *dataset);
/* A dataset of one 0 without dimensions: something to hang attributes on (CF's container variables). */
msw_status msw_h5_create_container(msw_h5 group, const char *name, msw_diag *diag, msw_h5 *dataset);

/* Chunks as they are stored. Each has its first cell at `offset` [rank], a multiple of the chunk's shape.
 * Writes a whole chunk: as msw_h5_encode left it when the variable is `deflate`, else the plain cells; then its checksum
 * when it is `fletcher32`. A chunk that reaches over the variable's edge is written whole too. */
msw_status msw_h5_write_chunk(msw_h5 dataset, const uint64_t *offset, const void *bytes, size_t n_bytes, msw_diag *diag);
/* Bytes that a chunk takes in the file. One that was never written: an error, or (without filters) a guess; reading it is
 * an error in any case. */
msw_status msw_h5_chunk_bytes(msw_h5 dataset, const uint64_t *offset, msw_diag *diag, size_t *n_bytes);
/* Reads the chunk's bytes, as many as msw_h5_chunk_bytes says. */
msw_status msw_h5_read_chunk(msw_h5 dataset, const uint64_t *offset, void *bytes, msw_diag *diag);
/* A chunk as it is stored, in a buffer that grows as needed and is freed by its owner. n is 0 where the chunk was never written;
 * `skipped`: bit i is set where filter i of the dataset was left out. */
typedef struct { unsigned char *bytes; size_t n, cap; uint32_t skipped; } msw_h5_stored;
msw_status msw_h5_fetch_chunk(msw_h5 dataset, const uint64_t *offset, msw_diag *diag, msw_h5_stored *stored);
/* How many chunks have been written; takes time in proportion to them. */
msw_status msw_h5_count_chunks(msw_h5 dataset, msw_diag *diag, uint64_t *n);

/* A dataset's shape, and its chunks' where it has chunks. */
typedef struct {
  bool is_chunked;
  size_t rank;
  uint64_t dims[MSW_H5_MAX_RANK], chunk[MSW_H5_MAX_RANK];
} msw_h5_layout;
msw_status msw_h5_layout_of(msw_h5 dataset, msw_diag *diag, msw_h5_layout *layout);
/* True when two datasets have the same type, shape, chunks, filters and fill value: bytes of chunks fit either. */
msw_status msw_h5_is_alike(msw_h5 a, msw_h5 b, msw_diag *diag, bool *is_alike);

/* Writes a box [start, start+count) of an open dataset, row-major; the filters are libhdf5's own. */
msw_status msw_h5_write_slab(msw_h5 dataset, msw_h5_type type, size_t rank, const uint64_t *start, const uint64_t *count,
                             const void *values, msw_diag *diag);
/* Takes a group or dataset out of the file; its room is used again while the file is open. */
msw_status msw_h5_remove(msw_h5 parent, const char *path, msw_diag *diag);

/* Small data sets without dimension scales, for /meta only. */
msw_status msw_h5_write_text(msw_h5 group, const char *name, const char *value, msw_diag *diag);   /* scalar VL UTF-8 */
msw_status msw_h5_write_texts(msw_h5 group, const char *name, const char *const *values, size_t n, msw_diag *diag);
msw_status msw_h5_write_numbers(msw_h5 group, const char *name, msw_h5_type type, const void *values, size_t n, msw_diag *diag);
msw_status msw_h5_read_text(msw_h5 parent, const char *path, msw_arena *arena, msw_diag *diag, const char **value);
/* All texts of a dataset of variable-length ones. */
msw_status msw_h5_read_texts(msw_h5 parent, const char *path, msw_arena *arena, msw_diag *diag, const char *const **values,
                             size_t *n);
/* Gives new values to a 1-D dataset that is there with n elements. */
msw_status msw_h5_rewrite_numbers(msw_h5 parent, const char *path, msw_h5_type type, const void *values, size_t n,
                                  msw_diag *diag);

/* Reads a hyperslab [start, start+count) of a dataset into `out`, converted to `type`, row-major. */
msw_status msw_h5_read_slab(msw_h5 parent, const char *path, msw_h5_type type, size_t rank, const uint64_t *start,
                            const uint64_t *count, void *out, msw_diag *diag);
msw_status msw_h5_shape(msw_h5 parent, const char *path, size_t max_rank, msw_diag *diag, size_t *rank, uint64_t *dims);

/* Shuffle + deflate of one chunk, exactly what HDF5's filters undo. Thread-safe: one thread at a time for each encoder.
 * Level 1 stores leading byte planes of noise (the lowest bytes of floats) as they are: a fifth faster, a hundredth larger. */
typedef struct msw_h5_encoder msw_h5_encoder;
msw_h5_encoder *msw_h5_encoder_new(int level);   /* 1 (fast, the default of the tool) to 12; others are clamped */
void msw_h5_encoder_free(msw_h5_encoder *encoder);
/* Upper bound of the encoded size of n_bytes. */
size_t msw_h5_encode_bound(msw_h5_encoder *encoder, size_t n_bytes);
/* Encodes n_bytes of elements of elem_size into out (at least the bound); returns the encoded size. */
size_t msw_h5_encode(msw_h5_encoder *encoder, const void *bytes, size_t n_bytes, size_t elem_size, void *out);

/* How the cells of a dataset are stored. `is_known`: in chunks, of a type of ours, with filters that msw_h5_decode knows; only
 * then do the filters mean anything. Another type counts as F64. `fill`: what chunks hold that were never written. */
typedef enum { MSW_H5_SHUFFLE, MSW_H5_DEFLATE, MSW_H5_FLETCHER32 } msw_h5_filter;
enum { MSW_H5_MOST_FILTERS = 8 };
typedef struct {
  bool is_known;
  msw_h5_type type;
  size_t n_filters;
  msw_h5_filter filters[MSW_H5_MOST_FILTERS];   /* in the order in which they were applied */
  double fill;
} msw_h5_storage;
msw_status msw_h5_storage_of(msw_h5 dataset, msw_diag *diag, msw_h5_storage *storage);

/* The way back, in the calling thread. Thread-safe: one thread at a time for each decoder. */
typedef struct msw_h5_decoder msw_h5_decoder;
msw_h5_decoder *msw_h5_decoder_new(void);
void msw_h5_decoder_free(msw_h5_decoder *decoder);
/* Undoes the filters: `out` gets the chunk's n_bytes plain bytes. NULL, or what is wrong with the stored bytes ("its checksum
 * does not match"); `out` then holds anything. */
const char *msw_h5_decode(msw_h5_decoder *decoder, const msw_h5_storage *storage, const msw_h5_stored *stored, void *out,
                          size_t n_bytes);

/* The checksum of HDF5's fletcher32 filter, as it is stored after a chunk's bytes. */
enum { MSW_H5_FLETCHER32_BYTES = 4 };
void msw_h5_fletcher32(const void *bytes, size_t n_bytes, unsigned char checksum[MSW_H5_FLETCHER32_BYTES]);
/* CRC-32 (zlib's), to tell whether two stored chunks are the same without keeping them. */
uint32_t msw_h5_crc32(const void *bytes, size_t n_bytes);

const char *msw_h5_library_version(void);

#endif
