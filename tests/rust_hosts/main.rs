//! Programs that cargo links and that load modules in C: small workspaces, built by plain cargo (rows N1 and N6). With
//! `MODPIN_RELIABILITY=full` every linker meets every profile.

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
mod from_nothing;
mod published;
