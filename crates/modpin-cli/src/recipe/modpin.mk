# Pins and load checks for programs that GNU make links and that load modules. In the makefile:
#
#     include modpin.mk
#     $(eval $(call modpin-host,app,a.so b.so,libutil.a,main.o))
#     app: main.o libutil.a
#     	$(CC) -o $@ main.o $(modpin-link) libutil.a -ldl
#
# The program, its modules, the archives that it links, and its own objects: all of them, or none. Modules are linked
# without the program. `make check` loads every module into it.
MODPIN ?= modpin

define modpin-host
$(1): private modpin-link := @$(1).rsp
$(1): $(1).rsp $(1).rsp.list
# The answer is written only if it differs: a file of its own tells when it was asked for.
# A makefile that names other modules is reason enough to ask; depfiles that it includes are none.
$(1).rsp.asked: $(2) $(3) $(4) $(filter-out %.d,$(MAKEFILE_LIST))
	$$(MODPIN) link --output $(1).rsp --module $(2) --archive $(3) --object $(4)
	@touch $$@
$(1).rsp $(1).rsp.list: $(1).rsp.asked
	@test -f $$@ || $$(MODPIN) link --output $(1).rsp --module $(2) --archive $(3) --object $(4)
$(1).checked: $(1) $(2)
	$$(MODPIN) check-load -q --stamp $$@ --depfile $$@.d --host ./$(1) $(2)
check: $(1).checked
-include $(1).checked.d
endef
.PHONY: check
