#pragma once
#include <lc3.h>
