/* After fork() the child goes on with a flag that its parent resolved. */
#include "support.h"

#include <sys/wait.h>
#include <unistd.h>

static const char ON[] = "[{\"key\": \"f\", \"enabled\": true, \"default_enabled\": true}]";
static const char OFF[] = "[{\"key\": \"f\", \"enabled\": false}]";

static void a_child_goes_on_with_its_own(void) {
    flagbit_client *client = open_text(ON);
    flagbit_flag *flag = NULL;
    CHECK_OK(flagbit_flag_new(client, "f", 1, &flag));
    CHECK(flagbit_flag_is_enabled(flag, NULL, false));
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        bool right = flagbit_flag_is_enabled(flag, NULL, false);
        right = right && load_text(client, OFF) == FLAGBIT_STATUS_OK && !flagbit_flag_is_enabled(flag, NULL, true);
        right = right && flagbit_client_close(client) == FLAGBIT_STATUS_OK && flagbit_flag_is_enabled(flag, NULL, true);
        _exit(right ? 0 : 1);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(flagbit_flag_is_enabled(flag, NULL, false));
    flagbit_flag_free(flag);
    flagbit_client_free(client);
}

int main(void) {
    a_child_goes_on_with_its_own();
    return check_finish("fork_flag");
}
