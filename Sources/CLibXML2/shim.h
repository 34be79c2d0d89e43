#ifndef KEYBRAKE_CLIBXML2_SHIM_H
#define KEYBRAKE_CLIBXML2_SHIM_H

/* libxml2's own headers would pull in ICU, whose module clashes with Foundation's copy on a clean build. */
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlschemas.h>
#include <libxml/xmlwriter.h>

static inline void kb_xml_free(void *pointer) { xmlFree(pointer); }

#endif
