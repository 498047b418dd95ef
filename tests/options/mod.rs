//! Options (rows G1, F8 and A9): what they are under which settings, compared with Kconfig's own rules.

mod graph;
mod kconfig;
mod lists;
mod every_list;
mod seen;
mod config_header;
mod dir_headers;
mod templates;
