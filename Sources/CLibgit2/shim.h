#pragma once

#include <git2.h>

#if LIBGIT2_VER_MAJOR < 1 || (LIBGIT2_VER_MAJOR == 1 && LIBGIT2_VER_MINOR < 5)
#error "git-model needs libgit2 1.5 or newer"
#endif

/// Tells libgit2 which repository extensions the caller can live with, beyond its own list.
/// `git_libgit2_opts` is variadic, which Swift cannot call.
static inline int git_model_set_extensions(const char **names, size_t count) {
    return git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, names, count);
}
