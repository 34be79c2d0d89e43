#ifndef KEYBRAKE_CLIBPQ_SHIM_H
#define KEYBRAKE_CLIBPQ_SHIM_H

#include <libpq-fe.h>

#endif
