/* What the writer_*.c files share: a result file under construction. */
#ifndef MSW_OUTPUT_WRITER_PARTS_H
#define MSW_OUTPUT_WRITER_PARTS_H

#include "msw/formats/h5.h"
#include "msw/output/writer.h"
#include "write_behind.h"

/* Where a block without a name has its counts in /meta, and its methods in /meta/methods. */
#define MSW_UNNAMED_BLOCK "block"
#define MSW_META_GROUP "meta"
/* In /meta: points beside the grid; what has to be known about the numbers. */
#define MSW_META_INCLUDE "include"
#define MSW_META_NOTES "notes"
/* In /meta: [first tile, tiles, tiles of the whole plan] of this file. */
#define MSW_META_TILES "tiles"
enum { MSW_N_META_TILES = 3 };
/* Counts of a block in /meta that are sums over its cells: what shards have of them adds up to the result's. */
#define MSW_FLAG_COUNTS "flag_counts"   /* the data set; the others are attributes */
enum { MSW_N_SUMMED_ATTRS = 5 };
extern const char *const msw_summed_attrs[MSW_N_SUMMED_ATTRS];
/* In every grid whose floats are rounded: CF's container of how. */
#define MSW_QUANTIZATION "quantization_info"
#define MSW_QUANTIZATION_BITS "quantization_nsb"   /* attribute of each of those floats */

/* A chunk as it will stand in the file. */
typedef struct { unsigned char *bytes; size_t cap, n; } msw_stored_chunk;
/* A tile between encode and commit, and what one thread at a time needs to encode it. */
typedef struct {
  msw_h5_encoder *encoder;      /* NULL without compression; made for the slot's first tile, as all memory here */
  msw_stored_chunk *fields;     /* [most fields of a block] */
  unsigned char *rounded;       /* a chunk of floats after keepbits */
  size_t rounded_cap;
} msw_writer_slot;

struct msw_writer {
  const msw_plan *plan;
  const msw_provenance *provenance;
  msw_writer_options options;
  msw_diag *diag;
  msw_arena arena;
  const char *path, *temp;
  msw_h5 file;
  msw_h5 **datasets;            /* [n_blocks][n_fields of the block] */
  msw_writer_slot *slots;       /* [msw_run_slots] */
  msw_reduce *reduce;           /* NULL without reductions */
  uint64_t *cells;              /* [n_blocks] committed so far */
  uint64_t n_bytes;             /* of chunks committed so far */
  msw_write_behind behind;
};

/* ---- writer_temp.c ---- */
/* Checks that `path` can become a result file and creates its temporary file, empty. While it exists, running out of
 * memory removes it. */
msw_status msw_temp_claim(const char *path, msw_arena *arena, msw_diag *diag, const char **temp);
void msw_temp_remove(const char *temp);
/* Makes problems that name the temporary file name the final one: the user knows no other. */
void msw_temp_hide(const char *temp, const char *path, msw_diag *diag);
/* fsync, then the final name; *n_bytes is the file's size. After a failure the temporary file is gone. */
msw_status msw_temp_promote(const char *temp, const char *path, msw_diag *diag, unsigned long long *n_bytes);

/* ---- writer_names.c ---- */
/* Errors for names of blocks and zips that something else in the file has. */
msw_status msw_check_names(const msw_plan *plan, const msw_writer_options *options, msw_diag *diag);

/* ---- writer_attrs.c ---- */
typedef struct { const char *name, *value; } msw_text_attr;
/* Writes the attributes whose value is neither NULL nor "", in order. */
msw_status msw_write_text_attrs(msw_h5 object, const msw_text_attr *attrs, size_t n, msw_diag *diag);
/* "a b c" from the names of all flag bits, as CF's flag_meanings. */
/* Flag bits that a block's cells can have: those of the registry and one for each of its constraints, named "not:<name>". */
size_t msw_flags_in_use(const msw_spec_block *spec);
const char *msw_flag_meanings(const msw_spec_block *spec, msw_arena *arena);

/* ---- writer_coords.c ---- */
/* Writes a block's coordinates. scales [rank] are open datasets afterwards, MSW_H5_NONE where something failed. */
msw_status msw_write_coords(const msw_plan_block *block, msw_h5 group, msw_arena *arena, msw_diag *diag,
                            msw_h5 *scales);
/* Names of the axes that run along zips, those that the reduction (or NULL) keeps, joined by blanks; "" without zips. */
const char *msw_zipped_names(const msw_plan_block *block, const msw_reduction *reduction, msw_arena *arena);

/* A 1-D data set of an axis's numbers, in the narrowest type that holds them all. */
msw_status msw_write_axis_numbers(msw_h5 group, const char *name, const double *values, size_t n, msw_arena *arena,
                                  msw_diag *diag);

/* ---- writer_fields.c ---- */
msw_h5_type msw_stored_type(msw_field_type type);
/* The attributes that name the codes of `bound` and the bits of `flags`; none on other fields. */
msw_status msw_describe_codes(const msw_spec_block *spec, const msw_field *field, msw_h5 dataset, msw_arena *arena,
                              msw_diag *diag);
/* The field that viewers show unasked: step_us, else the first float field, else the first. */
const msw_field *msw_signal_field(const msw_plan_block *block);
/* The attributes of a variable whose floats are rounded. */
msw_status msw_describe_rounding(const msw_writer *writer, msw_h5 dataset);
/* Creates a block's variables; they stay open in datasets [n_fields]. */
msw_status msw_write_fields(const msw_writer *writer, const msw_plan_block *block, msw_h5 group, const msw_h5 *scales,
                            msw_h5 *datasets);

/* ---- writer_reduced.c ---- */
/* Creates the variables of a block's reductions. */
msw_status msw_write_reductions(const msw_writer *writer, const msw_plan_block *block, msw_h5 group,
                                const msw_h5 *scales);
/* Writes the results, or partial results into a file that does not hold all tiles. Nothing without reductions. */
msw_status msw_write_reduced(msw_writer *writer);

/* ---- writer_block.c ---- */
/* Attributes of the file as a whole, and the group of every block with all that is in it but the cells. */
msw_status msw_write_blocks(msw_writer *writer);

/* ---- writer_meta.c ---- */
const char *msw_meta_block_name(const msw_spec_block *block);
msw_status msw_write_meta(msw_writer *writer);
msw_status msw_write_counts(msw_writer *writer, const msw_block_counts *counts);

/* ---- writer_points.c ---- */
/* /meta/include; nothing without points. */
msw_status msw_write_points(const msw_writer *writer, msw_h5 meta, msw_arena *arena);

/* ---- writer_methods.c ---- */
/* Every method of every block, with the value of every knob on every GPU, as JSON text. */
const char *msw_methods_json(const msw_plan *plan, msw_arena *arena);

/* ---- writer_tiles.c ---- */
void msw_slots_start(msw_writer *writer);
void msw_slots_end(msw_writer *writer);

#endif
