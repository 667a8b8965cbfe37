/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PKCS#11 module in front of another (SESSIONS_MODULE): hands every call on, and after each C_OpenSession
 * counts which of all the sessions that it ever saw opened the module still knows. The file SESSIONS_FILE
 * gets one line each time: how many are open now, how many were the most at once, how many were opened.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <p11-kit/pkcs11.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 65536 };

static CK_FUNCTION_LIST ours;
static CK_FUNCTION_LIST_PTR theirs;
static CK_SESSION_HANDLE seen[MOST];
static unsigned known;
static unsigned most;
static unsigned opened;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void count(CK_SESSION_HANDLE fresh)
{
    unsigned alive = 0;
    int listed = 0;
    for (unsigned i = 0; i < known; i++) {
        CK_SESSION_INFO info;
        if (seen[i] != fresh && theirs->C_GetSessionInfo(seen[i], &info) == CKR_SESSION_HANDLE_INVALID)
            continue;
        listed |= seen[i] == fresh;
        seen[alive++] = seen[i];
    }
    if (!listed && alive < MOST)
        seen[alive++] = fresh;
    known = alive;
    opened++;
    if (known > most)
        most = known;
}

static CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify, CK_SESSION_HANDLE_PTR session)
{
    CK_RV rv = theirs->C_OpenSession(slot, flags, application, notify, session);
    if (rv != CKR_OK)
        return rv;
    pthread_mutex_lock(&lock);
    count(*session);
    char line[64];
    int length = snprintf(line, sizeof line, "%u %u %u\n", known, most, opened);
    int file = open(getenv("SESSIONS_FILE"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0 || write(file, line, (size_t)length) != length)
        abort();
    close(file);
    pthread_mutex_unlock(&lock);
    return rv;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list)
{
    void *library = dlopen(getenv("SESSIONS_MODULE"), RTLD_NOW);
    CK_C_GetFunctionList get = library ? (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList") : NULL;
    if (get == NULL || get(&theirs) != CKR_OK)
        return CKR_GENERAL_ERROR;
    memcpy(&ours, theirs, sizeof ours);
    ours.C_OpenSession = open_session;
    *list = &ours;
    return CKR_OK;
}
