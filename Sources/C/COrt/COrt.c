#include "COrt.h"
