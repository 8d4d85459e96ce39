# What is done around each run of bats: when all tests of it have ended, nothing
# that is left of them, or of what they have put anywhere for a while, may have
# a secret in it, but where a test has put it itself.

# What the tests have for tokens; those of tests/collect.c, and of resident.bats.
SECRETS='a-token|b-token|geheim|gEhEiM|eyJhbGciOi'

setup_suite() {
    # some tests are somebody else, and valgrind has files there too
    chmod 755 "$BATS_RUN_TMPDIR"
    mkdir -m 1777 "$BATS_RUN_TMPDIR/temporary"
    export TMPDIR=$BATS_RUN_TMPDIR/temporary
}

teardown_suite() {
    local found

    # a kubeconfig, a token, the header in which curl has one, a plugin and its
    # words, what a server answers and was told, what is looked for, kopia itself, the tests as bats has them, copies
    # of the tree, what is built there, and a system of its own
    found=$({
        find "$BATS_RUN_TMPDIR" -type f ! -name 'config*' ! -name kubeconfig \
            ! -name 'token*' ! -name header \
            ! -name 'plugin*' ! -name '*.script' ! -name '*.log' \
            ! -name needle ! -name asked ! -name kopia ! -name '*.src' ! -path '*/tests/*' \
            ! -path '*/build/*' ! -path '*/.git/*' ! -path '*/root/*'
        find /dev/shm -maxdepth 1 -type f -newer "$BATS_RUN_TMPDIR/temporary"
    } | tr '\n' '\0' | xargs -0 -r grep -lEa -- "$SECRETS") ||
        [ $? = 123 ] # in none of them
    if [ -n "$found" ]; then
        printf 'a secret is in these files:\n%s\n' "$found"
        return 1
    fi
}
