// Stands in for libgit2's HTTP, TLS and SSH transports in the release build; docs/decisions/0004-static-linking.md says why.
// Defined before libgit2's archive is searched, these keep the members they replace, and their libraries, out of the link.
// They are weak because the linker reads this object once for every -lgit2 that it meets.
#include <git2.h>
#include <stdbool.h>

#define STAND_IN __attribute__((weak))

static int refuse(void) {
    git_error_set_str(GIT_ERROR_NET, "this libgit2 is linked without network transports");
    return GIT_ERROR;
}

STAND_IN bool git_http__expect_continue = false;

// Called by git_libgit2_init: nothing to set up, and so no certificates to parse in every command.
STAND_IN int git_mbedtls_stream_global_init(void) { return 0; }
STAND_IN int git_transport_ssh_global_init(void) { return 0; }

STAND_IN int git_mbedtls__set_cert_location(const char *file, const char *path) {
    (void)file, (void)path;
    return refuse();
}

STAND_IN int git_mbedtls_stream_new(void **out, const char *host, const char *port) {
    (void)out, (void)host, (void)port;
    return refuse();
}

STAND_IN int git_mbedtls_stream_wrap(void **out, void *in, const char *host) {
    (void)out, (void)in, (void)host;
    return refuse();
}

STAND_IN int git_smart_subtransport_http(void **out, git_transport *owner, void *param) {
    (void)out, (void)owner, (void)param;
    return refuse();
}

STAND_IN int git_smart_subtransport_ssh(void **out, git_transport *owner, void *param) {
    (void)out, (void)owner, (void)param;
    return refuse();
}
