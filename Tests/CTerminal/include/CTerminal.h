/// A terminal for tests: what Glibc shows to Swift lacks the calls that make one.
#pragma once

/// Opens a terminal of 24 lines of 80 columns. Returns the master's descriptor and sets the slave's,
/// or returns -1.
int terminal_open(int *slave);
