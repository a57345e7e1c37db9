#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include <pty.h>
#include <stddef.h>

#include "CTerminal.h"

int terminal_open(int *slave) {
  struct winsize size = {.ws_row = 24, .ws_col = 80};
  int master;
  return openpty(&master, slave, NULL, NULL, &size) == 0 ? master : -1;
}
