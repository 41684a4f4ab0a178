/// Nothing to call: the library is preloaded into the tool by the torture tests.
