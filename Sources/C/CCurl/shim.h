#pragma once
// The C library by its module, so that what libcurl includes of it is not taken for a part of this one.
#pragma clang module import SwiftGlibc
#include <curl/curl.h>

// libcurl's variadic functions, one adapter per kind of argument.
typedef size_t (*curl_data_function)(char *data, size_t size, size_t count, void *context);
typedef curl_socket_t (*curl_socket_function)(void *context, curlsocktype purpose, struct curl_sockaddr *address);
typedef int (*curl_seek_function)(void *context, curl_off_t offset, int origin);

static inline CURLcode curl_set_long(CURL *easy, CURLoption option, long value) { return curl_easy_setopt(easy, option, value); }
static inline CURLcode curl_set_offset(CURL *easy, CURLoption option, curl_off_t value) { return curl_easy_setopt(easy, option, value); }
static inline CURLcode curl_set_string(CURL *easy, CURLoption option, const char *value) { return curl_easy_setopt(easy, option, value); }
static inline CURLcode curl_set_pointer(CURL *easy, CURLoption option, void *value) { return curl_easy_setopt(easy, option, value); }
static inline CURLcode curl_set_data_function(CURL *easy, CURLoption option, curl_data_function value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode curl_set_socket_function(CURL *easy, CURLoption option, curl_socket_function value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode curl_set_seek_function(CURL *easy, CURLoption option, curl_seek_function value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode curl_get_long(CURL *easy, CURLINFO info, long *value) { return curl_easy_getinfo(easy, info, value); }
static inline CURLcode curl_get_string(CURL *easy, CURLINFO info, char **value) { return curl_easy_getinfo(easy, info, value); }
static inline CURLcode curl_get_pointer(CURL *easy, CURLINFO info, void **value) { return curl_easy_getinfo(easy, info, value); }
static inline CURLMcode curl_multi_set_long(CURLM *multi, CURLMoption option, long value) { return curl_multi_setopt(multi, option, value); }

/// What a finished transfer's message says, without the union.
static inline CURLcode curl_message_result(const CURLMsg *message) { return message->data.result; }
