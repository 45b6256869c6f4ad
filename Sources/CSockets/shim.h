#pragma once

// What Linux has for sockets and the Glibc module does not export.
#include <sys/epoll.h>

// accept4(2), which glibc declares only for those who define _GNU_SOURCE.
// Without <sys/socket.h>, which would make this module own declarations of Glibc: address is a struct sockaddr *,
// length a socklen_t *.
extern int accept4(int descriptor, void *address, unsigned int *length, int flags);
