//! Programs that cargo links and that load modules in C: small workspaces, built by plain cargo (rows N1 and N6). With
//! `MODPIN_RELIABILITY=full` every linker meets every profile.
//!
//! What surprises whoever links such programs, and the test that holds it:
//!
//! | of rustc and linkers | |
//! |---|---|
//! | functions that only C calls are dropped; `-rdynamic` exports all of std | `linked`, each test: exactly what modules need |
//! | a crate that nothing mentions is not linked, whoever needs it | `missing::a_crate_that_nothing_mentions_is_the_other_cause` |
//! | `-u` of a name that nobody has links in silence; mold dies of `--defsym` | `missing::a_function_that_rust_does_not_define_is_named_by_the_linker` |
//! | archives before the rlibs that call them are lost to bfd | `linked::bfd_with_all_of_rust_in_one_piece`, `every_linker_in_every_profile` |
//! | `printf` is nobody's need | `linked`: `hello` calls `snprintf`, and no program exports it |
//! | a program with the C library inside has no loader; cargo does not say that musl's are such | `missing::a_program_without_a_loader_…`, `machines::musl_with_a_loader_and_without` |
//! | `-lm` for musl may find glibc's | `machines::musl_with_a_loader_and_without` |
//! | two archives of Rust in one program hold std twice | `targets::a_host_in_c_keeps_what_its_modules_need_of_rust` |
//!
//! | of cargo | |
//! |---|---|
//! | arguments for kinds of targets that a package lacks are errors, and those for all kinds break tests | `targets::every_kind_of_target_and_command` |
//! | a program of another package gets nothing of the host's link | the same |
//! | arguments of a dependency's build script are ignored | `targets::a_program_that_the_package_lacks_…` |
//! | a file's new content is no new argument, so nothing is linked | `rebuilt::each_change_is_noticed_once` |
//! | times of files miss what is older or new; what a script writes is younger than itself | the same |
//! | variables are seen only if they are named | the same |
//! | a package is compiled again after its script; the library beside it is not | the same |
//! | two feature sets share a directory, and `build.build-dir` moves it | `targets::two_feature_sets_and_another_directory_for_what_is_built` |
//! | who is killed leaves build scripts and compilers behind | `citizen::a_cargo_that_is_killed_leaves_no_compiler` |
//! | a build script is one job, whatever it starts | `citizen::cargos_jobserver_decides_how_many_compilers_run` |
//! | a script that fails stops what rustc would say | `citizen::errors_have_file_and_line` |
//! | cargo may not call itself in the same directory from a script, but may from an `xtask` | `cdylib`, `xtask` |
//! | which programs there are is in its messages, also when nothing is built | `xtask::what_cargo_links_is_built_listed_loaded_and_explained` |
//! | each crate that a build script depends on is compiled by everybody | `published::a_build_script_compiles_no_command_line` |
//! | a build script's run with nothing to do costs time in each build | `cargo bench -p modpin-bench -- rust-host` |

mod tutorial;
mod workspace;
mod linked;
mod loading;
mod real;
mod missing;
mod targets;
mod machines;
mod rebuilt;
mod cdylib;
mod citizen;
mod xtask;
mod shared_target;
mod from_nothing;
mod published;
