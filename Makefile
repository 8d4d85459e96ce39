# phasepipe: kopia ... 2>&1 | kopia-progress | phase-agg | status-patch
#
# The table: which program needs which room of lib/, and which library.

PROGRAMS = any-progress kopia-progress phase-agg phase-metrics phase-run phase-view status-patch

any-progress.rooms   = mover base
any-progress.libs    = $(PCRE2) $(JQ)
kopia-progress.rooms = mover base
kopia-progress.libs  = $(PCRE2) $(JQ)
phase-agg.rooms      = phase base
phase-agg.libs       = $(YAML) $(JQ)
phase-metrics.rooms  = view base
phase-metrics.libs   = $(JQ)
phase-run.rooms      = run base
phase-run.libs       = $(JQ)
phase-view.rooms     = view base
phase-view.libs      = $(JQ)
status-patch.rooms   = kube base
status-patch.libs    = $(CURL) $(YAML) $(JQ)

# Scripts that are installed, under other names than they have here
TOOLS = phase-follow phasepipe-doctor
phase-follow.from = scripts/follow
phasepipe-doctor.from = scripts/doctor

COMMANDS = $(PROGRAMS) $(TOOLS)

VERSION = 0.1.0

# What the user may set; O is where all that is built goes
O       ?= build
CFLAGS  ?= -O2 -g
PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
MANDIR  ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share/phasepipe
DOCDIR  ?= $(PREFIX)/share/doc/phasepipe
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR  ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
DESTDIR ?=
PKG_CONFIG ?= pkg-config
INSTALL ?= install
FUZZ_CC ?= clang
FUZZ_SECONDS ?= 3600

# What the build cannot do without
try   = $(shell $(CC) -Werror $1 -x c -c /dev/null -o /dev/null 2>&1 || echo no)
keep  = $(foreach f,$1,$(if $(call try,$f),,$f))
PCRE2 := $(shell $(PKG_CONFIG) --libs libpcre2-8)
YAML  := $(shell $(PKG_CONFIG) --libs yaml-0.1)
CURL  := $(shell $(PKG_CONFIG) --libs libcurl)
JQ    := $(or $(shell $(PKG_CONFIG) --silence-errors --libs libjq),-ljq) -lm
WARN  := -Wall -Wextra -Wformat=2 -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wpointer-arith -Wwrite-strings -Wundef
HARD  := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 $(call keep,\
	-fstack-protector-strong -fstack-clash-protection -fcf-protection)
ASAN  := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
FUZZ  := -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
CPPALL := -std=c11 -D_GNU_SOURCE -Iinclude -DPHASEPIPE_VERSION='"$(VERSION)"' \
	$(shell $(PKG_CONFIG) --cflags libpcre2-8 yaml-0.1 libcurl) -MMD -MP
LDALL  = -Wl,--as-needed -pie -Wl,-z,relro,-z,now,-z,noexecstack

