/* What the files of the data root share; not for other layers. */
#ifndef MSW_DATA_ROOT_INTERNAL_H
#define MSW_DATA_ROOT_INTERNAL_H

#include "msw/inputs/data_root.h"

/* True when the folder holds a GPU entry or tables of a known layout. */
bool msw_bench_dir_is_known(const char *dir, msw_arena *arena);

/* True when a GPU's folder holds tables of the other layout: <engine-version>/<kind>_perf.csv. */
bool msw_holds_latency_tables(const char *gpu_dir, msw_arena *arena);

/* Fills data->gpus from the gpus/ folders of data->bench_dirs, the earlier folder's entry winning, and reports entries
 * that claim the same name. */
void msw_data_load_gpus(msw_data_root *data, msw_arena *arena, msw_diag *diag);

/* Warns of table folders that are named like no GPU. */
void msw_data_warn_of_strangers(const msw_data_root *data, msw_arena *arena, msw_diag *diag);

#endif
