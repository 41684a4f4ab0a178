// What the walk needs of the C library, whichever it is.
#pragma once
_Noreturn void exit(int status);