ROOMS := $(sort $(foreach p,$(PROGRAMS),$($p.rooms)))
SCHEMAS := $(wildcard include/schemas/*.json)
UNITS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*.c))
DRIVERS := $(patsubst tests/kube/%.c,%,$(wildcard tests/kube/*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
BENCH := $(patsubst tests/%.c,$O/%,$(wildcard tests/bench/*.c))

all: $(PROGRAMS:%=$O/bin/%)

# One variant of everything: $1 its directory, $2 its flags
define variant
$1/%.o: %.c Makefile $$(NEEDS)
	@mkdir -p $$(@D)
	$$(CC) $$(CPPALL) $$(WARN) -fPIE $2 $$(CPPFLAGS) $$(CFLAGS) $3 -c -o $$@ $$<

$(foreach r,$(ROOMS),$(eval $1/lib$r.a: $(patsubst %.c,$1/%.o,$(wildcard lib/$r/*.c))))
$(ROOMS:%=$1/lib%.a):
	@rm -f $$@
	$$(AR) rcs $$@ $$^

$(foreach p,$(PROGRAMS),$(eval $1/bin/$p: $1/filters/$p.o $(patsubst %.c,$1/%.o,$(wildcard filters/$p/*.c)) $($p.rooms:%=$1/lib%.a)))
$(PROGRAMS:%=$1/bin/%):
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS) $3 $$(LDALL) $$(LDFLAGS) -o $$@ $$^ $$($$(@F).libs) $$(LDLIBS)

$(foreach u,$(UNITS),$(eval $1/unit/$u: $1/tests/unit/$u.o $(patsubst %,$1/lib%.a,$(filter-out base,$(ROOMS)) base)))
$(UNITS:%=$1/unit/%):
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS) $3 $$(LDALL) $$(LDFLAGS) -o $$@ $$^ -lcmocka $$(PCRE2) $$(YAML) $$(CURL) $$(JQ) -lm $$(LDLIBS)

$(foreach d,$(DRIVERS),$(eval $1/kube/$d: $1/tests/kube/$d.o $1/libkube.a $1/libbase.a))
$(DRIVERS:%=$1/kube/%):
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS) $3 $$(LDALL) $$(LDFLAGS) -o $$@ $$^ $$(YAML) $$(CURL) $$(JQ) $$(LDLIBS)

-include $(wildcard $1/filters/*.d $1/*/*/*.d)
endef

$(eval $(call variant,$O,$(HARD)))
$(eval $(call variant,$O/asan,,$(ASAN)))
$(eval $(call variant,$O/fuzz,-fsanitize=fuzzer-no-link,$(FUZZ)))

unit: $(UNITS:%=$O/unit/%) $(DRIVERS:%=$O/kube/%)
asan: $(PROGRAMS:%=$O/asan/bin/%) $(UNITS:%=$O/asan/unit/%) \
	$(DRIVERS:%=$O/asan/kube/%)

# Whatever comes: libFuzzer is clang's
$O/fuzz/%: override CC := $(FUZZ_CC)
fuzzers: $(FUZZERS:%=$O/fuzz/%)
# One of them tests what is a program's own
METRICS := $(wildcard filters/phase-metrics/*.c)
$O/fuzz/metrics: $(METRICS:%.c=$O/fuzz/%.o)
$O/replay/metrics: $(METRICS:%.c=$O/%.o)
$(FUZZERS:%=$O/fuzz/%): $O/fuzz/%: $O/fuzz/tests/fuzz/%.o \
	$(patsubst %,$O/fuzz/lib%.a,$(filter-out base,$(ROOMS)) base)
	$(CC) $(CFLAGS) $(FUZZ) -fsanitize=fuzzer $(LDFLAGS) -o $@ \
		$(filter %.o,$^) $(filter %.a,$^) -lcmocka \
		$(PCRE2) $(YAML) $(CURL) $(JQ) $(LDLIBS)

# The same targets, as programs that only do what they are given
$O/replay/%: $O/tests/fuzz/%.o $(patsubst %,$O/lib%.a,$(filter-out base,$(ROOMS)) base)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ \
		$(filter %.o,$^) $(filter %.a,$^) -lcmocka \
		$(PCRE2) $(YAML) $(CURL) $(JQ) $(LDLIBS)
replays: $(FUZZERS:%=$O/replay/%)

# What keeps the records that the tests print
$O/tests/collect.so: tests/collect.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPALL) $(WARN) -fPIC $(CPPFLAGS) $(CFLAGS) -shared $(LDFLAGS) -o $@ $<

# What makes calls fail, one after the other, and what finds secrets in memory
build/tests/torture/%.so: tests/torture/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPALL) $(WARN) -fPIC $(CPPFLAGS) $(CFLAGS) -shared $(LDFLAGS) -o $@ $<

torture: all build/tests/torture/fail.so
	scripts/setup build test
	tests/torture/run --more 1000
	tests/torture/kill --each 1000
	tests/torture/readers 1000 10000
	tests/torture/readers 1000 10000 metrics

soak: all
	scripts/setup build test
	tests/soak/run
	tests/soak/replies --writers 200 --budget 30

check:
	scripts/check
check-asan:
	scripts/check asan
check-valgrind:
	scripts/check valgrind
fuzz:
	scripts/fuzz --seconds $(FUZZ_SECONDS)
bench: all $(BENCH) build/tests/torture/fail.so
	scripts/bench
pictures: all
	scripts/pictures/plot
	scripts/pictures/view
figures: all $(BENCH) build/tests/torture/fail.so
	scripts/figures
$(BENCH): $O/%: $O/tests/%.o $(patsubst %,$O/lib%.a,$(filter-out base,$(ROOMS)) base)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDALL) $(LDFLAGS) -o $@ $^ $(PCRE2) $(CURL) $(JQ) $(LDLIBS)

# The programs for any image of an architecture: the same build as static ones,
# with musl, in a directory of its own; see scripts/static/Makefile
HOST    = $(shell gcc -dumpmachine)
TARGET ?= $(HOST)
ARCH    = $(firstword $(subst -, ,$(TARGET)))
MUSL    = build/musl-$(ARCH)
BUNDLE  = build/bundle$(if $(filter-out $(HOST),$(TARGET)),-$(ARCH))
ARCHIVE = build/phasepipe-$(VERSION)-$(ARCH).tar.zst
static  = +$(MAKE) --no-print-directory O=$(MUSL) NEEDS=$(MUSL)/root/ready \
	CC=$(CURDIR)/$(MUSL)/root/cc AR=$(CURDIR)/$(MUSL)/root/ar PKG_CONFIG=true \
	PCRE2=-lpcre2-8 YAML=-lyaml JQ='-ljq -lonig -lm' \
	CURL='-lcurl -lssl -lcrypto'

$O/container/install: $O/scripts/container/install.o $O/libbase.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDALL) $(LDFLAGS) -o $@ $^ $(LDLIBS)

static-root:
	+$(MAKE) --no-print-directory -f scripts/static/Makefile TARGET=$(TARGET)
# A test that stands in front of a library's functions needs a shared one
static: static-root
	$(static) all unit UNITS='$(filter-out yaml_faults starved_%,$(UNITS))'
bundle: static-root | $(filter static,$(MAKECMDGOALS))
	$(static) $(MUSL)/container/install install DESTDIR=$(MUSL)/installed PREFIX= \
		COMMANDS= TOOLS=
	scripts/container/bundle $(BUNDLE) $(ARCHIVE) $(MUSL)

# What install puts where, and uninstall takes away: mode, directory, files, and
# FILE=NAME where one gets another name there
define PLACES
755 $(BINDIR) $(PROGRAMS:%=$O/bin/%) $(foreach t,$(TOOLS),$($t.from)=$t)
$(foreach n,1 5 7,644 $(MANDIR)/man$n $(wildcard filters/*.$n scripts/*.$n)
)644 $(DATADIR)/schemas $(SCHEMAS)
644 $(DATADIR)/adapters $(wildcard filters/any-progress/adapters/*)
644 $(DOCDIR) README.md LICENSE
644 $(DOCDIR)/examples $(wildcard scripts/kubernetes/*.yaml) $(addprefix filters/phase-metrics/,dashboard.json rules.yaml)
644 $(BASHDIR) $(foreach c,$(COMMANDS),$O/completions/$c.bash=$c)
644 $(ZSHDIR) $(foreach c,$(COMMANDS),$O/completions/$c.zsh=_$c)
644 $(FISHDIR) $(COMMANDS:%=$O/completions/%.fish)
endef

install uninstall: export PLACES := $(PLACES)
install uninstall: export MADE := $(DATADIR)/directories
install uninstall: export DESTDIR := $(DESTDIR)
install uninstall: export INSTALL := $(INSTALL)
install: all completions
	@scripts/place install
uninstall:
	@scripts/place uninstall

# What the shells complete is read from --help.  Where the programs are for
# another machine, RUNNABLE is where some are that run here.
RUNNABLE ?= $O/bin
COMPLETIONS := $(foreach s,bash zsh fish,$(COMMANDS:%=$O/completions/%.$s))
completions: $(COMPLETIONS)
$(COMPLETIONS): scripts/completions
$(foreach c,$(COMMANDS),$(eval $(filter $O/completions/$c.%,$(COMPLETIONS)): $(or $($c.from),$(RUNNABLE)/$c)))
$(COMPLETIONS):
	@mkdir -p $(@D)
	scripts/completions $(subst .,,$(suffix $@)) $(basename $(@F)) $(filter-out scripts/completions,$^) >$@

dist:
	scripts/dist build/phasepipe-$(VERSION).tar.gz phasepipe-$(VERSION)

# A package for Debian, in build/deb
deb:
	@mkdir -p build/deb
	scripts/deb build/deb

clean:
	rm -rf build

help:
	@echo "all             the programs, in build/bin (default)"
	@echo "check           every test on this machine (scripts/check)"
	@echo "check-asan      the same suite under ASan and UBSan"
	@echo "check-valgrind  the same suite under valgrind"
	@echo "fuzz            FUZZ_SECONDS ($(FUZZ_SECONDS)) of hostile input for each target"
	@echo "torture         every call of the programs fails, and they are killed"
	@echo "soak            three hours of kopia in two minutes, beside a server that fails"
	@echo "bench           speed and memory beside named peers"
	@echo "figures         measures, and writes tests/FIGURES.md"
	@echo "pictures        those of the README, anew"
	@echo "completions     what bash, zsh and fish complete, in build/completions"
	@echo "install         into DESTDIR, PREFIX ($(PREFIX)), BINDIR, MANDIR, DATADIR,"
	@echo "                DOCDIR, BASHDIR, ZSHDIR, FISHDIR"
	@echo "uninstall       takes away what install put there"
	@echo "bundle          build/bundle, which runs in any container of Linux;"
	@echo "                TARGET=aarch64-linux-gnu for another architecture"
	@echo "static          the same programs with their unit tests, in build/musl-*"
	@echo "dist            build/phasepipe-$(VERSION).tar.gz from HEAD"
	@echo "deb             build/deb/phasepipe_$(VERSION)-*.deb, for Debian and Ubuntu"
	@echo "clean           removes build/"

.PHONY: all unit asan fuzzers replays check check-asan check-valgrind fuzz torture soak bench \
	figures pictures static-root static bundle install uninstall completions dist deb \
	clean help
.DELETE_ON_ERROR:
