#pragma once
// What Glibc's module does not show of Linux: declarations and `static inline` adapters only.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
