#include "CAligner.h"
