// How a thread uses AMX's eight tiles: four of sums (0 … 3), two with rows of the first factor (4, 5), two with
// columns of the second (6, 7). A block of sums has up to 32 rows and 32 columns.

enum { AMX_SIDE = 16, AMX_ROWS = 2 * AMX_SIDE, AMX_COLUMNS = 2 * AMX_SIDE };

/// What `ldtilecfg` reads: palette 1, and for each tile the bytes of a row and the number of rows.
typedef struct amx_configuration {
  uint8_t palette, start, reserved[14];
  uint16_t bytes[16];
  uint8_t rows[16];
} amx_configuration;

/// The rows of the block that this thread's tiles are set up for, or 0.
static _Thread_local int amx_rows;

static void amx_begin(void) { amx_rows = 0; }

/// Gives the tiles back: a thread that holds none has less to save when it is interrupted.
static void amx_end(void) {
  if (amx_rows) _tile_release();
  amx_rows = 0;
}

/// Sets the tiles up for blocks of `rows` rows, if they aren't.
ZOO_INLINE void amx_use(int rows) {
  if (amx_rows == rows) return;
  amx_rows = rows;
  uint8_t upper = (uint8_t)(rows < AMX_SIDE ? rows : AMX_SIDE), lower = (uint8_t)(rows - upper);
  amx_configuration configuration = {.palette = 1};
  const uint8_t all[8] = {upper, upper, lower, lower, upper, lower, AMX_SIDE, AMX_SIDE};
  for (int tile = 0; tile < 8; tile++) {
    configuration.rows[tile] = all[tile];
    configuration.bytes[tile] = all[tile] ? 64 : 0;
  }
  _tile_loadconfig(&configuration);
}

/// Once for each number of rows that a block may have.
// clang-format off
#define AMX_EACH_ROWS(DO) \
  DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11) DO(12) DO(13) DO(14) DO(15) DO(16) \
  DO(17) DO(18) DO(19) DO(20) DO(21) DO(22) DO(23) DO(24) DO(25) DO(26) DO(27) DO(28) DO(29) DO(30) DO(31) DO(32)
// clang-format on
